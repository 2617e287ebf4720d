// A JSON value of a definition in which strings may be expressions, at any depth.

import { type Json, typeName } from '../json.ts';
import { EvaluationProblem, type Expression, type Scope } from './expression.ts';

export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly location: string }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, Template])[] };

/** A field has no value: States.QueryEvaluationError. The message is AWS's, without the sentence that names the state. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** The field in its state: `Output/total`, `Choices[1]/Condition`; absent where AWS names none. */
  readonly location: string | undefined;

  constructor(message: string, location?: string) {
    super(message);
    this.location = location;
  }
}

/** @throws {QueryError} */
export async function evaluate(template: Template, scope: Scope): Promise<Json> {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'expression':
      return evaluateExpression(template.expression, template.location, scope);
    case 'array': {
      const items: Json[] = [];
      for (const item of template.items) items.push(await evaluate(item, scope));
      return items;
    }
    case 'object': {
      const entries: [string, Json][] = [];
      for (const [key, field] of template.fields) entries.push([key, await evaluate(field, scope)]);
      return Object.fromEntries(entries);
    }
  }
}

interface ValueOf {
  number: number;
  string: string;
  boolean: boolean;
  array: Json[];
}

/**
 * Evaluates a field whose value must be of one type.
 * @throws {QueryError}
 */
export async function evaluateAs<T extends keyof ValueOf>(
  expected: T,
  template: Template,
  scope: Scope,
): Promise<ValueOf[T]> {
  const value = await evaluate(template, scope);
  const actual = typeName(value);
  if (actual === expected) return value as ValueOf[T];
  throw misfit(
    template,
    `returned an unexpected result type. Expected '${expected}', but was '${actual}' for value: ${JSON.stringify(value)}`,
  );
}

/**
 * Evaluates a field whose value must be a whole number.
 * @throws {QueryError}
 */
export async function evaluateInteger(
  template: Template,
  scope: Scope,
  min: number,
  max: number,
): Promise<number> {
  const value = await evaluateAs('number', template, scope);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw misfit(template, `returned ${value}. Expected an integer between ${min} and ${max}.`);
}

/**
 * Evaluates a field whose value must be a number.
 * @throws {QueryError}
 */
export async function evaluateNumber(
  template: Template,
  scope: Scope,
  min: number,
  max: number,
): Promise<number> {
  const value = await evaluateAs('number', template, scope);
  if (value >= min && value <= max) return value;
  throw misfit(template, `returned ${value}. Expected a number between ${min} and ${max}.`);
}

async function evaluateExpression(expression: Expression, location: string, scope: Scope): Promise<Json> {
  try {
    return await expression.evaluate(scope);
  } catch (error) {
    if (!(error instanceof EvaluationProblem)) throw error;
    throw queryError(expression, location, error.message);
  }
}

function misfit(template: Template, complaint: string): Error {
  if (template.kind !== 'expression') return new TypeError(`a literal ${complaint}`);
  return queryError(template.expression, template.location, complaint);
}

function queryError(expression: Expression, location: string, complaint: string): QueryError {
  const subject = `The JSONata expression '${expression.source}' specified for the field '${location}'`;
  return new QueryError(`${subject} ${complaint}`, location);
}
