// Reading many items from the local cloud: queries of the table and of indexes, scans, many keys; what is written is found.

import {
  BatchWriteItemCommand,
  DynamoDBClient,
  type Projection,
  PutItemCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ItemChanged, LargeItemClient, type Page, type Results } from '../../client/index.ts';
import { useLocalCloud } from './local-store.ts';

interface Report {
  key: { number: number; title: string };
  attributes: { status: string; pages?: number; text?: string };
  large: 'page' | 'picture';
}

const cloud = useLocalCloud();
let client: LargeItemClient<Report>;
let dynamodb: DynamoDBClient;

const INDEXES = {
  byStatus: { ProjectionType: 'ALL' },
  keysByStatus: { ProjectionType: 'KEYS_ONLY' },
  pagesByStatus: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['page', 'text'] },
} satisfies Record<string, Projection>;

/** 60 items in partition 1, every third final; 5 in partition 2; one with content in partition 3. */
beforeAll(async () => {
  client = await LargeItemClient.fromStack<Report>({
    stackName: 'Several',
    construct: 'Numbered',
    pollIntervalMs: 10,
  });
  dynamodb = new DynamoDBClient({});
  for (const [IndexName, Projection] of Object.entries(INDEXES)) {
    await dynamodb.send(
      new UpdateTableCommand({
        TableName: client.store.table,
        AttributeDefinitions: [
          { AttributeName: 'status', AttributeType: 'S' },
          { AttributeName: 'pages', AttributeType: 'N' },
        ],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName,
              KeySchema: [
                { AttributeName: 'status', KeyType: 'HASH' },
                { AttributeName: 'pages', KeyType: 'RANGE' },
              ],
              Projection,
            },
          },
        ],
      }),
    );
  }
  const plain = (partition: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      number: { N: String(partition) },
      title: { S: titleOf(at) },
      status: { S: at % 3 === 0 ? 'final' : 'draft' },
      pages: { N: String(at) },
    }));
  const items = [...plain(1, 60), ...plain(2, 5)];
  for (let at = 0; at < items.length; at += 25) {
    const puts = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [client.store.table]: puts } }));
  }
  await client.create({
    key: { number: 3, title: 'whole' },
    attributes: { status: 'whole', pages: 7, text: 'x' },
    largeAttributes: { page: 'a page', picture: 'a picture' },
  });
});
afterEach(() => cloud.current.faults.clear());

function titleOf(at: number): string {
  return `t${String(at).padStart(2, '0')}`;
}

const titles = (...range: [number, number]) =>
  Array.from({ length: range[1] - range[0] }, (_, at) => titleOf(range[0] + at));

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) found.push(each);
  return found;
}

async function titlesOf(results: AsyncIterable<{ key: { title: string } }>): Promise<string[]> {
  return (await all(results)).map(({ key }) => key.title);
}

/** All results by way of pages of so many, each read by a client of its own. */
async function inSteps<T>(read: (cursor: string | undefined) => Results<T>): Promise<Page<T>[]> {
  const pages: Page<T>[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor).page();
    pages.push(page);
    ({ cursor } = page);
  } while (cursor !== undefined);
  return pages;
}

