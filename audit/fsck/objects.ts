// From the bucket to the table: does the item that an object's key names point at it?

import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { referencedKeys } from '../../core/item/item.ts';
import type { ObjectPlace } from '../../core/keys/pointer.ts';
import {
  isInObjectSpace,
  type ListedObject,
  type OwnObject,
  ownObject,
} from '../../core/sweep/named-object.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { patiently, sleep } from '../context.ts';
import { inOrder } from '../streams.ts';
import type { Check } from './check.ts';
import { headOf } from './head.ts';

/** Batches of items read side by side. */
const CONCURRENCY = 4;
/** Items that one BatchGetItem reads (API reference). */
const MAX_ITEMS = 100;
const MAX_OBJECTS = 1000;
/** Between tries of what one BatchGetItem has left over. */
const PAUSE_MS = 50;

export async function checkObjects(check: Check): Promise<void> {
  for await (const _checked of inOrder(batches(check), CONCURRENCY, (batch) => checkBatch(check, batch)));
}

/** Everything below a prefix, in the order of keys. */
export async function* list(
  { s3, store, signal, step }: Check,
  Prefix: string,
): AsyncGenerator<ListedObject> {
  let ContinuationToken: string | undefined;
  do {
    const command = new ListObjectsV2Command({ Bucket: store.bucket, Prefix, ContinuationToken });
    const page = await patiently(() => s3.send(command, { abortSignal: signal }), { signal });
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      yield { key: Key, size: Size, lastModified: LastModified?.getTime() ?? 0 };
    }
    await step();
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

/** Objects of sagas, of as many items as one call reads. */
async function* batches(check: Check): AsyncGenerator<readonly OwnObject[]> {
  const { store, tally } = check;
  const space = { ...store, reportPrefix: store.sweep?.reportPrefix ?? store.stagingPrefix };
  let batch: OwnObject[] = [];
  const items = new Set<string>();
  const all = store.prefix === '' ? '' : `${store.prefix}/`;
  for await (const object of list(check, check.prefix ?? all)) {
    if (!isInObjectSpace(object.key, space)) continue;
    tally.add('objects');
    tally.add('bytes', object.size);
    const own = ownObject(object, store);
    if (own === undefined) {
      tally.add('foreign');
      continue;
    }
    const item = JSON.stringify(own.item);
    if (batch.length >= MAX_OBJECTS || (items.size >= MAX_ITEMS && !items.has(item))) {
      yield batch;
      batch = [];
      items.clear();
    }
    batch.push(own);
    items.add(item);
  }
  if (batch.length > 0) yield batch;
}

async function checkBatch(check: Check, objects: readonly OwnObject[]): Promise<void> {
  const referenced = await referencedBy(check, objects);
  const unreferenced = objects.filter(({ key }) => !referenced.has(key));
  const states = await Promise.all(unreferenced.map(async ({ run }) => check.runs.of(run)));
  const ended = unreferenced.filter((_, at) => states[at]?.kind === 'ended');
  // A run may have written its item since the item was read, and ended since: what it put is read once more.
  const again = ended.length === 0 ? new Set<string>() : await referencedBy(check, ended);
  for (const [at, { key: objectKey, size, lastModified }] of unreferenced.entries()) {
    const object = { objectKey, size, lastModified: new Date(lastModified).toISOString() };
    const state = states[at];
    if (state?.kind === 'held') {
      await check.report({ kind: 'held', ...object, by: state.by, because: state.because });
    } else if (!again.has(objectKey) && (await headOf(check, placeOf(check, objectKey))) !== undefined) {
      // It is there still, so it is not one that a run has replaced, and its clean-up deleted, since the list was made.
      await check.report({ kind: 'orphan', ...object });
    }
  }
}

function placeOf({ store }: Check, key: string): ObjectPlace {
  return { bucket: store.bucket, key };
}

/** Keys of this store's objects that the objects' items reference, by a consistent read. */
async function referencedBy(
  { dynamodb, store, signal }: Check,
  objects: readonly OwnObject[],
): Promise<ReadonlySet<string>> {
  const items = new Map(objects.map(({ item }) => [JSON.stringify(item), item]));
  const referenced = new Set<string>();
  let left: KeysAndAttributes | undefined = {
    Keys: [...items.values()].map(toSdkItem),
    ConsistentRead: true,
  };
  while (left !== undefined) {
    const command: BatchGetItemCommand = new BatchGetItemCommand({ RequestItems: { [store.table]: left } });
    const answer: BatchGetItemCommandOutput = await patiently(
      () => dynamodb.send(command, { abortSignal: signal }),
      { signal },
    );
    for (const found of answer.Responses?.[store.table] ?? []) {
      for (const key of referencedKeys(fromSdkItem(found), store)) referenced.add(key);
    }
    left = answer.UnprocessedKeys?.[store.table];
    if (left !== undefined) await sleep(PAUSE_MS, signal);
  }
  return referenced;
}
