// Bounds the depth of an evaluation as AWS does, and ends what goes on after an evaluation is over. How long one may take
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

/** An evaluation passed a bound; the message is AWS's. */
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
    (_node: unknown, _input: unknown, env: jsonata.Environment) => {
      const guard: Guard = env.lookup(GUARD_BINDING);
      guard.depth -= 1;
    },
  );
}

function enter(guard: Guard): void {
  guard.depth += 1;
  if (guard.over) throw new BoundExceeded('The evaluation is over');
  if (guard.depth > MAX_DEPTH) {
    throw new BoundExceeded(
      'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
    );
  }
}
