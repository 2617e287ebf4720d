// TransactWriteItems and TransactGetItems: all or nothing, and alone.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html

import { ServiceError } from '../service.ts';
import { capacityByTable, readUnits, writeUnits } from './capacity.ts';
import { type Request, type Store, storeModule, type TableDescription } from './dynalite.ts';
import { type CancellationReason, CONDITION_FAILED, transactionCanceled, validationError } from './errors.ts';
import { type KeyedRead, parseGet, project, readItem } from './reads.ts';
import { commit, findItem, findTable, type ItemChange } from './storage.ts';
import { type Item, itemSize } from './values.ts';
import {
  checkAgainstTable,
  checkKeyNotEmpty,
  evaluate,
  parseWrite,
  type Write,
  type WriteKind,
} from './writes.ts';

const MAX_ACTIONS = 100;
const MAX_BYTES = 4 * 1024 * 1024;
const KINDS: readonly WriteKind[] = ['Put', 'Update', 'Delete', 'ConditionCheck'];
const PASSED: CancellationReason = { Code: 'None' };

/** A transaction whose every part is valid by itself. */
export interface WriteTransaction {
  readonly writes: readonly Write[];
  readonly token: string | undefined;
}

/** @throws {ServiceError} ValidationException, SerializationException */
export function parseTransactWrite(store: Store, input: Request): WriteTransaction {
  const writes = transactItems(input).map((action, index) => parseAction(store, action, index));
  const token = input.ClientRequestToken ?? undefined;
  if (token !== undefined && (typeof token !== 'string' || token.length < 1 || token.length > 36)) {
    throw validationError(
      `1 validation error detected: Value '${String(token)}' at 'clientRequestToken' failed to satisfy constraint: ` +
        `Member must have length ${token === '' ? 'greater than or equal to 1' : 'less than or equal to 36'}`,
    );
  }
  return { writes, token };
}

function parseAction(store: Store, action: Request, index: number): Write {
  const given = KINDS.filter((kind) => action[kind]);
  const [kind] = given;
  if (!kind || given.length > 1) {
    throw validationError(
      'TransactItems can only contain one of Check, Put, Update or Delete' +
        ` (transactItems.${index + 1} has ${given.length === 0 ? 'none' : given.join(', ')})`,
    );
  }
  const { TableName, Item, Key, UpdateExpression, ConditionExpression, ...rest } = action[kind] as Request;
  const { ExpressionAttributeNames, ExpressionAttributeValues, ReturnValuesOnConditionCheckFailure } = rest;
  requireMembers(kind, { UpdateExpression, ConditionExpression }, index);
  const own = kind === 'Put' ? { Item } : kind === 'Update' ? { Key, UpdateExpression } : { Key };
  return parseWrite(
    kind,
    {
      TableName,
      ...own,
      ConditionExpression,
      ExpressionAttributeNames,
      ExpressionAttributeValues,
      ReturnValuesOnConditionCheckFailure,
    },
    store,
  );
}

function requireMembers(kind: WriteKind, members: Request, index: number): void {
  const required = { Update: 'UpdateExpression', ConditionCheck: 'ConditionExpression', Put: '', Delete: '' }[
    kind
  ];
  if (!required || (members[required] ?? null) !== null) return;
  const field = required.charAt(0).toLowerCase() + required.slice(1);
  const action = kind.charAt(0).toLowerCase() + kind.slice(1);
  throw validationError(
    `1 validation error detected: Value null at 'transactItems.${index + 1}.member.${action}.${field}' ` +
      'failed to satisfy constraint: Member must not be null',
  );
}

