// Reading by many keys: each key gets its answer, nothing is silently missing, and S3 is asked for nothing unasked.

import { Readable } from 'node:stream';
import { BatchGetItemCommand, type BatchGetItemCommandInput, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IntegrityError, ItemChanged, type Key, KeysUnread, Rejected } from '../../../client/index.ts';
import { itemAt, objectKeyOf, type SdkItem } from '../items.ts';
import { items, objects } from '../mocked-items.ts';
import { awsError, clientOf, dynamodb, resetMocks, s3 } from '../mocks.ts';

const client = clientOf();

beforeEach(resetMocks);
afterEach(() => {
  vi.useRealTimers();
});

interface Answer {
  /** How many of the keys are read; default: all. */
  readonly read?: number;
  readonly units?: number;
}

/** The table has these items; the answers in turn leave some keys unread, the last one for ever. */
function table(present: readonly SdkItem[], ...answers: Answer[]): void {
  let at = 0;
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }: BatchGetItemCommandInput) => {
    const { Keys = [], ...rest } = RequestItems?.items ?? {};
    const { read = Keys.length, units } = answers[Math.min(at++, answers.length - 1)] ?? {};
    const ids = new Set(Keys.slice(0, read).map(({ id }) => id?.S));
    const left = Keys.slice(read);
    return {
      // In another order than they were asked for, as DynamoDB may.
      Responses: { items: present.filter(({ id }) => ids.has(id?.S)).toReversed() },
      ...(left.length > 0 && { UnprocessedKeys: { items: { ...rest, Keys: left } } }),
      ...(units !== undefined && { ConsumedCapacity: [{ TableName: 'items', CapacityUnits: units }] }),
    };
  });
}

function plain(id: string): SdkItem {
  return { id: { S: id }, name: { S: `name of ${id}` } };
}

/** What was asked for, request by request. */
function asked(): { ids: (string | undefined)[]; consistent: boolean | undefined; projected: string[] }[] {
  return dynamodb.commandCalls(BatchGetItemCommand).map(({ args: [{ input }] }) => {
    const { Keys = [], ConsistentRead, ExpressionAttributeNames = {} } = input.RequestItems?.items ?? {};
    return {
      ids: Keys.map(({ id }) => id?.S),
      consistent: ConsistentRead,
      projected: Object.values(ExpressionAttributeNames),
    };
  });
}

const keysOf = (count: number): { id: string }[] =>
  Array.from({ length: count }, (_, id) => ({ id: String(id) }));

