// Evaluates expressions against bindings, to JSON. Runs in the sandbox.

import { setImmediate } from 'node:timers/promises';
import jsonata from 'jsonata';
import type { Evaluated, EvaluationRequest } from '../protocol.ts';
import { registerFunctions, TIME_BINDING } from './functions.ts';
import { BoundExceeded, createGuard, GUARD_BINDING, installGuard } from './guard.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Compiled expressions that are kept, the latest used last. */
const MAX_COMPILED = 2_000;
/** Sixty times what a state may hand on. */
const MAX_RESULT_CHARACTERS = 16 * 1024 * 1024;

const compiled = new Map<string, jsonata.Expression>();

/** Why an expression has no value. */
class Problem extends Error {
  override readonly name = 'Problem';
}

/** Evaluates once, so that whatever JSONata sets up on first use is set up. */
export function prepare(): void {
  expressionOf('$now()');
}

/**
 * Evaluates in order up to the first that fails. Never rejects.
 * @param onBegin - told the index of each expression before it is evaluated
 */
export async function evaluateAll(
  { sources, bindings, now, whileFalse }: EvaluationRequest,
  onBegin: (index: number) => void,
): Promise<Evaluated> {
  const values: Json[] = [];
  let current = 0;
  try {
    const bound: object = JSON.parse(bindings);
    for (const [index, source] of sources.entries()) {
      current = index;
      onBegin(index);
      const value = await evaluate(source, bound, now);
      values.push(value);
      if (whileFalse && value !== false) break;
    }
    return { values: textOf(values) };
  } catch (error) {
    return { values: '[]', failure: { index: current, problem: problemOf(error) } };
  }
}

async function evaluate(source: string, bindings: object, now: number): Promise<Json> {
  const guard = createGuard();
  let value: unknown;
  try {
    value = await expressionOf(source).evaluate(undefined, {
      ...bindings,
      [TIME_BINDING]: now,
      [GUARD_BINDING]: guard,
    });
  } catch (error) {
    // Parts that JSONata evaluates side by side go on when one of them fails; they end here.
    guard.over = true;
    await setImmediate();
    throw new Problem(`threw an error during evaluation${describe(error)}`);
  }
  if (value === undefined) throw new Problem('returned nothing (undefined).');
  return plain(value);
}

function expressionOf(source: string): jsonata.Expression {
  const known = compiled.get(source);
  const expression = known ?? jsonata(source);
  if (known === undefined) {
    registerFunctions(expression);
    installGuard(expression);
  }
  compiled.delete(source);
  compiled.set(source, expression);
  for (const oldest of compiled.keys()) {
    if (compiled.size <= MAX_COMPILED) break;
    compiled.delete(oldest);
  }
  return expression;
}

function textOf(values: readonly Json[]): string {
  const text = JSON.stringify(values);
  if (text.length <= MAX_RESULT_CHARACTERS) return text;
  throw new Problem(`returned more than ${MAX_RESULT_CHARACTERS} characters.`);
}

function problemOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return `returned a result that is no JSON: ${(error as { message?: unknown }).message}`;
}

function describe(error: unknown): string {
  if (error instanceof BoundExceeded) return `: ${error.message}`;
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? `: ${message}` : `. ${code}: ${message}`;
}

/**
 * A copy that is plain JSON: without the marks that JSONata puts on sequences. A number that JSON cannot hold becomes
 * its name, as on AWS ("Infinity").
 */
function plain(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) return String(value);
      return Object.is(value, -0) ? 0 : value;
    case 'object':
      break;
    default:
      throw new Problem('returned an unsupported result type.');
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : plain(item)));
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) {
    throw new Problem('returned an unsupported result type.');
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]));
}
