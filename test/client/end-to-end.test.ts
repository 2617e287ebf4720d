// The client against the local cloud: items of any key from create to delete, what goes wrong on the way, and how a store is found.

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type GetOptions,
  IdempotencyConflict,
  ItemChanged,
  LargeItemClient,
  NumberValue,
  Rejected,
  RolledBack,
  StoreNotFound,
} from '../../client/index.ts';
import { objectsOf, useLocalCloud } from './local-store.ts';
import { noise } from './noise.ts';

const cloud = useLocalCloud();
let client: LargeItemClient;

beforeAll(async () => {
  client = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
});
afterEach(() => {
  cloud.current.faults.clear();
});

function storeOf(construct: string): Promise<LargeItemClient> {
  return LargeItemClient.fromStack({ stackName: 'Several', construct, pollIntervalMs: 10 });
}

describe('keys', () => {
  const ids = ['a/b', 'a=b', 'pk=a', '..', '👩‍🚀', ' ', 'a%2Fb', '"', 'x'.repeat(200), 'é', 'e\u0301'];

  it('of any text are kept apart', async () => {
    for (const id of ids) await client.create({ key: { id }, largeAttributes: { page: id } });
    for (const id of ids) {
      const item = await client.get({ id });
      expect(item?.key).toEqual({ id });
      expect(await item?.large.page?.text()).toBe(id);
    }
  });

  it('of attributes may be any text', async () => {
    const names = ['a/b', 'attr=x', '👩‍🚀', 'sha256=0', ' '];
    const key = { id: 'odd attributes' };
    await client.create({
      key,
      largeAttributes: Object.fromEntries(names.map((name) => [name, name + 'x'.repeat(100_000)])),
    });
    const item = await client.get(key);
    expect(Object.keys(item?.large ?? {}).sort()).toEqual([...names].sort());
    for (const name of names) expect((await item?.large[name]?.text())?.startsWith(name)).toBe(true);
  });

  it('of numbers are one item in every spelling', async () => {
    const numbered = await storeOf('Numbered');
    const big = 12345678901234567890n;
    await numbered.create({ key: { number: 1.5, title: 'x' }, largeAttributes: { page: 'one and a half' } });
    await numbered.create({ key: { number: big, title: 'x' }, largeAttributes: { page: 'big' } });
    const item = await numbered.get({ number: NumberValue.from('1.50'), title: 'x' });
    expect(await item?.large.page?.text()).toBe('one and a half');
    expect((await numbered.get({ number: big, title: 'x' }))?.key).toEqual({ number: big, title: 'x' });
  });

  it('of bytes are given as bytes or base64 and answered as bytes', async () => {
    const binary = await storeOf('Binary');
    const hash = Uint8Array.of(0, 255, 47, 61);
    const result = await binary.create({ key: { hash, at: -1 }, largeAttributes: { page: 'x' } });
    expect(result.key).toEqual({ hash, at: -1 });
    expect((await binary.get({ hash: 'AP8vPQ==', at: -1 }))?.key).toEqual({ hash, at: -1 });
    await binary.update({ key: { hash, at: -1 }, set: { tags: new Set(['a', 'b']) } });
    expect((await binary.get({ hash, at: -1 }))?.attributes).toEqual({ tags: new Set(['a', 'b']) });
  });
});

describe('plain attributes', () => {
  it('are read back as they were written', async () => {
    const attributes = {
      text: 'x',
      number: 1.5,
      whole: 2 ** 53,
      bigint: 12345678901234567890123456789012345678n,
      exact: NumberValue.from('0.1234567890123456789012345678901234567'),
      bytes: Uint8Array.of(1, 2),
      strings: new Set(['a', 'b']),
      numbers: new Set([1, 2.5]),
      list: [1, 'a', null, true, [], {}],
      map: { deep: { er: [new Set(['x'])] } },
      empty: '',
    };
    await client.create({ key: { id: 'values' }, attributes });
    expect((await client.get({ id: 'values' }))?.attributes).toEqual(attributes);
  });
});