function transactItems(input: Request): readonly Request[] {
  const items = input.TransactItems;
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_ACTIONS) {
    const constraint = !Array.isArray(items)
      ? 'Member must not be null'
      : items.length === 0
        ? 'Member must have length greater than or equal to 1'
        : `Member must have length less than or equal to ${MAX_ACTIONS}`;
    throw validationError(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: ${constraint}`,
    );
  }
  return items;
}

/**
 * Applies all writes, or none. Runs alone.
 * @returns what was applied
 * @throws {ServiceError} TransactionCanceledException with a reason for each item, ValidationException,
 *   ResourceNotFoundException
 */
export async function applyTransaction(store: Store, writes: readonly Write[]): Promise<ItemChange[]> {
  const tables = await Promise.all(writes.map((write) => findTable(store, write.tableName)));
  const pairs = writes.map((write, index) => ({ write, table: tables[index] as TableDescription }));
  for (const { write, table } of pairs) checkKeyNotEmpty(write, table);
  const misfits = pairs.map(({ write, table }) => reasonOf(() => checkAgainstTable(write, table)));
  if (misfits.some((reason) => reason !== PASSED)) throw transactionCanceled(misfits);
  refuseRepeatedItems(pairs.map(({ write, table }) => ({ table, key: write.subject })));

  const befores = await Promise.all(pairs.map(({ write, table }) => findItem(store, table, write.subject)));
  refuseTooLarge(pairs.map(({ write }) => write.subject));
  const changes: ItemChange[] = [];
  const reasons = pairs.map(({ write, table }, index) =>
    reasonOf(() => changes.push(evaluate(write, table, befores[index]))),
  );
  if (reasons.some((reason) => reason !== PASSED)) throw transactionCanceled(reasons);
  await commit(store, changes);
  return changes;
}

export function transactWriteAnswer(
  input: Request,
  writes: readonly Write[],
  changes: readonly ItemChange[],
): object {
  const uses = writes.map(({ tableName }, index) => ({
    tableName,
    units: writeUnits(changes[index]?.before, changes[index]?.after, true),
  }));
  return { ConsumedCapacity: capacityByTable(input.ReturnConsumedCapacity, uses) };
}

function reasonOf(check: () => unknown): CancellationReason {
  try {
    check();
    return PASSED;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'ConditionalCheckFailedException') {
      return { Code: 'ConditionalCheckFailed', Message: CONDITION_FAILED, ...error.members };
    }
    return { Code: 'ValidationError', Message: error.message };
  }
}

function refuseRepeatedItems(
  subjects: readonly { readonly table: TableDescription; readonly key: Item }[],
): void {
  const keys = subjects.map(({ table, key }) => `${table.TableName}/${storeModule.createKey(key, table)}`);
  if (new Set(keys).size < keys.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
}

function refuseTooLarge(items: readonly (Item | undefined)[]): void {
  const bytes = items.reduce((sum, item) => sum + (item ? itemSize(item) : 0), 0);
  if (bytes > MAX_BYTES) {
    throw validationError('Collection size of items requested has exceeded the maximum allowed size of 4 MB');
  }
}

/** A snapshot of all items at one moment. Runs beside readers only. */
export async function transactGetItems(store: Store, input: Request): Promise<object> {
  const reads = transactItems(input).map((action) => parseTransactGet(store, action));
  const found: (Item | undefined)[] = [];
  const reasons: CancellationReason[] = [];
  for (const read of reads) {
    try {
      found.push(await readItem(store, read));
      reasons.push(PASSED);
    } catch (error) {
      if (!(error instanceof ServiceError && error.code === 'ValidationException')) throw error;
      reasons.push({ Code: 'ValidationError', Message: error.message });
    }
  }
  if (reasons.some((reason) => reason !== PASSED)) throw transactionCanceled(reasons);
  const tables = await Promise.all(reads.map(({ tableName }) => findTable(store, tableName)));
  refuseRepeatedItems(reads.map(({ key }, index) => ({ table: tables[index] as TableDescription, key })));
  refuseTooLarge(found);
  const uses = reads.map(({ tableName }, index) => ({
    tableName,
    units: readUnits(found[index], 'transactional'),
  }));
  return {
    Responses: found.map((item, index) =>
      item ? { Item: project(item, (reads[index] as KeyedRead).request) } : {},
    ),
    ConsumedCapacity: capacityByTable(input.ReturnConsumedCapacity, uses),
  };
}

function parseTransactGet(store: Store, action: Request): KeyedRead {
  const get = action.Get;
  if (typeof get !== 'object' || get === null) {
    throw validationError(
      "1 validation error detected: Value null at 'transactItems.1.member.get' failed to satisfy constraint: " +
        'Member must not be null',
    );
  }
  const { TableName, Key, ProjectionExpression, ExpressionAttributeNames } = get as Request;
  return parseGet(store, { TableName, Key, ProjectionExpression, ExpressionAttributeNames });
}