describe('a query of the table', () => {
  const partition = { number: 1 };

  it('gives a partition in the order of the sort key', async () => {
    expect(await titlesOf(client.query({ partition }))).toEqual(titles(0, 60));
    expect(await titlesOf(client.query({ partition, order: 'descending' }))).toEqual(
      titles(0, 60).toReversed(),
    );
    expect(await all(client.query({ partition: { number: 9 } }))).toEqual([]);
  });

  it.each([
    [{ eq: 't07' }, ['t07']],
    [{ lt: 't03' }, titles(0, 3)],
    [{ lte: 't03' }, titles(0, 4)],
    [{ gt: 't57' }, titles(58, 60)],
    [{ gte: 't57' }, titles(57, 60)],
    [{ between: ['t10', 't12'] as const }, titles(10, 13)],
    [{ beginsWith: 't2' }, titles(20, 30)],
  ] as const)('gives those that meet %j', async (condition, expected) => {
    expect(await titlesOf(client.query({ partition, sort: { title: condition } }))).toEqual(expected);
  });

  it('gives up to the limit what meets a filter, however much is read for it', async () => {
    const filter = { expression: '#s = :s', names: { '#s': 'status' }, values: { ':s': 'final' } };
    const page = await client.query({ partition, filter, limit: 3 }).page();
    expect(page.items.map(({ key }) => key.title)).toEqual(['t00', 't03', 't06']);
    const rest = client.query({ partition, filter, cursor: page.cursor });
    expect(await titlesOf(rest)).toEqual(titles(0, 60).filter((_, at) => at > 6 && at % 3 === 0));
  });

  it.each([
    ['', undefined],
    [' with a filter', { expression: 'pages < :most', values: { ':most': 55 } }],
  ])('gives each item once in pages of 7%s, whoever reads the next', async (_, filter) => {
    const pages = await inSteps((cursor) => client.query({ partition, filter, limit: 7, cursor }));
    const found = pages.map(({ items }) => items.map(({ key }) => key.title));
    expect(found.flat()).toEqual(titles(0, filter === undefined ? 60 : 55));
    expect(found.slice(0, -2).every((page) => page.length === 7)).toBe(true);
  });

  it('gives what is projected, and says what it cost', async () => {
    const whole = { partition: { number: 3 } };
    const [item] = (
      await client.query({ ...whole, project: ['pages', 'page'], limit: 1, consumed: true }).page()
    ).items;
    expect(item).toMatchObject({ key: { number: 3, title: 'whole' }, version: 1, attributes: { pages: 7 } });
    expect(Object.keys(item?.attributes ?? {})).toEqual(['pages']);
    expect(Object.keys(item?.large ?? {})).toEqual(['page']);
    expect(await item?.large.page?.text()).toBe('a page');
    const costs = async (consistent: boolean) =>
      (await client.query({ ...whole, limit: 1, consumed: true, consistent }).page()).consumed;
    expect([await costs(true), await costs(false)]).toEqual([1, 0.5]);
    expect((await client.query({ ...whole, limit: 1 }).page()).consumed).toBeUndefined();
  });

  it('loads content with the items, and parts of it on demand', async () => {
    const [item] = await all(client.query({ partition: { number: 3 }, load: ['page'] }));
    expect(await item?.large.page?.text()).toBe('a page');
    const range = { start: 2, end: 5 };
    expect(new TextDecoder().decode(await item?.large.picture?.bytes({ range }))).toBe('pic');
    expect(new TextDecoder().decode(await item?.large.page?.bytes({ range }))).toBe('pag');
    expect(await new Response(item?.large.picture?.stream()).text()).toBe('a picture');
    expect(await item?.large.picture?.head()).toMatchObject({ size: 9 });
    const url = (await item?.large.picture?.presignedUrl()) ?? '';
    expect(await (await fetch(url)).text()).toBe('a picture');
    expect((await item?.get())?.attributes.pages).toBe(7);
  });

  it('goes on past a page of 1 MB', async () => {
    const text = 'x'.repeat(300_000);
    for (const title of ['a', 'b', 'c', 'd', 'e']) {
      const Item = { number: { N: '4' }, title: { S: title }, text: { S: text } };
      await dynamodb.send(new PutItemCommand({ TableName: client.store.table, Item }));
    }
    const pages = await all(client.query({ partition: { number: 4 } }).pages());
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(({ items }) => items.map(({ key }) => key.title))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    expect(pages.at(-1)?.cursor).toBeUndefined();
    const rest = client.query({ partition: { number: 4 }, cursor: pages[0]?.cursor });
    expect(await titlesOf(rest)).toEqual(
      pages.slice(1).flatMap(({ items }) => items.map(({ key }) => key.title)),
    );
  });
});