describe('the life of an item', () => {
  it('goes from create over updates to delete, and leaves no object behind', async () => {
    const key = { id: 'life' };
    const mine = async () => (await objectsOf(client)).filter((name) => name.includes('/pk=life/'));
    const created = await client.create({
      key,
      attributes: { title: 'one', count: 1 },
      largeAttributes: { page: 'first', picture: { content: noise(300_000), contentType: 'image/png' } },
    });
    expect(created).toMatchObject({ key, version: 1, cleanup: 'done' });
    const before = await mine();

    const updated = await client.update({
      key,
      set: { title: 'two' },
      add: { count: 2 },
      largeAttributes: { page: 'second', picture: { content: noise(300_000), contentType: 'image/png' } },
      expectedVersion: 1,
    });
    expect(updated.version).toBe(2);
    const item = await client.get(key);
    expect(item).toMatchObject({ version: 2, attributes: { title: 'two', count: 3 } });
    expect(await item?.large.page?.text()).toBe('second');
    const after = await mine();
    expect(after.filter((name) => before.includes(name))).toEqual([expect.stringContaining('attr=picture')]);
    expect(after).toHaveLength(2);

    await client.update({ key, remove: ['picture'], updateExpression: { expression: 'REMOVE title' } });
    expect(await client.get(key)).toMatchObject({ version: 3, attributes: { count: 3 } });
    expect(await mine()).toHaveLength(1);

    expect(await client.delete({ key, mustExist: true })).toMatchObject({ version: null });
    expect(await client.get(key)).toBeUndefined();
    expect(await mine()).toEqual([]);
    expect(await client.delete({ key })).toMatchObject({ version: null });
  });

  it('A15, B10: is never read torn while it is updated, deleted and created again', async () => {
    const ids = ['storm-1', 'storm-2'];
    const write = (operation: 'create' | 'update', id: string, n: number) => {
      const largeAttributes = { page: `page ${n}`, picture: `picture ${n}`, kept: 'the same' };
      return operation === 'create'
        ? client.create({ key: { id }, attributes: { n }, largeAttributes })
        : client.update({ key: { id }, set: { n }, largeAttributes });
    };
    let writers = ids.length;
    const rewrite = async (id: string) => {
      for (let n = 1; n <= 6; n += 3) {
        await write('create', id, n);
        await write('update', id, n + 1);
        await write('update', id, n + 2);
        await client.delete({ key: { id } });
      }
    };
    const seen = { items: new Set<unknown>(), changed: 0 };
    const readAll = async (id: string, options: GetOptions) => {
      while (writers > 0) {
        const item = await client.get({ id }, options);
        if (item === undefined) continue;
        const { n } = item.attributes;
        try {
          const [page, picture, kept] = await Promise.all(
            ['page', 'picture', 'kept'].map((name) => item.large[name]?.text()),
          );
          expect({ page, picture, kept }).toEqual({
            page: `page ${n}`,
            picture: `picture ${n}`,
            kept: 'the same',
          });
          seen.items.add(`${id} ${n} ${options.load}`);
        } catch (error) {
          if (options.load || !(error instanceof ItemChanged)) throw error;
          seen.changed += 1;
        }
      }
    };
    const writing = ids.map((id) => rewrite(id).finally(() => (writers -= 1)));
    await Promise.all([...writing, ...ids.flatMap((id) => [readAll(id, {}), readAll(id, { load: true })])]);
    expect(seen.items.size).toBeGreaterThan(4);
    expect(await objectsOf(client)).not.toContainEqual(expect.stringContaining('/pk=storm-'));
  });

  it('is read in part when attributes are named', async () => {
    const key = { id: 'part' };
    await client.create({ key, largeAttributes: { page: 'x', picture: 'y' } });
    expect(Object.keys((await client.get(key, { attributes: ['page'] }))?.large ?? {})).toEqual(['page']);
    expect((await client.get(key, { attributes: [] }))?.large).toEqual({});
  });
});

