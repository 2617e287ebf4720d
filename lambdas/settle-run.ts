// Task SettleRun: what became of an Express run whose answer was lost, once nothing of it can land any more; and the objects of that
// run that the item does not need (docs/lanes.md).

import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Output } from '../core/contract/output.ts';
import { SagaError } from '../core/errors/errors.ts';
import { readPointers, referencedKeys } from '../core/item/item.ts';
import { isOwnObject, itemPrefix, parseObjectKeyForSure } from '../core/keys/object-key.ts';
import { ownObjectKey } from '../core/keys/pointer.ts';
import type { Operation } from '../core/keys/run.ts';
import { isRunOf, type Settles, settled } from '../core/saga/settle.ts';
import type { Item } from '../core/values/attributes.ts';
import { deleteAll } from './deletions.ts';
import { readItem } from './dynamodb.ts';
import { s3 } from './s3.ts';
import { storeFromEnvironment, task } from './task.ts';

export interface SettleRunEvent {
  readonly operation: Operation;
  readonly key: Item;
  readonly settles: Settles;
}

/** Lists of the item's objects that are read, of 1,000 each: what is behind them is left to the sweeper. */
const MAX_LISTS = 50;

const store = storeFromEnvironment();

/** @throws {SagaError} NotWritten, OutcomeUnknown; DeleteFailed when S3 reports errors for single keys */
export const handler = task(async ({ operation, key, settles }: SettleRunEvent): Promise<Output> => {
  const { id } = settles;
  const item = await readItem(store.table, key);
  const found = settled(operation, settles, item);
  // Whatever it has come to: no key of the run can come to the item any more.
  const referenced = item === undefined ? new Set<string>() : referencedKeys(item, store);
  const objects = (await objectsOfRun(operation, id, key)).filter((object) => !referenced.has(object));
  await deleteAll(s3, store.bucket, objects);
  switch (found.kind) {
    case 'written':
      return {
        operation,
        key,
        // Of an item that others have written since, it is known as the first that a create gives.
        version: found.saga.writtenBy === found.by ? found.saga.version : 1,
        run: found.by,
        largeAttributes: pointersOf(item ?? {}, operation, id),
        cleanup: 'deferred',
        letGo: [],
      };
    case 'not written':
      throw new SagaError('NotWritten', 'the item shows that the Express run has not written it', { id });
    case 'unknown':
      throw new SagaError('OutcomeUnknown', `whether the Express run ${id} has written: ${found.why}`, {
        objectCount: 0,
        objects: [],
      });
  }
});

/** Keys of what a run of this id has put for the item. */
async function objectsOfRun(operation: Operation, id: string, item: Item): Promise<readonly string[]> {
  const objects: string[] = [];
  let ContinuationToken: string | undefined;
  for (let lists = 0; lists < MAX_LISTS; lists += 1) {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: store.bucket,
        Prefix: itemPrefix(store, item),
        ...(ContinuationToken !== undefined && { ContinuationToken }),
      }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      const run = parseObjectKeyForSure(store, Key)?.run;
      if (isRunOf(run, operation, id) && isOwnObject(Key, item, store)) {
        objects.push(Key);
      }
    }
    ContinuationToken = page.NextContinuationToken;
    if (ContinuationToken === undefined) break;
  }
  return objects;
}

/** Those that the run has set and that still stand. */
function pointersOf(item: Item, operation: Operation, id: string): Readonly<Record<string, string>> {
  const own = [...readPointers(item, store)].filter(([, pointer]) => {
    const run = parseObjectKeyForSure(store, ownObjectKey(pointer, store) ?? '')?.run;
    return isRunOf(run, operation, id);
  });
  return Object.fromEntries(own);
}
