// Bounds the depth of an evaluation as AWS does, bounds the size of what its steps yield, and ends what goes on after an evaluation is over. How long one may take
// is for the evaluator outside to bound: nothing in here runs while a regular expression does.

import type jsonata from 'jsonata';

/** Under this name each evaluation binds its own guard. */
export const GUARD_BINDING = 'local cloud: guard';

export interface Guard {
  depth: number;
  /** Set when the evaluation has its outcome. */
  over: boolean;
}

/** AWS refuses a sum of 200 terms, which is as deep as it is long. */
const MAX_DEPTH = 199;

/**
 * Bounds of ours for what one step yields, far above what a state may hand on: the heap of a thread that runs full in
 * small steps ends the thread, one that a single step overfills ends the process.
 */
const MAX_ITEMS = 1_000_000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** An evaluation passed a bound. */
export class BoundExceeded extends Error {
  override readonly name = 'BoundExceeded';
}

export function createGuard(): Guard {
  return { depth: 0, over: false };
}

/** Makes every evaluation of the expression stay within the bounds of the guard that it binds. */
export function installGuard(expression: jsonata.Expression): void {
  const assign = expression.assign as (name: string | symbol, value: unknown) => void;
  assign(
    Symbol.for('jsonata.__evaluate_entry'),
    (_node: unknown, _input: unknown, env: jsonata.Environment) => enter(env.lookup(GUARD_BINDING)),
  );
  assign(
    Symbol.for('jsonata.__evaluate_exit'),
    (_node: unknown, _input: unknown, env: jsonata.Environment, result: unknown) =>
      leave(env.lookup(GUARD_BINDING), result),
  );
}

function enter(guard: Guard): void {
  guard.depth += 1;
  if (guard.over) throw new BoundExceeded('The evaluation is over');
  if (guard.depth > MAX_DEPTH) {
    // AWS's words.
    throw new BoundExceeded(
      'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
    );
  }
}

function leave(guard: Guard, result: unknown): void {
  guard.depth -= 1;
  if (Array.isArray(result) && result.length > MAX_ITEMS) {
    throw new BoundExceeded(`More than ${MAX_ITEMS} items are more than the local cloud evaluates`);
  }
  if (typeof result === 'string' && result.length > MAX_CHARACTERS) {
    throw new BoundExceeded(`More than ${MAX_CHARACTERS} characters are more than the local cloud evaluates`);
  }
}
