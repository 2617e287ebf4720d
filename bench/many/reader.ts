// The process that bench/many.ts measures: reads items with the content of their large attribute, by the client or by the SDK alone.
// Run: node reader.mjs client|SDK ITEMS, with the local cloud in the environment. Prints what it measured, as JSON.

import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LargeItemClient } from '../../client/index.ts';
import { measuring } from '../transfer/measuring.ts';
import { ATTRIBUTE, CONTENT_BYTES, keyAt, PARALLEL_BATCHES, PARALLEL_GETS } from './store.ts';

const BATCH = 100;

async function byClient(client: LargeItemClient, items: number): Promise<number> {
  const keys = Array.from({ length: items }, (_, n) => keyAt(n));
  let bytes = 0;
  for await (const { item } of client.getMany(keys, { load: [ATTRIBUTE], parallel: PARALLEL_GETS })) {
    bytes += (await item?.large[ATTRIBUTE]?.bytes())?.length ?? 0;
  }
  return bytes;
}

/** As many calls at a time, consistent as the client's, and no more: nothing is checked, decoded or brought into order. */
async function bySdk({ store }: LargeItemClient, items: number): Promise<number> {
  const [dynamodb, s3] = [new DynamoDBClient({}), new S3Client({})];
  const pointers: string[] = [];
  const batches = Math.ceil(items / BATCH);
  await inParallel(batches, PARALLEL_BATCHES, async (batch) => {
    const length = Math.min(BATCH, items - batch * BATCH);
    const Keys = Array.from({ length }, (_, n) => ({ id: { S: keyAt(batch * BATCH + n).id } }));
    const { Responses } = await dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [store.table]: { Keys, ConsistentRead: true } } }),
    );
    for (const item of Responses?.[store.table] ?? []) pointers.push(item[ATTRIBUTE]?.S ?? '');
  });
  let bytes = 0;
  await inParallel(pointers.length, PARALLEL_GETS, async (n) => {
    const Key = (pointers[n] as string).slice(`s3://${store.bucket}/`.length);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: store.bucket, Key }));
    bytes += (await Body?.transformToByteArray())?.length ?? 0;
  });
  return bytes;
}

async function inParallel(count: number, atATime: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, worker));
}

const [reader, given] = process.argv.slice(2);
const items = Number(given);
const client = await LargeItemClient.fromStack();
await client.get(keyAt(0)); // what is loaded at the first call is no part of it
const measure = measuring();
const bytes = await (reader === 'client' ? byClient : bySdk)(client, items);
const measured = await measure();
if (bytes !== items * CONTENT_BYTES) throw new Error(`${bytes} bytes were read of ${items} items`);
console.log(JSON.stringify(measured));