describe('a query of a global index', () => {
  const partition = { status: 'final' };

  it('gives what the index has, in the order of its sort key', async () => {
    const found = client.query({ index: 'byStatus', partition, sort: { pages: { lt: 10 } } });
    const all = (await titlesOf(found)).toSorted();
    expect(all).toEqual(['t00', 't00', 't03', 't03', 't06', 't09'].toSorted());
  });

  const notT30 = { expression: 'NOT title = :x', values: { ':x': 't30' } };
  it.each([
    ['', undefined, undefined, 22],
    [' with a filter', notT30, undefined, 21],
    [' with a filter and a projection', notT30, ['text'], 21],
  ] as const)('gives each item once in pages of 4%s', async (_, filter, project, count) => {
    const pages = await inSteps((cursor) =>
      client.query({ index: 'byStatus', partition, filter, project, limit: 4, cursor }),
    );
    const found = pages.flatMap(({ items }) => items.map(({ key }) => `${key.number} ${key.title}`));
    expect(new Set(found).size).toBe(found.length);
    expect(found).toHaveLength(count);
  });

  it.each(Object.keys(INDEXES))('loads content from the table: %s', async (index) => {
    const query = { index, partition: { status: 'whole' } };
    const [loaded] = await all(client.query({ ...query, load: ['page'], project: ['pages'] }));
    expect(loaded).toMatchObject({ version: 1, attributes: { pages: 7 } });
    expect(await loaded?.large.page?.text()).toBe('a page');
    const [lazy] = await all(client.query(query));
    expect(lazy?.key).toEqual({ number: 3, title: 'whole' });
    expect(await (await lazy?.get({ load: true }))?.large.picture?.text()).toBe('a picture');
  });

  it('reads the item again before content is trusted', async () => {
    const key = { number: 5, title: 'changing' };
    await client.create({
      key,
      attributes: { status: 'changing', pages: 1 },
      largeAttributes: { page: 'old' },
    });
    const query = { partition: { status: 'changing' } };
    const [all1] = await all(client.query({ ...query, index: 'byStatus' }));
    const [some] = await all(client.query({ ...query, index: 'pagesByStatus' }));
    const [none] = await all(client.query({ ...query, index: 'keysByStatus' }));
    expect([all1?.version, some?.version, none?.version]).toEqual([1, undefined, undefined]);
    expect(await all1?.large.page?.text()).toBe('old');
    expect(await some?.large.page?.text()).toBe('old');
    expect(none?.large).toEqual({});
    // The object stays, so only the item tells.
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: client.store.table,
        Key: { number: { N: '5' }, title: { S: 'changing' } },
        UpdateExpression: 'SET page = :page',
        ExpressionAttributeValues: { ':page': { S: 's3://elsewhere/x' } },
      }),
    );
    await expect(all1?.large.page?.text()).rejects.toBeInstanceOf(ItemChanged);
    await expect(some?.large.page?.head()).rejects.toBeInstanceOf(ItemChanged);
  });
});

describe('a scan', () => {
  it('gives each item once, in any number of segments', async () => {
    const found = async (segments: number) =>
      (await all(client.scan({ segments, project: [] })))
        .map(({ key }) => `${key.number} ${key.title}`)
        .toSorted();
    const once = await found(1);
    expect(once).toEqual(expect.arrayContaining(['1 t00', '2 t04', '3 whole']));
    expect(await found(7)).toEqual(once);
  });

  it.each([
    [1, undefined, undefined],
    [4, undefined, undefined],
    [4, { expression: 'attribute_exists(pages) AND pages < :most', values: { ':most': 50 } }, undefined],
    [3, undefined, 'byStatus'],
    [1, { expression: 'attribute_exists(title)' }, 'byStatus'],
  ])(
    'in %d segments with the filter %j of the index %s goes on from its cursor',
    async (segments, filter, index) => {
      const options = { segments, filter };
      const scan = (more: object) =>
        (index === undefined
          ? client.scan({ ...options, ...more })
          : client.scan({ ...options, ...more, index })) as Results<{
          key: { number: number; title: string };
        }>;
      const names = (items: readonly { key: { number: number; title: string } }[]) =>
        items.map(({ key }) => `${key.number} ${key.title}`);
      const whole = names(await all(scan({})));
      const pages = await inSteps((cursor) => scan({ limit: 9, cursor }));
      expect(pages.every(({ items }) => items.length <= 9)).toBe(true);
      expect(pages.flatMap(({ items }) => names(items)).toSorted()).toEqual(whole.toSorted());
    },
  );

  it('refuses the cursor of another scan', async () => {
    const { cursor } = await client.scan({ limit: 1 }).page();
    expect(() => client.scan({ cursor, segments: 2 })).toThrow('another scan');
    expect(() => client.scan({ cursor, filter: { expression: 'attribute_exists(x)' } })).toThrow(
      'another scan',
    );
    expect(() => client.query({ cursor, partition: { number: 1 } })).toThrow('of scan, not of query');
  });
});

describe('many keys', () => {
  it('are read with their items', async () => {
    const keys = titles(0, 60).map((title) => ({ number: 1, title }));
    const results = await all(
      client.getMany([...keys, { number: 3, title: 'whole' }, { number: 3, title: 'none' }]),
    );
    expect(results.map(({ item }) => item?.attributes.pages)).toEqual([...keys.keys(), 7, undefined]);
    expect(results.at(-1)?.item).toBeNull();
    expect(await results.at(-2)?.item?.large.page?.text()).toBe('a page');
  });
});
