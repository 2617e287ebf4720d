// Queries and scans as DynamoDB is asked: no more than is wanted, no faster than it is taken, and again when it throttles.

import { GetItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IntegrityError, type LazyItem, ReadContended, Rejected } from '../../../client/index.ts';
import { itemAt, objectKeyOf, type SdkItem } from '../items.ts';
import { items, objects } from '../mocked-items.ts';
import { awsError, clientOf, dynamodb, resetMocks, s3 } from '../mocks.ts';

const sortKey = { name: 'at', type: 'N' } as const;
const client = clientOf({ key: { partitionKey: { name: 'id', type: 'S' }, sortKey } });
const partition = { id: 'a' };

beforeEach(resetMocks);
afterEach(() => {
  vi.useRealTimers();
});

const at = (number: number): SdkItem => ({ id: { S: 'a' }, at: { N: String(number) } });
const queries = () => dynamodb.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);
const scans = () => dynamodb.commandCalls(ScanCommand).map(({ args: [{ input }] }) => input);

describe('a query', () => {
  it('asks for exactly what is named, in expressions of its own', async () => {
    dynamodb.on(QueryCommand).resolves({});
    const filter = { expression: '#n = :n', names: { '#n': 'name' }, values: { ':n': new Set([1n]) } };
    const sort = { at: { between: [1, 2n ** 60n] as const } };
    await client.query({ partition, sort, filter, project: ['name'], order: 'descending', limit: 5 }).page();
    expect(queries()).toEqual([
      {
        TableName: 'items',
        ConsistentRead: true,
        ScanIndexForward: false,
        KeyConditionExpression: '#tw_k0 = :tw_k0 AND #tw_k1 BETWEEN :tw_k1 AND :tw_k2',
        FilterExpression: '#n = :n',
        ProjectionExpression: '#tw_p0, #tw_p1, #tw_p2, #tw_p3',
        ExpressionAttributeNames: {
          '#n': 'name',
          '#tw_k0': 'id',
          '#tw_k1': 'at',
          '#tw_p0': 'id',
          '#tw_p1': 'at',
          '#tw_p2': '_saga',
          '#tw_p3': 'name',
        },
        ExpressionAttributeValues: {
          ':n': { NS: ['1'] },
          ':tw_k0': { S: 'a' },
          ':tw_k1': { N: '1' },
          ':tw_k2': { N: '1152921504606846976' },
        },
      },
    ]);
  });

  it('reads on only as the loop goes on', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [at(1)], LastEvaluatedKey: at(1) });
    let taken = 0;
    for await (const _ of client.query({ partition })) {
      taken += 1;
      expect(queries()).toHaveLength(taken);
      if (taken === 3) break;
    }
    expect(queries()).toHaveLength(3);
  });

  it('goes on past pages without any result, which pages() shows', async () => {
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ LastEvaluatedKey: at(1) })
      .resolves({ Items: [at(2)] });
    const counts = [];
    for await (const { items, cursor } of client.query({ partition }).pages())
      counts.push([items.length, typeof cursor]);
    expect(counts).toEqual([
      [0, 'string'],
      [1, 'undefined'],
    ]);
  });

  it('copies what it is given', async () => {
    dynamodb.on(QueryCommand).resolves({});
    const given = { partition: { id: 'a' } };
    const results = client.query(given);
    given.partition.id = 'b';
    for await (const _ of results.pages());
    expect(queries()[0]?.ExpressionAttributeValues).toEqual({ ':tw_k0': { S: 'a' } });
  });

  it('is made again while DynamoDB throttles', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const throttled = awsError('ProvisionedThroughputExceededException', 400);
    dynamodb
      .on(QueryCommand)
      .rejectsOnce(throttled)
      .rejectsOnce(throttled)
      .resolves({ Items: [at(1)] });
    const page = client.query({ partition, limit: 1 }).page();
    await vi.runAllTimersAsync();
    expect((await page).items).toMatchObject([{ key: { at: 1 } }]);
  });

  it('ends with what DynamoDB refuses, and with the reason of its signal', async () => {
    dynamodb.on(QueryCommand).rejects(awsError('ValidationException', 400));
    await expect(client.query({ partition, limit: 1 }).page()).rejects.toThrow('as AWS says');
    const controller = new AbortController();
    dynamodb.on(QueryCommand).callsFake(() => {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    });
    const { signal } = controller;
    await expect(client.query({ partition, limit: 1, signal }).page()).rejects.toThrow('enough');
    const before = queries().length;
    await expect(client.query({ partition, limit: 1, signal }).page()).rejects.toThrow('enough');
    expect(queries()).toHaveLength(before);
  });

  it.each<[object, string]>([
    [{}, 'partition'],
    [{ partition: {} }, 'partition'],
    [{ partition: { at: 1 } }, 'partition.at'],
    [{ partition: { id: 1 } }, 'partition.id'],
    [{ partition, sort: { name: { eq: 'x' } } }, 'sort.name'],
    [{ partition, sort: { at: 1 } }, 'sort.at'],
    [{ partition, sort: { at: { eq: 1, lt: 2 } } }, 'sort.at'],
    [{ partition, sort: { at: { eq: '1' } } }, 'sort.at.eq'],
    [{ partition, sort: { at: { near: 1 } } }, 'sort.at.near'],
    [{ partition, sort: { at: { constructor: 1 } } }, 'sort.at.constructor'],
    [{ partition, sort: { at: { between: [1] } } }, 'sort.at.between'],
    [{ partition, sort: { at: { beginsWith: 1 } } }, 'sort.at.beginsWith'],
    [{ partition, index: '' }, 'index'],
    [{ partition: { kind: true }, index: 'x' }, 'partition.kind'],
    [{ partition, order: 'up' }, 'order'],
    [{ partition, limit: 0 }, 'limit'],
    [{ partition, segments: 2 }, 'segments'],
    [{ partition, filter: 'x = y' }, 'filter.expression'],
    [{ partition, filter: { expression: 'x = :tw_k0', values: { ':tw_k0': 1 } } }, 'filter.expression'],
    [{ partition, filter: { expression: 'x = :d', values: { ':d': new Date(0) } } }, 'filter.values.:d'],
    [{ partition, filter: { expression: '#x = y' } }, 'filter.expression'],
    [{ partition, filter: { expression: 'x', vals: {} } }, 'filter.vals'],
  ])('refuses %j by name', (options, field) => {
    expect(() => client.query(options as { partition: object })).toThrow(Rejected);
    expect(() => client.query(options as { partition: object })).toThrow(expect.objectContaining({ field }));
  });

  it('needs a limit to be one page', async () => {
    await expect(client.query({ partition }).page()).rejects.toMatchObject({
      name: 'Rejected',
      field: 'limit',
    });
  });
});

