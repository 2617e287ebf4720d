// BatchWriteItem: puts and deletes without conditions, checked as a whole before anything is written. Nothing is ever
// left unprocessed.

import { ServiceError } from '../service.ts';
import { capacityByTable, writeUnits } from './capacity.ts';
import { type Request, type Store, storeModule, type TableDescription, validated } from './dynalite.ts';
import { validationError } from './errors.ts';
import { commit, findItem, findTable, type ItemChange } from './storage.ts';
import type { Item } from './values.ts';
import { checkAgainstTable, checkKeyNotEmpty, evaluate, parseWrite, type Write } from './writes.ts';

const MAX_WRITES = 25;

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** @throws {ServiceError} ValidationException, SerializationException */
export function parseBatchWrite(store: Store, input: Request): Write[] {
  const request = validated('batchWriteItem', input, store);
  const requests = request.RequestItems as Readonly<Record<string, readonly WriteRequest[]>>;
  const writes = Object.entries(requests).flatMap(([TableName, entries]) =>
    entries.map(({ PutRequest, DeleteRequest }) =>
      PutRequest
        ? parseWrite('Put', { TableName, Item: PutRequest.Item }, store)
        : parseWrite('Delete', { TableName, Key: DeleteRequest?.Key }, store),
    ),
  );
  if (writes.length > MAX_WRITES)
    throw validationError('Too many items requested for the BatchWriteItem call');
  return writes;
}

/** @throws {ServiceError} ResourceNotFoundException, ValidationException */
export async function applyBatch(store: Store, writes: readonly Write[]): Promise<ItemChange[]> {
  const seen = new Set<string>();
  const changes: ItemChange[] = [];
  for (const write of writes) {
    const table = await findTable(store, write.tableName);
    checkEntry(write, table);
    const key = `${table.TableName}/${storeModule.createKey(write.subject, table)}`;
    if (seen.has(key)) throw validationError('Provided list of item keys contains duplicates');
    seen.add(key);
    changes.push(evaluate(write, table, await findItem(store, table, write.subject)));
  }
  await commit(store, changes);
  return changes;
}

export function batchWriteAnswer(input: Request, changes: readonly ItemChange[]): object {
  const uses = changes.map(({ table, before, after }) => ({
    tableName: table.TableName,
    units: writeUnits(before, after),
  }));
  return { UnprocessedItems: {}, ConsumedCapacity: capacityByTable(input.ReturnConsumedCapacity, uses) };
}

/** A put whose key does not fit is refused in the words of a delete. */
function checkEntry(write: Write, table: TableDescription): void {
  checkKeyNotEmpty(write, table);
  try {
    checkAgainstTable(write, table);
  } catch (error) {
    const misfit =
      error instanceof ServiceError && /Missing the key|Type mismatch for key/.test(error.message);
    throw misfit ? validationError('The provided key element does not match the schema') : error;
  }
}
