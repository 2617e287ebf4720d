// TransactWriteItems and TransactGetItems: all or nothing, and alone.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html

import { ServiceError } from '../service.ts';
import { capacityByTable, readUnits, writeUnits } from './capacity.ts';
import {
  type BatchOperation,
  type Request,
  type Store,
  storeModule,
  type TableDescription,
} from './dynalite.ts';
import { type CancellationReason, CONDITION_FAILED, transactionCanceled, validationError } from './errors.ts';
import { type KeyedRead, project, readItem } from './reads.ts';
import { itemSize } from './sizes.ts';
import { commit, findItem, findTable, type ItemChange } from './storage.ts';
import { parseTransactGet } from './transaction-requests.ts';
import type { Item } from './values.ts';
import { checkAgainstTable, checkKeyNotEmpty, evaluate, type Write } from './writes.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const PASSED: CancellationReason = { Code: 'None' };

/**
 * Applies all writes, or none. Runs alone.
 * @param beside - what is applied with the writes
 * @returns what was applied
 * @throws {ServiceError} TransactionCanceledException with a reason for each item, ValidationException,
 *   ResourceNotFoundException
 */
export async function applyTransaction(
  store: Store,
  writes: readonly Write[],
  beside: readonly BatchOperation[],
): Promise<ItemChange[]> {
  const tables = await tablesOf(store, writes);
  const pairs = writes.map((write) => ({ write, table: tables.get(write.tableName) as TableDescription }));
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
  await commit(store, changes, beside);
  return changes;
}

/** Each table once, however many items of it there are. @throws {ServiceError} ResourceNotFoundException */
async function tablesOf(
  store: Store,
  actions: readonly { readonly tableName: string }[],
): Promise<ReadonlyMap<string, TableDescription>> {
  const tables = new Map<string, TableDescription>();
  for (const { tableName } of actions) {
    if (!tables.has(tableName)) tables.set(tableName, await findTable(store, tableName));
  }
  return tables;
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
  const reads = parseTransactGet(store, input);
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
  const tables = await tablesOf(store, reads);
  refuseRepeatedItems(
    reads.map(({ key, tableName }) => ({ table: tables.get(tableName) as TableDescription, key })),
  );
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
