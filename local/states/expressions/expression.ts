// One JSONata expression: compiled when a definition is loaded, evaluated to plain JSON.

import jsonata from 'jsonata';
import type { Json } from '../json.ts';
import { registerFunctions, TIME_BINDING } from './functions.ts';
import { BoundExceeded, createGuard, GUARD_BINDING, installGuard } from './guard.ts';

/** What an expression can see. */
export interface Scope {
  readonly variables: Readonly<Record<string, Json>>;
  /** `$states`: input and context, and where a field may read them, result and errorOutput. */
  readonly states: Readonly<Record<string, Json>>;
  /** Milliseconds since the epoch, for $now and $millis. */
  readonly now: number;
}

export interface Expression {
  /** As written, without the delimiters and the white space inside them. */
  readonly source: string;
  readonly ast: jsonata.ExprNode;
  /** @throws {EvaluationProblem} when it fails, or yields nothing or no JSON */
  evaluate(scope: Scope): Promise<Json>;
}

/** Why an expression has no value; the message completes the sentence that names expression and field. */
export class EvaluationProblem extends Error {
  override readonly name = 'EvaluationProblem';
}

/** Whether a string of a definition is an expression: `{% ... %}`. */
export function isExpression(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4;
}

/**
 * @param text with its delimiters
 * @throws a JSONata error, with `message`, on a syntax error
 */
export function compile(text: string): Expression {
  const source = text.slice(2, -2).trim();
  const compiled = jsonata(source);
  registerFunctions(compiled);
  installGuard(compiled);
  return { source, ast: compiled.ast(), evaluate: (scope) => evaluate(compiled, scope) };
}

async function evaluate(compiled: jsonata.Expression, scope: Scope): Promise<Json> {
  let value: unknown;
  try {
    value = await compiled.evaluate(undefined, {
      ...scope.variables,
      states: scope.states,
      [TIME_BINDING]: scope.now,
      [GUARD_BINDING]: createGuard(),
    });
  } catch (error) {
    throw new EvaluationProblem(`threw an error during evaluation${describe(error)}`);
  }
  if (value === undefined) throw new EvaluationProblem('returned nothing (undefined).');
  return plain(value);
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
      throw new EvaluationProblem('returned an unsupported result type.');
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : plain(item)));
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) {
    throw new EvaluationProblem('returned an unsupported result type.');
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]));
}
