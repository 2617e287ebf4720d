// What a batch tells of a run that a list shows as succeeded: a consistent read of the item gives it, as long as the item names
// that run as its last writer.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Store } from '../../core/contract/store-types.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { isSpoiled, readSaga } from '../../core/item/item.ts';
import { parseObjectKey } from '../../core/keys/object-key.ts';
import { ownObjectKey } from '../../core/keys/pointer.ts';
import { formatRun, parseRun } from '../../core/keys/run.ts';
import type { AttributeValue, Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import type { WriteResult } from '../inputs.ts';
import { decodeItem } from '../values.ts';
import type { Started, WriteContext } from '../write/write.ts';
import type { VersionResult } from './batch-types.ts';

/** Reads of a batch that were refused: the caller may write, but not read. */
export interface Reading {
  refused: boolean;
}

/** The result of a create, which replaces nothing and lets go of nothing. Undefined where the item does not tell it. */
export async function createdResult(
  context: WriteContext,
  { executionArn, asked }: Started,
  startDate: Date,
  reading: Reading,
): Promise<WriteResult | undefined> {
  const names = asked.large;
  const item = await readItem(context, asked.key, names, reading);
  const saga = writtenBy(item, executionArn, asked.operation, startDate);
  if (item === undefined || saga === undefined) return undefined;
  const pointers = names.map((name) => [name, pointerOf(item[name])] as const);
  // Another program may have changed a pointer, and left `_saga` as it was.
  if (!pointers.every(([, pointer]) => isOf(saga.writtenBy, pointer, context.store))) return undefined;
  return {
    key: decodeItem(toSdkItem(asked.key)),
    version: saga.version,
    run: saga.writtenBy,
    executionArn,
    largeAttributes: Object.fromEntries(pointers),
    cleanup: 'done',
    letGo: [],
  };
}

/** The version alone, which a delete leaves none of. */
export async function versionResult(
  context: WriteContext,
  { executionArn, asked }: Started,
  startDate: Date,
  reading: Reading,
): Promise<VersionResult | undefined> {
  const key = decodeItem(toSdkItem(asked.key));
  if (asked.operation === 'delete') return { key, version: null, executionArn };
  const item = await readItem(context, asked.key, [], reading);
  const saga = writtenBy(item, executionArn, asked.operation, startDate);
  return saga && { key, version: saga.version, executionArn };
}

function pointerOf(value: AttributeValue | undefined): string {
  return value !== undefined && 'S' in value ? value.S : '';
}

/** Whether the pointer leads to an object that the run has put, by any of its plans. */
function isOf(run: string, pointer: string, store: Store): boolean {
  const key = ownObjectKey(pointer, store);
  const put = key === undefined ? undefined : parseObjectKey(store, key)?.run;
  return put !== undefined && formatRun(put) === run;
}

/** `_saga` of an item that this very run wrote last. A name may come again after 90 days, its time does not. */
function writtenBy(item: Item | undefined, executionArn: string, operation: string, startDate: Date) {
  if (item === undefined || isSpoiled(item)) return undefined;
  const saga = readSaga(item);
  const run = saga && parseRun(saga.writtenBy);
  const isThis =
    run?.operation === operation &&
    executionArn.endsWith(`:${run.name}`) &&
    Date.parse(run.startTime) === startDate.getTime();
  return isThis ? saga : undefined;
}

async function readItem(
  { dynamodb, store }: WriteContext,
  key: Item,
  names: readonly string[],
  reading: Reading,
): Promise<Item | undefined> {
  if (reading.refused) return undefined;
  const wanted = [SAGA_ATTRIBUTE, ...names];
  try {
    const { Item: found } = await dynamodb.send(
      new GetItemCommand({
        TableName: store.table,
        Key: toSdkItem(key),
        ConsistentRead: true,
        ProjectionExpression: wanted.map((_, at) => `#a${at}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(wanted.map((name, at) => [`#a${at}`, name])),
      }),
    );
    return found && fromSdkItem(found);
  } catch (error) {
    // The run itself tells all; a read only spares the look at it.
    if ((error as Error).name === 'AccessDeniedException') reading.refused = true;
    return undefined;
  }
}
