// The plain algorithm of docs/hazards.md, part A, from its description: keys shared by content, HEAD then PUT, unconditional
// writes of the item, and the clean-up in the app's own process. What Twinwrite takes the place of; nothing of it is used.

import { createHash } from 'node:crypto';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';

export interface PlainEvent {
  readonly operation: Operation;
  readonly input: {
    readonly key: { readonly id: string };
    readonly largeAttributes?: Readonly<Record<string, { readonly text: string }>>;
    /** Of a create: refused where there is an item. */
    readonly onlyIfAbsent?: boolean;
  };
}

const TABLE = 't';
const BUCKET = 'b';
const s3 = new S3Client({});
const dynamodb = new DynamoDBClient({});

/** One write, from its start to its clean-up. */
export async function plainWrite({ operation, input }: PlainEvent): Promise<null> {
  const Key = { id: { S: input.key.id } };
  if (operation === 'delete') return deleteItem(Key);
  const put: string[] = [];
  try {
    const pointers = await putMissing(input, put);
    const before = await readItem(Key);
    await writeItem(operation, Key, pointers, input.onlyIfAbsent ?? false);
    // What was put is new, so what was there before is old.
    const isNew = (name: string) => put.includes(keyIn(pointers[name]?.S));
    if (operation === 'update')
      await deleteObjects(
        pointersOf(before)
          .filter(([name]) => isNew(name))
          .map(([, key]) => key),
      );
    return null;
  } catch (error) {
    await deleteObjects(put);
    throw Object.assign(new Error((error as Error).message), { name: `RolledBack.${(error as Error).name}` });
  }
}

/** The item, then its objects, as they are found. */
export async function plainRead({ id }: { readonly id: string }): Promise<unknown> {
  const item = await readItem({ id: { S: id } });
  if (Object.keys(item).length === 0) return null;
  const large: Record<string, string> = {};
  for (const [name, Key] of pointersOf(item)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    for await (const chunk of Body as AsyncIterable<Uint8Array>) large[name] = Buffer.from(chunk).toString();
  }
  const { views } = item;
  return { views: views !== undefined && 'N' in views ? views.N : '', large };
}

/** @param put - gets the keys that were not there */
async function putMissing(
  { key, largeAttributes = {} }: PlainEvent['input'],
  put: string[],
): Promise<Readonly<Record<string, { S: string }>>> {
  const pointers: Record<string, { S: string }> = {};
  for (const [name, { text }] of Object.entries(largeAttributes)) {
    const digest = createHash('sha256').update(text).digest('hex');
    const Key = `items/pk=${key.id}/attr=${name}/sha256=${digest}`;
    if (!(await exists(Key))) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Buffer.from(text) }));
      put.push(Key);
    }
    pointers[name] = { S: `s3://${BUCKET}/${Key}` };
  }
  return pointers;
}

async function exists(Key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'NotFound') return false;
    throw error;
  }
}

async function writeItem(
  operation: 'create' | 'update',
  Key: Item,
  pointers: Readonly<Record<string, { S: string }>>,
  onlyIfAbsent: boolean,
): Promise<void> {
  if (operation === 'create') {
    const condition = onlyIfAbsent ? { ConditionExpression: 'attribute_not_exists(id)' } : {};
    const item = { ...Key, views: { N: '0' }, ...pointers };
    await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: item as never, ...condition }));
    return;
  }
  const names = Object.keys(pointers);
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: Key as never,
      UpdateExpression: `SET ${names.map((name) => `${name} = :${name}`).join(', ')} ADD views :one`,
      ExpressionAttributeValues: {
        ':one': { N: '1' },
        ...Object.fromEntries(names.map((name) => [`:${name}`, pointers[name] as { S: string }])),
      },
    }),
  );
}

async function deleteItem(Key: Item): Promise<null> {
  const before = await readItem(Key);
  await dynamodb.send(new DeleteItemCommand({ TableName: TABLE, Key: Key as never }));
  await deleteObjects(pointersOf(before).map(([, key]) => key));
  return null;
}

async function readItem(Key: Item): Promise<Item> {
  const { Item: item = {} } = await dynamodb.send(
    new GetItemCommand({ TableName: TABLE, Key: Key as never, ConsistentRead: true }),
  );
  return item as Item;
}

async function deleteObjects(keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const Delete = { Objects: keys.map((Key) => ({ Key })) };
  await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete }));
}

function pointersOf(item: Item): readonly (readonly [name: string, key: string])[] {
  return Object.entries(item).flatMap(([name, value]) => {
    const key = keyIn('S' in value ? value.S : undefined);
    return key === '' ? [] : [[name, key] as const];
  });
}

function keyIn(pointer: string | undefined): string {
  const start = `s3://${BUCKET}/`;
  return pointer?.startsWith(start) ? pointer.slice(start.length) : '';
}