describe('errors', () => {
  it('say what was refused before anything was written', async () => {
    const key = { id: 'refusals' };
    await client.create({ key, largeAttributes: { page: 'x' } });
    const again = client.create({ key, largeAttributes: { page: noise(300_000) } });
    await expect(again).rejects.toBeInstanceOf(Rejected);
    await expect(again).rejects.toMatchObject({ reason: 'AlreadyExists', details: { version: 1 } });
    await expect(client.update({ key, set: { a: 1 }, expectedVersion: 7 })).rejects.toMatchObject({
      name: 'Rejected',
      reason: 'VersionMismatch',
      field: 'expectedVersion',
      value: 7,
      executionArn: expect.stringContaining(':execution:'),
    });
    await expect(client.delete({ key: { id: 'none' }, mustExist: true })).rejects.toMatchObject({
      reason: 'NotFound',
    });
  });

  it('say what was rolled back, and keep what was staged for a replay', async () => {
    const key = { id: 'rolled back' };
    await client.create({ key, attributes: { count: 1 } });
    const attempt = client.update({
      key,
      condition: { expression: '#c > :limit', names: { '#c': 'count' }, values: { ':limit': 5 } },
      largeAttributes: { page: noise(300_000) },
    });
    await expect(attempt).rejects.toBeInstanceOf(RolledBack);
    await expect(attempt).rejects.toMatchObject({ reason: 'ConditionFailed', field: 'condition' });
    expect((await objectsOf(client)).filter((name) => name.includes('rolled'))).toEqual([]);
    const staged = await objectsOf(client, 'staging/update/');
    expect(staged).toEqual([expect.stringMatching(/\/update-rolled-back-[0-9A-Z]{26}\/page$/)]);
    expect((await client.get(key))?.version).toBe(1);
  });

  it('name the state in which a run is stuck', async () => {
    cloud.current.faults.inject({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      when: 'before',
      error: 'InternalServerError',
      status: 500,
      times: 'always',
    });
    await expect(client.create({ key: { id: 'stuck' } })).rejects.toMatchObject({
      name: 'Stuck',
      state: 'WriteItem',
      error: 'WriteInDoubt',
      redrive: expect.stringMatching(/redrive-execution --execution-arn arn:.*:create-stuck-/),
    });
  });
});

describe('an idempotency key', () => {
  it.each([
    ['inline', 'small'],
    ['staged', 'x'.repeat(300_000)],
  ])('makes one write of two calls with the same %s content', async (kind, content) => {
    const write = () =>
      client.create(
        { key: { id: `once-${kind}` }, largeAttributes: { page: content } },
        { idempotencyKey: `once-${kind}` },
      );
    const first = await write();
    expect(first.executionArn).toMatch(new RegExp(`:once-${kind}$`));
    expect(await write()).toEqual(first);
  });

  it('makes one write of two calls at the same time', async () => {
    const write = () =>
      client.create({ key: { id: 'race' }, largeAttributes: { page: 'x' } }, { idempotencyKey: 'race' });
    const [one, other] = await Promise.all([write(), write()]);
    expect(one).toEqual(other);
  });

  it.each([
    ['inline', 'small', 'other'],
    ['staged', 'x'.repeat(300_000), 'y'.repeat(300_000)],
  ])('refuses other %s content, and leaves that of the first call alone', async (kind, one, other) => {
    const key = { id: `conflict-${kind}` };
    const options = { idempotencyKey: `conflict-${kind}` };
    await client.create({ key, largeAttributes: { page: one } }, options);
    const conflict = client.create({ key, largeAttributes: { page: other } }, options);
    await expect(conflict).rejects.toBeInstanceOf(IdempotencyConflict);
    expect(await (await client.get(key))?.large.page?.text()).toBe(one);
  });

  it('gives the outcome of a failed write again', async () => {
    const write = () =>
      client.update({ key: { id: 'missing' }, set: { a: 1 } }, { idempotencyKey: 'fails-again' });
    await expect(write()).rejects.toMatchObject({ reason: 'NotFound' });
    await expect(write()).rejects.toMatchObject({ reason: 'NotFound' });
  });
});

describe('the store', () => {
  it('is found by the id of its construct in a stack of several', async () => {
    expect((await storeOf('Numbered')).store.key.partitionKey.name).toBe('number');
    const either = LargeItemClient.fromStack({ stackName: 'Several' });
    await expect(either).rejects.toBeInstanceOf(StoreNotFound);
    await expect(either).rejects.toThrow(/BinaryStore.*NumberedStore|NumberedStore.*BinaryStore/);
  });

  it('is found by its parameter, the same as in the outputs', async () => {
    const client = await LargeItemClient.fromParameter({ name: '/several/binary' });
    expect(client.store).toEqual((await storeOf('Binary')).store);
    expect(await client.get({ hash: new Uint8Array([1]), at: 1 })).toBeUndefined();
  });

  it('that is not there is reported with what was looked at', async () => {
    await expect(LargeItemClient.fromStack({ stackName: 'Nowhere' })).rejects.toThrow(
      /outputs of stack Nowhere/,
    );
  });
});