describe('getMany', () => {
  it('answers each key in turn, also one that there is no item of, and one that is given twice', async () => {
    table([plain('a'), plain('b')]);
    const results = [];
    for await (const { key, item } of client.getMany([{ id: 'b' }, { id: 'x' }, { id: 'a' }, { id: 'b' }])) {
      results.push([key, item?.attributes.name ?? item]);
    }
    expect(results).toEqual([
      [{ id: 'b' }, 'name of b'],
      [{ id: 'x' }, null],
      [{ id: 'a' }, 'name of a'],
      [{ id: 'b' }, 'name of b'],
    ]);
    expect(asked()).toEqual([{ ids: ['b', 'x', 'a'], consistent: true, projected: [] }]);
  });

  it('reads a hundred keys with each request', async () => {
    table(keysOf(250).map(({ id }) => plain(id)));
    const found = [];
    for await (const { item } of client.getMany(keysOf(250))) found.push(item?.key.id);
    expect(found).toEqual(keysOf(250).map(({ id }) => id));
    expect(asked().map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
  });

  it('gives items as get does, and asks S3 for nothing before content is wanted', async () => {
    const plainPart = { views: { NS: ['1', '12345678901234567890'] }, bytes: { B: Uint8Array.of(1) } };
    table([itemAt(3, { page: 'a page' }, plainPart)]);
    objects({ [objectKeyOf('page', 'a page', 3)]: 'a page' });
    const [result] = (await client.getMany([{ id: '42' }]).page()).items;
    expect(result?.item).toMatchObject({
      key: { id: '42' },
      version: 3,
      attributes: { views: new Set([1, 12345678901234567890n]), bytes: Uint8Array.of(1) },
    });
    expect(s3.calls()).toEqual([]);
    const page = result?.item?.large.page;
    expect(page?.uri).toBe(`s3://bucket/${objectKeyOf('page', 'a page', 3)}`);
    expect(await page?.text()).toBe('a page');
    expect(s3.commandCalls(HeadObjectCommand)).toEqual([]);
    expect(await page?.head()).toMatchObject({ size: 6, contentType: 'text/plain' });
    expect(await new Response(page?.stream()).text()).toBe('a page');
    expect(dynamodb.commandCalls(GetItemCommand)).toEqual([]);
  });

  it('projects what is named and no more', async () => {
    table([itemAt(1, { page: 'x' }, { name: { S: 'a' } })]);
    await client
      .getMany([{ id: '42' }], { project: ['name'], load: ['page'] })
      .page()
      .catch(() => undefined);
    expect(asked()[0]?.projected).toEqual(['id', '_saga', 'name', 'page']);
  });

  it('reads at half the price when it need not be consistent', async () => {
    table([]);
    await client.getMany([{ id: 'a' }], { consistent: false }).page();
    expect(asked()[0]?.consistent).toBe(false);
  });

  it('copies the keys before it waits for anything', async () => {
    table([plain('a')]);
    const keys = [{ id: 'a' }];
    const results = client.getMany(keys);
    keys[0] = { id: 'b' };
    expect((await results.page()).items).toMatchObject([{ key: { id: 'a' }, item: { key: { id: 'a' } } }]);
  });

  it('gives what comes before a key that is refused', async () => {
    table([]);
    const given: string[] = [];
    const read = async () => {
      for await (const { key } of client.getMany([...keysOf(250), { id: '' }])) given.push(String(key.id));
    };
    await expect(read()).rejects.toMatchObject({ field: 'keys[250]' });
    expect(given).toHaveLength(200);
  });

  it('takes keys from a generator as it goes, and closes it when the loop is left', async () => {
    table(keysOf(300).map(({ id }) => plain(id)));
    let taken = 0;
    let isClosed = false;
    async function* source() {
      try {
        for (const key of keysOf(300)) {
          taken += 1;
          yield key;
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const { key } of client.getMany(source())) if (key.id === '120') break;
    expect({ taken, isClosed, requests: asked().length }).toEqual({
      taken: 200,
      isClosed: true,
      requests: 2,
    });
  });

  it('reads nothing before the loop begins, and anew with each', async () => {
    table([plain('a')]);
    const results = client.getMany([{ id: 'a' }]);
    expect(asked()).toEqual([]);
    await results.page();
    await results.page();
    expect(asked()).toHaveLength(2);
  });

  it.each<[string, Key, string]>([
    ["not the table's", { pk: 'a' }, 'not a key attribute'],
    ['of another type', { id: 1 }, 'expected a string'],
  ])('refuses a key that is %s, by its place', async (_, key, problem) => {
    table([]);
    const attempt = client.getMany([{ id: 'a' }, key]).page();
    await expect(attempt).rejects.toBeInstanceOf(Rejected);
    await expect(attempt).rejects.toMatchObject({
      field: 'keys[1]',
      message: expect.stringContaining(problem),
    });
  });

  it.each<[string, unknown]>([
    ['project', 'name'],
    ['project', ['_saga']],
    ['load', [1]],
    ['parallel', 0],
    ['parallel', 1000],
    ['consistent', 'no'],
    ['consumed', 1],
    ['signal', {}],
    ['cursor', 'x'],
    ['limits', 1],
  ])('refuses %s %j at once', (name, value) => {
    expect(() => client.getMany([], { [name]: value })).toThrow(Rejected);
    expect(() => client.getMany([], { [name]: value })).toThrow(name);
  });
});

describe('keys that DynamoDB leaves unread', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  /** The outcome, with all pauses skipped. */
  async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
    const outcome = Promise.allSettled([promise]);
    await vi.runAllTimersAsync();
    return (await outcome)[0];
  }

  it('are asked for again until all are read', async () => {
    table([plain('a'), plain('b'), plain('c')], { read: 1, units: 1 }, { read: 0, units: 0 }, { units: 2 });
    const keys = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const outcome = await settled(client.getMany(keys, { consumed: true }).page());
    expect(outcome).toMatchObject({
      value: { items: keys.map((key) => ({ key, item: { key } })), consumed: 3, cursor: undefined },
    });
    expect(asked().map(({ ids }) => ids)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('are named by an error when it goes on and on', async () => {
    table([plain('a'), plain('b')], { read: 1 }, { read: 0 });
    const outcome = await settled(client.getMany([{ id: 'a' }, { id: 'b' }]).page());
    expect(outcome).toMatchObject({ reason: { name: 'KeysUnread', keys: [{ id: 'b' }], attempts: 9 } });
    expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(KeysUnread);
  });

  it('are asked for again when all of a request is throttled', async () => {
    table([plain('a')]);
    const throttled = awsError('ProvisionedThroughputExceededException', 400);
    dynamodb
      .on(BatchGetItemCommand)
      .rejectsOnce(throttled)
      .resolves({ Responses: { items: [plain('a')] } });
    expect(await settled(client.getMany([{ id: 'a' }]).page())).toMatchObject({
      value: { items: [{ item: { key: { id: 'a' } } }] },
    });
  });

  it('are given up when the signal is aborted', async () => {
    table([], { read: 0 });
    const controller = new AbortController();
    const attempt = client.getMany([{ id: 'a' }], { signal: controller.signal }).page();
    const outcome = Promise.allSettled([attempt]);
    await vi.waitUntil(() => asked().length > 0);
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject([{ reason: { message: 'enough' } }]);
  });
});

describe('pages', () => {
  it('have a cursor from which another process goes on', async () => {
    table(keysOf(250).map(({ id }) => plain(id)));
    const [first] = await collected(client.getMany(keysOf(250), { consumed: true }).pages(), 1);
    expect(first?.items).toHaveLength(100);
    const rest = await collected(clientOf().getMany(keysOf(250), { cursor: first?.cursor }).pages());
    expect(rest.flatMap(({ items }) => items.map(({ key }) => key))).toEqual(keysOf(250).slice(100));
    expect(rest.map(({ cursor }) => typeof cursor)).toEqual(['string', 'undefined']);
  });

  it('say at the end that it is the end', async () => {
    table([]);
    const pages = await collected(client.getMany(keysOf(200)).pages());
    expect(pages.map(({ cursor }) => typeof cursor)).toEqual(['string', 'undefined']);
  });

  it('refuse a cursor of other keys, of another table, and none', async () => {
    table([]);
    const [page] = await collected(client.getMany(keysOf(101)).pages(), 1);
    const cursor = page?.cursor;
    const others = keysOf(101).map(({ id }) => ({ id: `x${id}` }));
    await expect(client.getMany(others, { cursor }).page()).rejects.toThrow('other keys');
    await expect(client.getMany(keysOf(50), { cursor }).page()).rejects.toThrow('other keys');
    expect(() => clientOf({ table: 'other' }).getMany(keysOf(101), { cursor })).toThrow('of the table items');
    expect(() => client.getMany([], { cursor: `${cursor}x` })).toThrow('expected the cursor');
    const older = Buffer.from(JSON.stringify({ v: 0, kind: 'getMany', table: 'items', of: '', at: 0 }));
    expect(() => client.getMany([], { cursor: older.toString('base64url') })).toThrow('another version');
  });
});

describe('load', () => {
  it('fetches content with the item, so that it is there when the object is gone', async () => {
    table([itemAt(1, { page: 'page', picture: 'picture' })]);
    objects({ [objectKeyOf('page', 'page', 1)]: 'page', [objectKeyOf('picture', 'picture', 1)]: 'picture' });
    const { items: found } = await client.getMany([{ id: '42' }], { load: ['page'] }).page();
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
    objects({});
    items(undefined);
    expect(await found[0]?.item?.large.page?.text()).toBe('page');
    expect(await found[0]?.item?.large.page?.head()).toMatchObject({ size: 4 });
    await expect(found[0]?.item?.large.picture?.text()).rejects.toBeInstanceOf(ItemChanged);
  });

  it('reads an item again that changes meanwhile, never a mix (hazard B10)', async () => {
    table([itemAt(1, { page: 'old page', picture: 'old picture' })]);
    items(itemAt(2, { page: 'new page', picture: 'new picture' }));
    objects({
      [objectKeyOf('page', 'old page', 1)]: 'old page',
      [objectKeyOf('page', 'new page', 2)]: 'new page',
      [objectKeyOf('picture', 'new picture', 2)]: 'new picture',
    });
    const { items: found } = await client.getMany([{ id: '42' }], { load: true }).page();
    expect(found[0]?.item?.version).toBe(2);
    expect(await found[0]?.item?.large.page?.text()).toBe('new page');
    expect(await found[0]?.item?.large.picture?.text()).toBe('new picture');
  });

  it('says null of an item that is deleted meanwhile', async () => {
    table([itemAt(1, { page: 'page' })]);
    items(undefined);
    objects({});
    expect((await client.getMany([{ id: '42' }], { load: true }).page()).items).toEqual([
      { key: { id: '42' }, item: null },
    ]);
  });

  it('reports an item that points at what is gone', async () => {
    table([itemAt(1, { page: 'page' })]);
    items(itemAt(1, { page: 'page' }));
    objects({});
    const [found] = (await client.getMany([{ id: '42' }], { load: true }).page()).items;
    await expect(found?.item?.large.page?.text()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('fetches no more contents at a time than it is told, and runs no further ahead of the loop', async () => {
    const ids = keysOf(60).map(({ id }) => id);
    table(ids.map((id) => ({ ...itemAt(1, { page: 'page', picture: 'picture' }), id: { S: id } })));
    let underWay = 0;
    let most = 0;
    let started = 0;
    let given = 0;
    s3.on(GetObjectCommand).callsFake(async ({ Key }: { Key: string }) => {
      const content = Key.includes('attr=page') ? 'page' : 'picture';
      started += 1;
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return { ContentLength: content.length, Body: Readable.from([Buffer.from(content)]) };
    });
    for await (const { item } of client.getMany(keysOf(60), { load: true, parallel: 3 })) {
      given += 1;
      expect(item?.key.id).toBe(ids[given - 1]);
      await new Promise(setImmediate);
      // Two contents of each item: of those given, and of three ahead.
      expect(started).toBeLessThanOrEqual(2 * (given + 3));
    }
    expect(most).toBe(3);
    expect(given).toBe(60);
  });
});

describe('a lazy large attribute', () => {
  it.each(['while the item is looked at', 'while S3 does not answer'])(
    'ends with the reason of its signal %s',
    async (when) => {
      dynamodb
        .on(GetItemCommand)
        .callsFake(() => (when.includes('S3') ? { Item: itemAt(1, { page: 'x' }) } : never()));
      s3.on(GetObjectCommand).callsFake(never);
      s3.on(HeadObjectCommand).callsFake(never);
      const { page } = client.attach(itemAt(1, { page: 'x' })).large;
      const ends = async (read: (signal: AbortSignal) => Promise<unknown> | undefined) => {
        const controller = new AbortController();
        const reading = read(controller.signal);
        controller.abort(new Error('enough'));
        await expect(reading).rejects.toThrow('enough');
      };
      await ends((signal) => page?.text({ signal }));
      await ends((signal) => page?.bytes({ signal, range: { start: 1 } }));
      await ends((signal) => page?.head({ signal }));
      await ends((signal) => page?.stream({ signal }).getReader().read());
    },
  );

  it('refuses a range that is none', async () => {
    table([itemAt(1, { page: 'page' })]);
    objects({ [objectKeyOf('page', 'page', 1)]: 'page' });
    const { items: found } = await client.getMany([{ id: '42' }]).page();
    await expect(found[0]?.item?.large.page?.bytes({ range: { start: 9 } })).rejects.toBeInstanceOf(Rejected);
    await expect(found[0]?.item?.large.page?.bytes({ range: { start: -1 } })).rejects.toBeInstanceOf(
      Rejected,
    );
  });
});

describe('a large attribute that another program has spoiled', () => {
  it('spoils nothing but itself', async () => {
    const item = itemAt(1, { page: 'page' });
    table([{ ...item, page: { S: 'no pointer' } }]);
    const { items: found } = await client.getMany([{ id: '42' }]).page();
    await expect(found[0]?.item?.large.page?.text()).rejects.toBeInstanceOf(IntegrityError);
  });
});

describe('an item that another program has spoiled', () => {
  it('is the answer to its key, and the other keys have theirs', async () => {
    table([itemAt(1, {}), { id: { S: '43' }, _saga: { N: '1' } }]);
    const { items: found } = await client.getMany([{ id: '43' }, { id: '44' }, { id: '42' }]).page();
    expect(found.map(({ item }) => item !== null)).toEqual([true, false, true]);
    expect(found.map(({ item }) => item?.problem?.name)).toEqual(['IntegrityError', undefined, undefined]);
    expect(() => found[0]?.item?.version).toThrow('"43"');
  });
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function collected<T>(source: AsyncIterable<T>, count = Number.POSITIVE_INFINITY): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) {
    all.push(each);
    if (all.length >= count) break;
  }
  return all;
}
