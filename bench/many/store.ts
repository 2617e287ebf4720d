// Items with an object each, as sagas would have written them, put by the SDK: thousands of runs would take minutes.

import { createHash } from 'node:crypto';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { writeSaga } from '../../core/item/item.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import { formatRun } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';

export const ATTRIBUTE = 'page';
/** Of each item's content. */
export const CONTENT_BYTES = 4096;
/** Objects under way at a time, by the client and by the SDK; and batches of keys. */
export const PARALLEL_GETS = 16;
export const PARALLEL_BATCHES = 4;
/** Items that one BatchWriteItem takes (API reference). */
const BATCH = 25;

export function keyAt(n: number): { readonly id: string } {
  return { id: `item-${n}` };
}

export async function fillStore(
  { dynamodb, s3, store }: { dynamodb: DynamoDBClient; s3: S3Client; store: StoreDescriptor },
  items: number,
): Promise<void> {
  for (let from = 0; from < items; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, items - from) }, (_, at) => itemAt(from + at, store));
    await Promise.all(
      batch.map(({ Key, Body }) => s3.send(new PutObjectCommand({ Bucket: store.bucket, Key, Body }))),
    );
    const puts = batch.map(({ item }) => ({ PutRequest: { Item: toSdkItem(item) } }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [store.table]: puts } }));
  }
}

function itemAt(n: number, store: StoreDescriptor) {
  const { id } = keyAt(n);
  const key: Item = { id: { S: id } };
  const Body = `${id} `.padEnd(CONTENT_BYTES, 'x');
  const run = formatRun({
    operation: 'create',
    name: `create-${n}`,
    startTime: '2026-01-01T00:00:00.000Z',
  });
  const sha256 = createHash('sha256').update(Body).digest('hex');
  const Key = objectKey(store, key, ATTRIBUTE, sha256, run);
  const item: Item = {
    ...key,
    title: { S: `The title of ${id}` },
    [ATTRIBUTE]: { S: formatPointer(store.bucket, Key) },
    _saga: writeSaga({ createdBy: run, version: 1, writtenBy: run, large: [ATTRIBUTE] }),
  };
  return { Key, Body, item };
}
