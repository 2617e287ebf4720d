// What an item becomes by an update expression. Every operand is read from the item as it was, every list position
// means the list as it was: the order of the clauses does not matter.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html

import { validationError } from './errors.ts';
import { isPath, type UpdateClause, type UpdateOperand } from './expressions.ts';
import { sum } from './numbers.ts';
import { type AttributeValue, type Item, type Path, setMembers, typeOf, valueAt } from './values.ts';

const WRONG_OPERAND = 'An operand in the update expression has an incorrect data type';
const NO_SUCH_ATTRIBUTE = 'The provided expression refers to an attribute that does not exist in the item';
const NO_SUCH_PATH = 'The document path provided in the update expression is invalid for update';

type MutableItem = Record<string, AttributeValue>;
type Container = { readonly M: MutableItem } | { readonly L: AttributeValue[] };

/** A clause worked out: what stands at `path` afterwards; nothing when it is `undefined`. */
interface Assignment {
  readonly path: Path;
  readonly value: AttributeValue | undefined;
}

/**
 * @param item the item as it was; left unchanged
 * @throws {ServiceError} ValidationException when the item does not fit the expression
 */
export function applyUpdate(item: Item, clauses: readonly UpdateClause[]): Item {
  const assignments = clauses.map((clause) => ({ path: clause.path, value: outcome(item, clause) }));
  const updated = structuredClone(item) as MutableItem;
  const sets = assignments.filter(({ value }) => value !== undefined);
  const removals = assignments.filter(({ value }) => value === undefined);
  for (const { path, value } of sets.sort(byPosition)) put(updated, path, value as AttributeValue);
  for (const { path } of removals.sort(byPosition).reverse()) remove(updated, path);
  return updated;
}

function outcome(item: Item, clause: UpdateClause): AttributeValue | undefined {
  switch (clause.type) {
    case 'set':
      return structuredClone(evaluate(item, clause.val));
    case 'remove':
      return undefined;
    case 'add':
      return added(valueAt(item, clause.path), clause.val);
    case 'delete':
      return withoutMembers(valueAt(item, clause.path), clause.val);
  }
}

function evaluate(item: Item, operand: UpdateOperand): AttributeValue {
  if (isPath(operand)) {
    const value = valueAt(item, operand);
    if (!value) throw validationError(NO_SUCH_ATTRIBUTE);
    return value;
  }
  if (!('type' in operand)) return operand;
  const [first, second] = operand.args as readonly [UpdateOperand, UpdateOperand];
  if (operand.type === 'function') {
    if (operand.name === 'if_not_exists') {
      return (isPath(first) && valueAt(item, first)) || evaluate(item, second);
    }
    return appended(evaluate(item, first), evaluate(item, second));
  }
  const [left, right] = [evaluate(item, first), evaluate(item, second)];
  if (left.N === undefined || right.N === undefined) throw validationError(WRONG_OPERAND);
  return { N: sum(left.N, right.N, operand.type === 'add' ? 1 : -1) };
}

function appended(left: AttributeValue, right: AttributeValue): AttributeValue {
  if (!left.L || !right.L) throw validationError(WRONG_OPERAND);
  return { L: [...left.L, ...right.L] };
}

function added(existing: AttributeValue | undefined, operand: AttributeValue): AttributeValue {
  if (!existing) return operand;
  const type = typeOf(operand);
  if (typeOf(existing) !== type) throw validationError(WRONG_OPERAND);
  if (existing.N !== undefined && operand.N !== undefined) return { N: sum(existing.N, operand.N) };
  return { [type]: [...new Set([...(setMembers(existing) ?? []), ...(setMembers(operand) ?? [])])] };
}

function withoutMembers(
  existing: AttributeValue | undefined,
  operand: AttributeValue,
): AttributeValue | undefined {
  if (!existing) return undefined;
  const type = typeOf(operand);
  if (typeOf(existing) !== type) throw validationError(WRONG_OPERAND);
  const leaving = setMembers(operand) ?? [];
  const staying = (setMembers(existing) ?? []).filter((member) => !leaving.includes(member));
  return staying.length > 0 ? { [type]: staying } : undefined;
}

function put(item: MutableItem, path: Path, value: AttributeValue): void {
  const [parent, last] = [containerOf(item, path), path.at(-1)];
  if ('M' in parent) {
    // Not an assignment: a plain one to `__proto__` would set no attribute.
    Object.defineProperty(parent.M, last as string, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return;
  }
  // A position past the end of a list appends to it.
  parent.L[Math.min(last as number, parent.L.length)] = value;
}

function remove(item: MutableItem, path: Path): void {
  const [parent, last] = [containerOf(item, path), path.at(-1)];
  if ('M' in parent) delete parent.M[last as string];
  else parent.L.splice(last as number, 1);
}

function containerOf(item: MutableItem, path: Path): Container {
  const parent = valueAt(item, path.slice(0, -1));
  const fits = typeof path.at(-1) === 'number' ? parent?.L : parent?.M;
  if (!parent || !fits) throw validationError(NO_SUCH_PATH);
  return parent as Container;
}

/** A total order in which the positions of one list ascend. */
function byPosition({ path: left }: Assignment, { path: right }: Assignment): number {
  const at = left.findIndex((piece, index) => piece !== right[index]);
  const [a, b] = [left[at] ?? '', right[at] ?? ''];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}
