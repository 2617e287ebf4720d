// Queries, scans and getMany on two emulators that share no code, at what DynamoDB's documentation says of its edges: pages of
// 1 MB, 100 keys and 16 MB a batch, filters after limits, sparse indexes, numbers of 38 digits, sets and bytes.

import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  type BatchGetItemCommandOutput,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LargeItemClient, NumberValue, type Results, type StoreDescriptor } from '../../client/index.ts';
import { startLocalCloud } from '../../local/index.ts';
import { startMoto } from './moto.ts';

const store: StoreDescriptor = {
  table: 'reads',
  bucket: 'reads-bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  key: { partitionKey: { name: 'tenant', type: 'S' }, sortKey: { name: 'number', type: 'N' } },
  region: 'us-east-1',
  stateMachines: { create: 'arn:c', update: 'arn:u', delete: 'arn:d' },
};
type SdkItem = Record<string, AttributeValue>;

const EXACT = '1234567890123456789012345678901234567.8';
/** Of partition `many`: 30 items of 60 KB, nearly two pages. */
const MANY = 30;
const BULK = 'x'.repeat(60_000);

interface Emulator extends AsyncDisposable {
  readonly endpoint: string;
}

async function startLocal(): Promise<Emulator> {
  const cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 1000, warmUp: false });
  return { endpoint: cloud.endpoint, [Symbol.asyncDispose]: () => cloud.stop() };
}

describe.each([
  ['the local cloud', startLocal],
  ['moto', startMoto],
])('on %s', (_, start) => {
  let emulator: Emulator;
  let client: LargeItemClient;
  let dynamodb: DynamoDBClient;
  let s3: S3Client;

  beforeAll(async () => {
    emulator = await start();
    const { endpoint } = emulator;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const config = { endpoint, region: store.region, credentials };
    dynamodb = new DynamoDBClient(config);
    s3 = new S3Client({ ...config, forcePathStyle: true });
    client = new LargeItemClient({ store, dynamodb, s3 });
    await createTable(dynamodb);
    await s3.send(new CreateBucketCommand({ Bucket: store.bucket }));
    await fill(dynamodb, s3);
  });
  afterAll(async () => {
    dynamodb.destroy();
    s3.destroy();
    await emulator[Symbol.asyncDispose]();
  });

  describe('a query', () => {
    it('orders numbers as numbers, and reads on past a page of 1 MB', async () => {
      const pages = await all(client.query({ partition: { tenant: 'many' } }).pages());
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.flatMap(({ items }) => items.map(({ key }) => key.number))).toEqual(upTo(MANY));
      const [first] = pages;
      const rest = client.query({ partition: { tenant: 'many' }, cursor: first?.cursor });
      expect(await numbers(rest)).toEqual(upTo(MANY).slice(first?.items.length));
    });

    it.each([
      [{ eq: 7 }, [7]],
      [{ lt: 2 }, [0, 1]],
      [{ lte: 1 }, [0, 1]],
      [{ gt: 27 }, [28, 29]],
      [{ gte: 28 }, [28, 29]],
      [{ between: [9, 11] as const }, [9, 10, 11]],
    ])('of the sort keys that meet %j', async (number, expected) => {
      const sort = { number };
      expect(await numbers(client.query({ partition: { tenant: 'many' }, sort }))).toEqual(expected);
      const descending = client.query({ partition: { tenant: 'many' }, sort, order: 'descending' });
      expect(await numbers(descending)).toEqual(expected.toReversed());
    });

    it('counts results by its limit, not what a filter leaves out', async () => {
      const filter = {
        expression: '#n IN (:a, :b, :c)',
        names: { '#n': 'rank' },
        values: { ':a': 3, ':b': 17, ':c': 29 },
      };
      const options = { partition: { tenant: 'many' }, filter, project: ['rank'], limit: 2 };
      const page = await client.query(options).page();
      expect(page.items.map(({ attributes }) => attributes)).toEqual([{ rank: 3 }, { rank: 17 }]);
      const rest = await client.query({ ...options, cursor: page.cursor }).page();
      expect(rest.items.map(({ key }) => key.number)).toEqual([29]);
    });

    it('of a global index skips items that are not in it, and goes on within equal keys', async () => {
      const options = { index: 'byColour', partition: { colour: 'red' }, limit: 3 };
      const found: unknown[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.query({ ...options, cursor }).page();
        found.push(...page.items.map(({ key }) => key.number));
        ({ cursor } = page);
      } while (cursor !== undefined);
      expect((found as number[]).toSorted((a, b) => a - b)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    });

    it('of a local index is consistent, and ordered by its own key', async () => {
      const query = { index: 'byRank', partition: { tenant: 'many' }, sort: { rank: { gte: 28 } } };
      expect(await numbers(client.query({ ...query, consistent: true, order: 'descending' }))).toEqual([
        29, 28,
      ]);
    });

    it('loads content, also of an index that has the key alone', async () => {
      const [item] = await all(client.query({ partition: { tenant: 'whole' }, load: true }));
      expect(item).toMatchObject({ version: 1, attributes: { colour: 'blue' } });
      expect(await item?.large.page?.text()).toBe('a page');
      const [part] = await all(client.query({ index: 'byColour', partition: { colour: 'blue' } }));
      expect(part?.large).toEqual({});
      const [whole] = await all(
        client.query({ index: 'byColour', partition: { colour: 'blue' }, load: ['page'] }),
      );
      expect(await whole?.large.page?.text()).toBe('a page');
    });

    it('keeps numbers digit for digit, sets, bytes and nesting', async () => {
      const [item] = await all(client.query({ partition: { tenant: 'types' } }));
      const { exact, tags, bytes, nested, nothing } = item?.attributes ?? {};
      expect(exact).toEqual(NumberValue.from(EXACT));
      expect(tags).toEqual(new Set(['a', 'b']));
      expect(bytes).toEqual(new Uint8Array([0, 255]));
      expect(nested).toEqual({ list: [1, { deep: true }] });
      expect(nothing).toBeNull();
    });

    it('is refused for an index that there is not', async () => {
      const page = client.query({ index: 'none', partition: { colour: 'red' }, limit: 1 }).page();
      await expect(page).rejects.toThrow();
    });
  });

  describe('a scan', () => {
    it.each([1, 3])('in %d segments finds each item once, also from cursors', async (segments) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.scan({ segments, limit: 11, cursor, project: ['rank'] }).page();
        found.push(...page.items.map(({ key }) => `${key.tenant} ${key.number}`));
        ({ cursor } = page);
      } while (cursor !== undefined);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toHaveLength(MANY + 120 + 2);
    });
  });

  describe('getMany', () => {
    it('answers 300 keys in their order, twice given ones and missing ones too', async () => {
      const keys = Array.from({ length: 300 }, (_, at) => ({ tenant: 'small', number: at % 150 }));
      const { items } = await client.getMany(keys).page();
      expect(items.map(({ key }) => key)).toEqual(keys);
      expect(items.map(({ item }) => item !== null)).toEqual(keys.map(({ number }) => number < 120));
    });

    it('goes on past 16 MB a batch', async () => {
      for (let at = 0; at < 50; at++) {
        const Item = { tenant: { S: 'huge' }, number: { N: String(at) }, text: { S: 'x'.repeat(390_000) } };
        await dynamodb.send(new PutItemCommand({ TableName: store.table, Item }));
      }
      const keys = upTo(50).map((number) => ({ tenant: 'huge', number }));
      let unread = 0;
      dynamodb.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const answer = await next(args);
            const { UnprocessedKeys = {} } = answer.output as BatchGetItemCommandOutput;
            if (commandName === 'BatchGetItemCommand')
              unread += UnprocessedKeys[store.table]?.Keys?.length ?? 0;
            return answer;
          },
        { step: 'initialize', name: 'unread' },
      );
      let found = 0;
      for await (const { item } of client.getMany(keys)) if (item !== null) found += 1;
      dynamodb.middlewareStack.remove('unread');
      expect(found).toBe(50);
      expect(unread).toBeGreaterThan(0);
    });

    it('spells keys as the table does, whatever spelling was given', async () => {
      const spelled = [7n, NumberValue.from('7.00'), 7].map((number) => ({ tenant: 'small', number }));
      const { items } = await client.getMany(spelled).page();
      expect(items.every(({ item }) => item?.key.number === 7)).toBe(true);
    });
  });
});