describe('a scan', () => {
  it('reads its segments side by side, and each no further than a page ahead', async () => {
    const waiting: (() => void)[] = [];
    dynamodb.on(ScanCommand).callsFake(async ({ Segment }: { Segment: number }) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { Items: [at(Segment)], LastEvaluatedKey: at(Segment) };
    });
    const items = client.scan({ segments: 3 })[Symbol.asyncIterator]();
    const first = items.next();
    await vi.waitUntil(() => waiting.length === 3);
    for (const arrive of waiting.splice(0)) arrive();
    const found = [await first, await items.next(), await items.next()];
    expect(found.map(({ value }) => value?.key.at).toSorted()).toEqual([0, 1, 2]);
    // Two segments whose pages were taken have been asked again; the last is once more is wanted.
    expect(scans()).toHaveLength(5);
    await items.return?.(undefined);
    expect(scans()).toHaveLength(5);
    expect(scans().every(({ TotalSegments }) => TotalSegments === 3)).toBe(true);
  });

  it.each([0, 101, 1.5, '2'])('refuses %j segments', (segments) => {
    expect(() => client.scan({ segments: segments as number })).toThrow('segments');
  });
});

describe('load', () => {
  const one = clientOf();
  const key = { id: '42' };

  it('gives an item that changes all the time up', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [itemAt(1, { page: 'page' })] });
    items(...Array.from({ length: 20 }, (_, version) => itemAt(version + 2, { page: 'page' })));
    objects({});
    const attempt = one.query({ partition: key, load: true, limit: 1 }).page();
    await expect(attempt).rejects.toBeInstanceOf(ReadContended);
    expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(9);
  });

  it('counts what reading an item of an index again costs, and leaves one out that is gone', async () => {
    const found = [itemAt(1, { page: 'page' }), { ...itemAt(1, {}), id: { S: '43' } }];
    dynamodb.on(QueryCommand).resolves({ Items: found, ConsumedCapacity: { CapacityUnits: 0.5 } });
    dynamodb.on(GetItemCommand).callsFake(({ Key }: { Key: SdkItem }) => ({
      Item: Key.id?.S === '42' ? itemAt(2, { page: 'new page' }) : undefined,
      ConsumedCapacity: { CapacityUnits: 1 },
    }));
    objects({ [objectKeyOf('page', 'new page', 2)]: 'new page' });
    const options = { index: 'byKind', partition: { kind: 'x' }, load: ['page'], consumed: true, limit: 2 };
    const page = await one.query(options).page();
    expect(page.items).toMatchObject([{ key, version: 2 }]);
    expect(page.consumed).toBe(2.5);
    expect(await page.items[0]?.large.page?.text()).toBe('new page');
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
  });
});

