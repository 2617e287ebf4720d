// A JSON value of a definition in which strings may be expressions, at any depth.

import { type Json, typeName } from '../json.ts';
import type { Evaluator } from './evaluator.ts';
import type { Expression } from './expression.ts';
import { bindingsOf, type Scope, valueAt } from './reads.ts';

export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly location: string }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, Template])[] };

type ExpressionTemplate = Extract<Template, { kind: 'expression' }>;

/** Where expressions are evaluated, and what they see. */
export interface Setting extends Scope {
  readonly evaluator: Evaluator;
}

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
export async function evaluate(template: Template, setting: Setting): Promise<Json> {
  const [value = null] = await evaluateAll([template], setting);
  return value;
}

/**
 * Evaluates several fields at once, in order.
 * @throws {QueryError} of the first expression that fails
 */
export async function evaluateAll(templates: readonly Template[], setting: Setting): Promise<Json[]> {
  const expressions = templates.flatMap(expressionsOf);
  const known = expressions.map((template) => knownValue(template, setting));
  const evaluated = await run(
    expressions.filter((_, index) => known[index] === undefined),
    setting,
  );
  const rest = evaluated.values();
  const values = known.map((value) => (value === undefined ? (rest.next().value as Json) : value)).values();
  return templates.map((template) => filled(template, values));
}

/**
 * The index of the first condition that is true; those after it are not evaluated.
 * @throws {QueryError} where one before it fails or is no boolean
 */
export async function firstTrue(
  conditions: readonly Template[],
  setting: Setting,
): Promise<number | undefined> {
  const known = conditions.map((condition) => knownValue(condition, setting));
  const certain = known.findIndex((value) => value !== undefined && value !== false);
  const tried = conditions
    .slice(0, certain < 0 ? undefined : certain)
    .filter((condition, index): condition is ExpressionTemplate => known[index] === undefined);
  const values = await run(tried, setting, true);
  for (const [index, value] of values.entries()) {
    const condition = tried[index] as ExpressionTemplate;
    if (ofType('boolean', condition, value)) return conditions.indexOf(condition);
  }
  if (certain < 0) return undefined;
  ofType('boolean', conditions[certain] as Template, known[certain] as Json);
  return certain;
}

/** What a template stands for where that takes no evaluation. */
function knownValue(template: Template, scope: Scope): Json | undefined {
  if (template.kind === 'literal') return template.value;
  if (template.kind !== 'expression' || template.expression.path === undefined) return undefined;
  return valueAt(template.expression.path, scope);
}

async function run(
  templates: readonly ExpressionTemplate[],
  { evaluator, ...scope }: Setting,
  whileFalse = false,
): Promise<Json[]> {
  if (templates.length === 0) return [];
  const expressions = templates.map(({ expression }) => expression);
  const bound = bindingsOf(
    scope,
    expressions.map(({ reads }) => reads),
  );
  const { values, failure } = await evaluator.evaluate({
    sources: expressions.map(({ source }) => source),
    bindings: JSON.stringify(bound),
    now: scope.now,
    whileFalse,
  });
  if (failure !== undefined) {
    const { expression, location } = templates[failure.index] as ExpressionTemplate;
    throw queryError(expression, location, failure.problem);
  }
  return JSON.parse(values) as Json[];
}

/** In the order in which {@link filled} asks for their values. */
function expressionsOf(template: Template): ExpressionTemplate[] {
  switch (template.kind) {
    case 'literal':
      return [];
    case 'expression':
      return [template];
    case 'array':
      return template.items.flatMap(expressionsOf);
    case 'object':
      return template.fields.flatMap(([, field]) => expressionsOf(field));
  }
}

function filled(template: Template, values: Iterator<Json>): Json {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'expression':
      return values.next().value as Json;
    case 'array':
      return template.items.map((item) => filled(item, values));
    case 'object':
      return Object.fromEntries(template.fields.map(([key, field]) => [key, filled(field, values)]));
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
  setting: Setting,
): Promise<ValueOf[T]> {
  return ofType(expected, template, await evaluate(template, setting));
}

/**
 * Evaluates a field whose value must be a whole number.
 * @throws {QueryError}
 */
export async function evaluateInteger(
  template: Template,
  setting: Setting,
  min: number,
  max: number,
): Promise<number> {
  const value = await evaluateAs('number', template, setting);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw misfit(template, `returned ${value}. Expected an integer between ${min} and ${max}.`);
}

/**
 * Evaluates a field whose value must be a number.
 * @throws {QueryError}
 */
export async function evaluateNumber(
  template: Template,
  setting: Setting,
  min: number,
  max: number,
): Promise<number> {
  const value = await evaluateAs('number', template, setting);
  if (value >= min && value <= max) return value;
  throw misfit(template, `returned ${value}. Expected a number between ${min} and ${max}.`);
}

function ofType<T extends keyof ValueOf>(expected: T, template: Template, value: Json): ValueOf[T] {
  const actual = typeName(value);
  if (actual === expected) return value as ValueOf[T];
  throw misfit(
    template,
    `returned an unexpected result type. Expected '${expected}', but was '${actual}' for value: ${JSON.stringify(value)}`,
  );
}

function misfit(template: Template, complaint: string): Error {
  if (template.kind !== 'expression') return new TypeError(`a literal ${complaint}`);
  return queryError(template.expression, template.location, complaint);
}

function queryError(expression: Expression, location: string, complaint: string): QueryError {
  const subject = `The JSONata expression '${expression.source}' specified for the field '${location}'`;
  return new QueryError(`${subject} ${complaint}`, location);
}
