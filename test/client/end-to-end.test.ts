// The client against the local cloud: what is written is read back, whatever its kind, size and key.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Content,
  type GetOptions,
  IdempotencyConflict,
  ItemChanged,
  LargeItemClient,
  NumberValue,
  type Progress,
  Rejected,
  RolledBack,
  StoreNotFound,
} from '../../client/index.ts';
import { objectsOf, unfinishedUploadsOf, useLocalCloud } from './local-store.ts';

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

/** Bytes that are no UTF-8 and repeat in no short period. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 0x9e3779b9;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function* inChunks(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(tmpdir(), `twinwrite-${randomUUID()}.bin`);
  await writeFile(path, bytes);
  return path;
}

describe('content', () => {
  const text = 'Grüße, 世界 👋\n"\\\u0000\u2028';
  const bytes = noise(3000);
  const kinds: [string, () => Content | Promise<Content>, string | Uint8Array, string][] = [
    ['a string', () => text, text, 'text/plain; charset=utf-8'],
    ['an empty string', () => '', '', 'text/plain; charset=utf-8'],
    ['a string with a byte order mark', () => '\ufeffx', '\ufeffx', 'text/plain; charset=utf-8'],
    [
      'a string that fills the input',
      () => 'x'.repeat(257_900),
      'x'.repeat(257_900),
      'text/plain; charset=utf-8',
    ],
    ['a string past the input', () => 'é'.repeat(200_000), 'é'.repeat(200_000), 'text/plain; charset=utf-8'],
    ['bytes', () => bytes, bytes, 'application/octet-stream'],
    ['bytes that are text', () => Buffer.from(text), text, 'application/octet-stream'],
    ['no bytes', () => new Uint8Array(), '', 'application/octet-stream'],
    ['bytes past the input', () => noise(300_000), noise(300_000), 'application/octet-stream'],
    ['an ArrayBuffer', () => noise(3000).buffer as ArrayBuffer, bytes, 'application/octet-stream'],
    [
      'another typed array',
      () => new Uint16Array(noise(3000).buffer, 100, 200),
      noise(3000).subarray(100, 500),
      'application/octet-stream',
    ],
    [
      'a DataView',
      () => new DataView(noise(3000).buffer, 1, 7),
      noise(3000).subarray(1, 8),
      'application/octet-stream',
    ],
    [
      'a stream of known size',
      () => ({ stream: inChunks(bytes, 7), size: bytes.length }),
      bytes,
      'application/octet-stream',
    ],
    [
      'a long stream of known size',
      () => ({ stream: Readable.from(inChunks(noise(400_000))), size: 400_000 }),
      noise(400_000),
      'application/octet-stream',
    ],
    ['a Blob with a type', () => new Blob([bytes], { type: 'image/png' }), bytes, 'image/png'],
    ['a Blob without a type', () => new Blob(['<p>']), '<p>', 'application/octet-stream'],
    ['a large Blob', () => new Blob([noise(300_000)], { type: 'a/b' }), noise(300_000), 'a/b'],
    ['a web stream', () => new Blob([bytes]).stream(), bytes, 'application/octet-stream'],
    ["Node's Readable", () => Readable.from([bytes]), bytes, 'application/octet-stream'],
    ['an async iterable', () => inChunks(bytes, 7), bytes, 'application/octet-stream'],
    ['a long stream', () => inChunks(noise(400_000)), noise(400_000), 'application/octet-stream'],
    ['an empty stream', () => Readable.from([]), '', 'application/octet-stream'],
    ['a file', async () => ({ file: await fileOf(bytes) }), bytes, 'application/octet-stream'],
    ['an empty file', async () => ({ file: await fileOf(new Uint8Array()) }), '', 'application/octet-stream'],
    [
      'a large file',
      async () => ({ file: await fileOf(noise(500_000)) }),
      noise(500_000),
      'application/octet-stream',
    ],
  ];

  it.each(kinds)('%s is read back byte for byte', async (kind, content, expected, contentType) => {
    const key = { id: `content-${kind}` };
    await client.create({ key, largeAttributes: { page: await content() } });
    const page = (await client.get(key))?.large.page;
    expect(Buffer.from((await page?.bytes()) ?? []).equals(Buffer.from(expected))).toBe(true);
    expect(page).toMatchObject({ size: Buffer.byteLength(expected), contentType });
    expect(await objectsOf(client, 'staging/')).toEqual([]);
  });

  it('of many megabytes goes up in parts, reports progress and leaves no upload behind', async () => {
    const key = { id: 'megabytes' };
    const content = noise(20 * 1024 ** 2 + 17);
    const seen: Progress[] = [];
    await client.create(
      { key, largeAttributes: { film: inChunks(content, 1024 ** 2 + 1) } },
      { onProgress: (progress) => seen.push(progress) },
    );
    const film = (await client.get(key))?.large.film;
    expect(Buffer.from((await film?.bytes()) ?? []).equals(Buffer.from(content))).toBe(true);
    const bytes = seen.flatMap((each) => (each.phase === 'uploading' ? [each.bytes] : []));
    expect(bytes).toHaveLength(3);
    expect(bytes).toEqual(bytes.toSorted((one, other) => one - other));
    expect(bytes.at(-1)).toBe(content.length);
    expect(seen.at(-1)).toEqual({ phase: 'waiting', executionArn: expect.stringContaining(':execution:') });
    expect(await unfinishedUploadsOf(client)).toEqual([]);
    expect(await objectsOf(client, 'staging/')).toEqual([]);
  });

  it.each([
    [2_999, 'more'],
    [3_001, 'only 3000'],
    [399_999, 'only 3000'],
  ])('of another size than the %i bytes that are said is refused', async (size, found) => {
    const film = { stream: inChunks(bytes, 100), size };
    await expect(client.create({ key: { id: 'sized' }, largeAttributes: { film } })).rejects.toMatchObject({
      name: 'Rejected',
      field: 'largeAttributes.film.content.size',
      message: expect.stringContaining(`the stream has ${found} bytes`),
    });
    expect(await objectsOf(client, 'staging/')).toEqual([]);
    expect(await client.get({ id: 'sized' })).toBeUndefined();
  });

  it('has the options that were asked for', async () => {
    const key = { id: 'options' };
    const options = {
      contentType: 'text/html; charset=utf-8',
      contentEncoding: 'identity',
      cacheControl: 'max-age=60',
      metadata: { author: 'Zoë', plain: 'x' },
    };
    await client.create({
      key,
      largeAttributes: { page: { content: '<p>', ...options }, big: { content: noise(300_000), ...options } },
      updateAt: new Date('2026-01-02T03:04:05Z'),
    });
    const item = await client.get(key);
    for (const object of [item?.large.page, item?.large.big]) {
      expect(object).toMatchObject({ ...options, updatedAt: '2026-01-02T03:04:05.000Z' });
    }
  });

  it('of several attributes fits inline as far as there is room, and is staged past it', async () => {
    const key = { id: 'several' };
    const contents = Object.fromEntries([1, 2, 3, 4].map((n) => [`part${n}`, 'x'.repeat(90_000 + n)]));
    const uploaded = new Set<string>();
    await client.create(
      { key, largeAttributes: contents },
      { onProgress: (each) => each.phase === 'uploading' && uploaded.add(each.attribute) },
    );
    const item = await client.get(key);
    for (const [name, content] of Object.entries(contents)) {
      expect(await item?.large[name]?.text()).toBe(content);
    }
    expect([...uploaded]).toEqual(['part3', 'part4']);
  });

  it('that cannot be read to its end writes nothing and leaves no upload behind', async () => {
    const key = { id: 'broken' };
    async function* broken() {
      yield noise(20 * 1024 ** 2);
      throw new Error('the disk is gone');
    }
    await expect(client.create({ key, largeAttributes: { film: broken() } })).rejects.toMatchObject({
      name: 'UploadFailed',
      attribute: 'film',
      cause: expect.objectContaining({ message: 'the disk is gone' }),
    });
    expect(await unfinishedUploadsOf(client)).toEqual([]);
    expect(await objectsOf(client, 'staging/')).toEqual([]);
    expect(await client.get(key)).toBeUndefined();
  });

  it('that S3 refuses in the middle stops the reading and leaves no upload behind', async () => {
    cloud.current.faults.inject({
      service: 's3',
      operation: 'UploadPart',
      when: 'before',
      error: 'AccessDenied',
      status: 403,
      skip: 1,
      times: 1,
    });
    let yielded = 0;
    async function* endless() {
      for (;;) {
        yielded += 1;
        yield noise(4 * 1024 ** 2);
      }
    }
    const attempt = client.create({ key: { id: 'refused' }, largeAttributes: { film: endless() } });
    await expect(attempt).rejects.toMatchObject({ name: 'UploadFailed', attribute: 'film' });
    expect(yielded).toBeLessThan(30);
    expect(await unfinishedUploadsOf(client)).toEqual([]);
  });

  it('whose upload is aborted leaves nothing behind, even if its stream stalls', async () => {
    const controller = new AbortController();
    let closed = false;
    const stalled = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(noise(30 * 1024 ** 2)),
      cancel: () => {
        closed = true;
      },
    });
    const attempt = client.create(
      { key: { id: 'aborted' }, largeAttributes: { film: stalled } },
      { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) },
    );
    await expect(attempt).rejects.toThrow('enough');
    expect(closed).toBe(true);
    expect(await unfinishedUploadsOf(client)).toEqual([]);
    expect(await client.get({ id: 'aborted' })).toBeUndefined();
  });
});

describe('a signal', () => {
  it('that is aborted with the last byte of an upload leaves no staged object behind', async () => {
    const controller = new AbortController();
    const attempt = client.create(
      { key: { id: 'late' }, largeAttributes: { page: 'x'.repeat(300_000) } },
      { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) },
    );
    await expect(attempt).rejects.toThrow('enough');
    expect(await objectsOf(client, 'staging/create/create-late')).toEqual([]);
    expect(await client.get({ id: 'late' })).toBeUndefined();
  });

  it('may be shared by many calls, without a warning of Node.js', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', listen);
    const { signal } = new AbortController();
    const key = { id: 'shared' };
    const names = Array.from({ length: 24 }, (_, n) => `page${n}`);
    const largeAttributes = Object.fromEntries(names.map((name) => [name, name]));
    await client.create({ key, largeAttributes }, { signal });
    const item = await client.get(key, { signal, load: true });
    const lazy = await client.get(key, { signal });
    const contents = Object.values(lazy?.large ?? {});
    await Promise.all([
      ...contents.map((content) => content.bytes({ signal })),
      ...contents.map((content) => new Response(content.stream({ signal })).text()),
      ...names.map((id) => client.create({ key: { id: `shared-${id}` } }, { signal })),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(Object.keys(item?.large ?? {})).toHaveLength(24);
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });
});

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
