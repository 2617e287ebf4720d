// Limits on what a request may hold, where dynalite has none or counts characters for bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html

import { hasMember, isDeeper } from '../records.ts';
import type { ServiceError } from '../service.ts';
import type { Request } from './dynalite.ts';
import { unsupported, validationError } from './errors.ts';
import type { Condition } from './expressions.ts';
import { itemSize, MAX_ITEM_BYTES } from './sizes.ts';
import type { AttributeValue, Item } from './values.ts';

const MAX_EXPRESSION_BYTES = 4096;
const MAX_IN_OPERANDS = 100;
/** Lists and maps around a value; the attribute itself is the first of 32 levels. */
const MAX_CONTAINERS = 31;

/** Each of 32 levels of an item is two of JSON, in the request of a transaction or batch. */
const MAX_JSON_LEVELS = 100;
/** Parentheses within each other: the time that they take to read grows fourfold with each. */
const MAX_PARENTHESES = 6;

const EXPRESSIONS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ProjectionExpression',
  'UpdateExpression',
] as const;

/** @throws {ServiceError} ValidationException when an expression is longer than 4 KB, or its parentheses nest too deep */
export function checkExpressionSizes(request: Request): void {
  for (const name of EXPRESSIONS) {
    const expression = request[name];
    if (typeof expression !== 'string') continue;
    if (Buffer.byteLength(expression) <= MAX_EXPRESSION_BYTES) {
      if (parenthesesIn(expression) <= MAX_PARENTHESES) continue;
      throw unsupported(`${name} with more than ${MAX_PARENTHESES} parentheses within each other`);
    }
    throw validationError(
      `Invalid ${name}: Expression size has exceeded the maximum allowed size; ` +
        `expression size: ${Buffer.byteLength(expression)}`,
    );
  }
}

/** How deep parentheses nest, without those of functions and lists. */
function parenthesesIn(expression: string): number {
  const open: boolean[] = [];
  let [deepest, before] = [0, ''];
  for (const [token] of expression.matchAll(/[()]|[^()\s,]+/g)) {
    if (token === '(') {
      open.push(!/^[a-z_]+$/i.test(before) || /^(?:and|or|not)$/i.test(before));
      deepest = Math.max(deepest, open.filter(Boolean).length);
    } else if (token === ')') {
      open.pop();
    }
    before = token;
  }
  return deepest;
}

/**
 * @param expression - the name of the expression that the condition was
 * @throws {ServiceError} ValidationException when an IN has more than 100 operands
 */
export function checkOperands(expression: string, condition: Condition | undefined): void {
  if (!condition || condition.type === 'function') return;
  if (condition.type === 'and' || condition.type === 'or' || condition.type === 'not') {
    for (const part of condition.args) checkOperands(expression, part);
    return;
  }
  const options = condition.args.length - 1;
  if (condition.type === 'in' && options > MAX_IN_OPERANDS) {
    throw validationError(
      `Invalid ${expression}: The IN operator is provided with too many operands; number of operands: ${options}`,
    );
  }
}

/**
 * @param tooLarge the message for an item over 400 KB
 * @throws {ServiceError} ValidationException when the item is too large or nested too deep
 */
export function checkItem(item: Item, tooLarge: string): void {
  if (itemSize(item) > MAX_ITEM_BYTES) throw validationError(tooLarge);
  checkNesting(item);
}

/** @throws {ServiceError} ValidationException when a value is nested deeper than 32 levels */
export function checkNesting(values: Item | undefined): void {
  if (values && Object.values(values).some((value) => depthOf(value) > MAX_CONTAINERS)) {
    throw nestedTooDeep();
  }
}

/**
 * Of a whole request, before anything else looks at it.
 * @throws {ServiceError} ValidationException where it is nested deeper than any item may make it, or has a member
 * `__proto__`, which validation would lose
 */
export function checkStructure(request: object): void {
  if (isDeeper(request, MAX_JSON_LEVELS)) throw nestedTooDeep();
  if (hasMember(request, '__proto__')) throw unsupported('The name __proto__');
}

function nestedTooDeep(): ServiceError {
  return validationError(
    'Nesting Levels have exceeded supported limits: ' +
      'Attributes in the item have nested levels beyond supported limit',
  );
}

function depthOf(value: AttributeValue): number {
  const children = value.L ?? (value.M && Object.values(value.M));
  if (!children) return 0;
  return 1 + children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
}
