// Limits on what a request may hold, where dynalite has none or counts characters for bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html

import type { Request } from './dynalite.ts';
import { validationError } from './errors.ts';
import type { Condition } from './expressions.ts';
import { itemSize, MAX_ITEM_BYTES } from './sizes.ts';
import type { AttributeValue, Item } from './values.ts';

const MAX_EXPRESSION_BYTES = 4096;
const MAX_IN_OPERANDS = 100;
/** Lists and maps around a value; the attribute itself is the first of 32 levels. */
const MAX_CONTAINERS = 31;

const EXPRESSIONS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ProjectionExpression',
  'UpdateExpression',
] as const;

/** @throws {ServiceError} ValidationException when an expression is longer than 4 KB */
export function checkExpressionSizes(request: Request): void {
  for (const name of EXPRESSIONS) {
    const expression = request[name];
    if (typeof expression !== 'string' || Buffer.byteLength(expression) <= MAX_EXPRESSION_BYTES) continue;
    throw validationError(
      `Invalid ${name}: Expression size has exceeded the maximum allowed size; ` +
        `expression size: ${Buffer.byteLength(expression)}`,
    );
  }
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
    throw validationError(
      'Nesting Levels have exceeded supported limits: ' +
        'Attributes in the item have nested levels beyond supported limit',
    );
  }
}

function depthOf(value: AttributeValue): number {
  const children = value.L ?? (value.M && Object.values(value.M));
  if (!children) return 0;
  return 1 + children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
}
