// Whether an item meets a condition or filter expression.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html

import {
  type Condition,
  type ConditionFunction,
  type ConditionOperand,
  type FunctionCall,
  isPath,
} from './expressions.ts';
import {
  type AttributeValue,
  compareValues,
  type Item,
  sameValue,
  setMembers,
  typeOf,
  valueAt,
} from './values.ts';

/** An operand that the item does not have makes every comparison false, except `<>`. */
export function meets(item: Item, condition: Condition): boolean {
  switch (condition.type) {
    case 'and':
      return condition.args.every((part) => meets(item, part));
    case 'or':
      return condition.args.some((part) => meets(item, part));
    case 'not':
      return !condition.args.some((part) => meets(item, part));
    case 'function':
      return holds(
        condition,
        condition.args.map((operand) => resolve(item, operand)),
      );
    default:
      return compares(
        condition.type,
        condition.args.map((operand) => resolve(item, operand)),
      );
  }
}

type Resolved = AttributeValue | undefined;

function resolve(item: Item, operand: ConditionOperand): Resolved {
  if (isPath(operand)) return valueAt(item, operand);
  if (!isSizeCall(operand)) return operand;
  const [argument] = operand.args;
  const value = argument && resolve(item, argument);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function isSizeCall(operand: AttributeValue | FunctionCall<'size'>): operand is FunctionCall<'size'> {
  return 'type' in operand;
}

function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.M) return Object.keys(value.M).length;
  return (setMembers(value) ?? value.L)?.length;
}

type Comparison = Exclude<Condition['type'], 'and' | 'or' | 'not' | 'function'>;

function compares(type: Comparison, operands: readonly Resolved[]): boolean {
  const [left, right, upper] = operands;
  if (type === '<>') return !(left && right && sameValue(left, right));
  if (!left) return false;
  if (type === 'in') return operands.slice(1).some((option) => option && sameValue(left, option));
  if (!right) return false;
  if (type === '=') return sameValue(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (type) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case 'between': {
      const upperOrder = upper && compareValues(left, upper);
      return order >= 0 && upperOrder !== undefined && upperOrder <= 0;
    }
  }
}

function holds(call: FunctionCall<ConditionFunction>, [value, operand]: readonly Resolved[]): boolean {
  switch (call.name) {
    case 'attribute_exists':
      return value !== undefined;
    case 'attribute_not_exists':
      return value === undefined;
    case 'attribute_type':
      return value !== undefined && typeOf(value) === operand?.S;
    case 'begins_with':
      return value !== undefined && operand !== undefined && beginsWith(value, operand);
    case 'contains':
      return value !== undefined && operand !== undefined && contains(value, operand);
  }
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B === undefined || prefix.B === undefined) return false;
  const bytes = Buffer.from(prefix.B, 'base64');
  return Buffer.from(value.B, 'base64').subarray(0, bytes.length).equals(bytes);
}

function contains(value: AttributeValue, part: AttributeValue): boolean {
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.B !== undefined) {
    return part.B !== undefined && Buffer.from(value.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  }
  if (value.L) return value.L.some((member) => sameValue(member, part));
  if (part.S !== undefined) return value.SS?.includes(part.S) ?? false;
  if (part.N !== undefined) return value.NS?.includes(part.N) ?? false;
  return part.B !== undefined && (value.BS?.includes(part.B) ?? false);
}