describe('an item that another program has spoiled', () => {
  const one = clientOf();
  const sound = (id: string): SdkItem => ({ ...itemAt(1, { page: 'page' }), id: { S: id } });
  const spoiled: SdkItem = {
    id: { S: '42' },
    title: { S: 'Cat' },
    page: { S: 's3://b/k' },
    _saga: { S: 'mine' },
  };

  beforeEach(() => {
    const pages = [
      { Items: [sound('41'), spoiled], LastEvaluatedKey: { id: { S: '42' } } },
      { Items: [sound('43')] },
    ] as const;
    const answer = ({ ExclusiveStartKey: after }: { ExclusiveStartKey?: SdkItem }) =>
      pages[after === undefined ? 0 : 1];
    dynamodb.on(QueryCommand).callsFake(answer);
    dynamodb.on(ScanCommand).callsFake(answer);
    objects({ [objectKeyOf('page', 'page', 1)]: 'page' });
  });

  const reads: [string, () => AsyncIterable<LazyItem>][] = [
    ['a query', () => one.query({ partition: { id: 'a' } })],
    ['a scan', () => one.scan()],
    ['a query that loads', () => one.query({ partition: { id: 'a' }, load: true })],
  ];
  it.each(reads)('fails by itself in %s, and all others are given', async (_, read) => {
    const found = [];
    for await (const item of read()) found.push(item);
    expect(found.map(({ key }) => key.id)).toEqual(['41', '42', '43']);
    expect(found.map(({ problem }) => problem instanceof IntegrityError)).toEqual([false, true, false]);
    expect(await found[2]?.large.page?.text()).toBe('page');
    const [, item] = found as [LazyItem, LazyItem];
    expect(item.problem?.message).toContain('item {"id":{"S":"42"}}: _saga');
    expect(item.attributes).toEqual({ title: 'Cat', page: 's3://b/k' });
    expect(() => item.version).toThrow(item.problem);
    expect(() => item.large).toThrow(item.problem);
  });

  it('has its place in pages, and in their cursors', async () => {
    const first = await one.query({ partition: { id: 'a' }, limit: 2 }).page();
    expect(first.items.map(({ problem }) => problem?.name)).toEqual([undefined, 'IntegrityError']);
    const { cursor } = first;
    const rest = await one.query({ partition: { id: 'a' }, limit: 2, cursor }).page();
    expect(rest.items.map(({ key }) => key.id)).toEqual(['43']);
  });

  it('is told also when an index hides it, and only the table shows it', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [{ id: { S: '42' } }] });
    dynamodb.on(GetItemCommand).resolves({ Item: spoiled });
    const options = { index: 'byKind', partition: { kind: 'x' }, limit: 1 };
    const [item] = (await one.query({ ...options, load: true }).page()).items;
    expect(item?.problem).toBeInstanceOf(IntegrityError);
    expect(item?.attributes).toMatchObject({ title: 'Cat' });
    await expect(item?.get()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('is wrong in one object only: that one fails by itself, and the others are loaded', async () => {
    const item = itemAt(1, { gone: 'gone', note: 'note', page: 'page', wrong: 'wrong' });
    dynamodb.on(QueryCommand).resolves({ Items: [item] });
    items(item);
    const present = Object.fromEntries(['note', 'page'].map((name) => [objectKeyOf(name, name, 1), name]));
    objects({ ...present, [objectKeyOf('wrong', 'wrong', 1)]: 'other' });
    const [found] = (await one.query({ partition: { id: 'a' }, load: true, limit: 1 }).page()).items;
    objects({});
    expect(found?.problem).toBeUndefined();
    const { gone, note, page, wrong } = found?.large ?? {};
    expect([await note?.text(), await page?.text()]).toEqual(['note', 'page']);
    await expect(gone?.text()).rejects.toThrow('the item points at it, but it is gone');
    await expect(wrong?.text()).rejects.toThrow('its 5 bytes have the SHA-256');
  });
});