async function createTable(dynamodb: DynamoDBClient): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: store.table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'tenant', AttributeType: 'S' },
        { AttributeName: 'number', AttributeType: 'N' },
        { AttributeName: 'colour', AttributeType: 'S' },
        { AttributeName: 'rank', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'tenant', KeyType: 'HASH' },
        { AttributeName: 'number', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byColour',
          KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'byRank',
          KeySchema: [
            { AttributeName: 'tenant', KeyType: 'HASH' },
            { AttributeName: 'rank', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
}

/** `many`, 120 of `small`, one with a page, one of all types. */
async function fill(dynamodb: DynamoDBClient, s3: S3Client): Promise<void> {
  const many = upTo(MANY).map((at) => ({
    ...keyOf('many', at),
    rank: { N: String(at) },
    bulk: { S: BULK },
    ...(at % 3 === 0 && { colour: { S: 'red' } }),
  }));
  const small = upTo(120).map((at) => keyOf('small', at));
  await writeAll(dynamodb, [...many, ...small, typesItem(), await wholeItem(s3)]);
}

function typesItem(): SdkItem {
  return {
    ...keyOf('types', 0),
    exact: { N: EXACT },
    tags: { SS: ['a', 'b'] },
    bytes: { B: new Uint8Array([0, 255]) },
    nested: { M: { list: { L: [{ N: '1' }, { M: { deep: { BOOL: true } } }] } } },
    nothing: { NULL: true },
  };
}

/** As a saga leaves one. */
async function wholeItem(s3: S3Client): Promise<SdkItem> {
  const content = 'a page';
  const run = 'create.c-1.20260101T000000000Z';
  const sha256 = createHash('sha256').update(content).digest('hex');
  const Key = `items/pk=whole/sk=1/attr=page/sha256=${sha256}/${run}`;
  await s3.send(new PutObjectCommand({ Bucket: store.bucket, Key, Body: content }));
  return {
    ...keyOf('whole', 1),
    colour: { S: 'blue' },
    page: { S: `s3://${store.bucket}/${Key}` },
    _saga: {
      M: {
        createdBy: { S: run },
        version: { N: '1' },
        writtenBy: { S: run },
        large: { L: [{ S: 'page' }] },
      },
    },
  };
}

async function writeAll(dynamodb: DynamoDBClient, items: readonly SdkItem[]): Promise<void> {
  for (let at = 0; at < items.length; at += 25) {
    const puts = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [store.table]: puts } }));
  }
}

function keyOf(tenant: string, number: number): SdkItem {
  return { tenant: { S: tenant }, number: { N: String(number) } };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) found.push(each);
  return found;
}

async function numbers(
  results: Results<{ readonly key: Readonly<Record<string, unknown>> }>,
): Promise<unknown[]> {
  return (await all(results)).map(({ key }) => key.number);
}
