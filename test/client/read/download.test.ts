// Downloads over real connections: whole or not at all, checked, taken up where they broke, and never left open.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type DownloadProgress,
  IntegrityError,
  LargeItemClient,
  type LargeObject,
  ReadFailed,
  Rejected,
} from '../../../client/index.ts';
import { itemAt, objectKeyOf } from '../items.ts';
import { ObjectServer } from '../object-server.ts';

const MEBIBYTE = 1024 ** 2;
const content = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 5);
const key = objectKeyOf('film', content, 1);

let server: ObjectServer;
let client: LargeItemClient;
let folder: string;
const dynamodb = new DynamoDBClient({ region: 'eu-central-1' });
const table = mockClient(dynamodb);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-download-'));
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  server = await ObjectServer.start();
  server.put(key, content);
  table.on(GetItemCommand).resolves({ Item: itemAt(1, { film: content }) });
  const store = {
    ...{
      table: 'items',
      bucket: 'bucket',
      prefix: 'items',
      stagingPrefix: 'staging',
      region: 'eu-central-1',
    },
    key: { partitionKey: { name: 'id', type: 'S' as const } },
    stateMachines: { create: 'x', update: 'x', delete: 'x' },
  };
  client = new LargeItemClient({ store, s3: server.s3, dynamodb });
});
afterEach(async () => {
  await vi.waitFor(() => expect(server.connectionsInUse).toBe(0), { timeout: 60_000 }); // after each test, whatever it did
  await server[Symbol.asyncDispose]();
});

async function film(): Promise<LargeObject> {
  return (await client.get({ id: '42' }))?.large.film as LargeObject;
}

/** Another object in the place of the film. */
function putFilm(pointer: string, bytes: Uint8Array): void {
  const { film: _, ...item } = itemAt(1, { film: bytes });
  table.on(GetItemCommand).resolves({ Item: { ...item, film: { S: `s3://bucket/${pointer}` } } });
  server.put(pointer, bytes);
}

/** What came until the end or the failure. */
async function received(stream: ReadableStream<Uint8Array>) {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of Readable.fromWeb(stream)) chunks.push(chunk);
  } catch (caught) {
    error = caught;
  }
  return { bytes: Buffer.concat(chunks), error };
}

/** Compares faster than `toEqual` does. */
function expectContent(bytes: Uint8Array | undefined, start = 0, end = content.length): void {
  expect(bytes?.length).toBe(end - start);
  expect(Buffer.from(bytes ?? []).equals(content.subarray(start, end))).toBe(true);
}

function changed(at: number): Uint8Array {
  const bytes = content.slice();
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
}

describe('content', () => {
  it('is given by every method, fetched anew by each, and only when asked for', async () => {
    const object = await film();
    expect(object).toMatchObject({ size: 300_000, sha256: key.split('sha256=')[1]?.slice(0, 64) });
    expect(server.requests).toEqual([{ method: 'HEAD' }]);
    expectContent((await received(object.stream())).bytes);
    expectContent(await object.bytes());
    await object.toFile(join(folder, 'film'));
    expectContent(await readFile(join(folder, 'film')));
    await expect(object.text()).rejects.toBeInstanceOf(TypeError);
    const gets = server.requests.filter(({ method }) => method === 'GET');
    expect(gets).toEqual(Array.from({ length: 4 }, () => ({ method: 'GET', ifMatch: '"300000"' })));
  });

  it('goes through a pipeline of Node.js', async () => {
    const hash = createHash('sha256');
    const sink = new Writable({ write: (chunk, _, done) => void done(void hash.update(chunk) as undefined) });
    const object = await film();
    await pipeline(Readable.fromWeb(object.stream()), sink);
    expect(hash.digest('hex')).toBe(object.sha256);
  });

  it('may be empty', async () => {
    const empty = new Uint8Array();
    putFilm(objectKeyOf('film', empty, 1), empty);
    const object = await film();
    expect(await object.bytes()).toEqual(empty);
    expect(await received(object.stream())).toEqual({ bytes: Buffer.alloc(0), error: undefined });
    await object.toFile(join(folder, 'empty'));
    expect((await stat(join(folder, 'empty'))).size).toBe(0);
    expect(await (await client.get({ id: '42' }, { load: true }))?.large.film?.text()).toBe('');
  });

  it('that is encoded is given as it is stored', async () => {
    server.headers = { 'content-encoding': 'gzip' };
    expectContent(await (await film()).bytes());
    expectContent(await (await client.get({ id: '42' }, { load: true }))?.large.film?.bytes());
  });

  it('tells its progress', async () => {
    const seen: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => seen.push(progress);
    for (const get of [
      async () => (await film()).bytes({ onProgress }),
      () => client.get({ id: '42' }, { load: true, onProgress }),
    ]) {
      seen.length = 0;
      await get();
      expect(seen.at(-1)).toEqual({
        phase: 'downloading',
        attribute: 'film',
        bytes: 300_000,
        total: 300_000,
      });
      expect(seen.map(({ bytes }) => bytes)).toEqual(
        seen.map(({ bytes }) => bytes).toSorted((one, other) => one - other),
      );
    }
  });
});

describe('wrong content', () => {
  it.each([0, 150_000, 299_999])('with another byte %i is not given to its end', async (at) => {
    const lie = changed(at);
    server.misbehave.push({ lie });
    const { bytes, error } = await received((await film()).stream());
    expect(error).toBeInstanceOf(IntegrityError);
    expect(error).toMatchObject({ attribute: 'film', uri: `s3://bucket/${key}` });
    expect(bytes.length).toBeLessThan(300_000);
  });

  it.each([
    ['fewer', content.subarray(0, 299_999)],
    ['more', Buffer.concat([content, Buffer.from('x')])],
  ])('of %s bytes is not given', async (_, other) => {
    server.put(key, other);
    await expect((await film()).bytes()).rejects.toBeInstanceOf(IntegrityError);
    await expect(client.get({ id: '42' }, { load: true })).rejects.toBeInstanceOf(IntegrityError);
  });

  it('of more bytes than S3 said before is cut off', async () => {
    const object = await film();
    server.put(key, Buffer.concat([content, Buffer.from('x')]));
    await expect(object.bytes()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('leaves no file, and an existing one as it is', async () => {
    const place = await mkdtemp(join(folder, 'wrong-'));
    const path = join(place, 'film');
    const object = await film();
    server.misbehave.push({ lie: changed(7) }, { lie: changed(7) });
    await expect(object.toFile(path)).rejects.toBeInstanceOf(IntegrityError);
    expect(await readdir(place)).toEqual([]);
    await writeFile(path, 'as it was');
    await expect(object.toFile(path)).rejects.toBeInstanceOf(IntegrityError);
    expect(await readdir(place)).toEqual(['film']);
    expect(await readFile(path, 'utf8')).toBe('as it was');
  });

  it('is found by the MD5 in the key of another layout', async () => {
    const md5 = createHash('md5').update(content).digest('hex');
    putFilm(`items/pk=42/sk=x/attr=film/md5=${md5}`, content);
    const object = await film();
    expect(object.sha256).toBeUndefined();
    expectContent(await object.bytes());
    server.misbehave.push({ lie: changed(7) });
    await expect(object.bytes()).rejects.toThrow(/^film .*have the MD5 [0-9a-f]{32}$/);
  });

  it('is found by the checksum that S3 keeps, where the key promises nothing', async () => {
    putFilm('items/elsewhere', content);
    server.headers = { 'x-amz-checksum-sha256': createHash('sha256').update(content).digest('base64') };
    const object = await film();
    expectContent(await object.bytes());
    server.misbehave.push({ lie: changed(7) });
    await expect(object.bytes()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('is looked for once: S3 is asked for its checksum only where the key has no SHA-256, or a part is read', async () => {
    const modes = () => server.requests.splice(0).flatMap(({ checksumMode }) => checksumMode ?? []);
    const wrong = { 'x-amz-checksum-sha256': createHash('sha256').update('other').digest('base64') };
    server.headers = wrong;
    expectContent(await (await film()).bytes());
    const lazy = client.attach({ id: { S: '42' }, film: { S: `s3://bucket/${key}` } });
    expectContent(await lazy.large.film?.bytes());
    expect(modes()).toEqual([]);
    server.headers = {};
    expectContent(await (await film()).bytes({ range: { start: 0, end: 10 } }), 0, 10);
    expect(modes()).toEqual(['ENABLED']);
    server.headers = wrong;
    putFilm('items/elsewhere', content);
    await expect((await film()).bytes()).rejects.toBeInstanceOf(IntegrityError);
    expect(modes()).toEqual(['ENABLED']);
  });
});

describe('a connection that breaks', () => {
  it('is taken up where it broke, and no byte is given twice', async () => {
    server.misbehave.push({ cutAfter: 100_000 }, { cutAfter: 0 }, { status: 503 }, { cutAfter: 50_000 });
    const { bytes, error } = await received((await film()).stream());
    expect(error).toBeUndefined();
    expectContent(bytes);
    expect(server.ranges).toEqual([
      undefined,
      'bytes=100000-299999',
      'bytes=100000-299999',
      'bytes=100000-299999',
      'bytes=150000-299999',
    ]);
    const gets = server.requests.filter(({ method }) => method === 'GET');
    expect(gets.every(({ ifMatch }) => ifMatch === '"300000"')).toBe(true);
  });

  it('is taken up also while content is loaded, and in a range', async () => {
    server.misbehave.push({ cutAfter: 100_000 }, undefined, { cutAfter: 10 });
    const item = await client.get({ id: '42' }, { load: true });
    expectContent(await item?.large.film?.bytes());
    const part = await (await film()).bytes({ range: { start: 1000, end: 2000 } });
    expect(part).toEqual(content.subarray(1000, 2000));
    expect(server.ranges).toEqual([undefined, 'bytes=100000-299999', 'bytes=1000-1999', 'bytes=1010-1999']);
  });

  it('too often ends the download', async () => {
    server.misbehave.push({ cutAfter: 1 }, ...Array.from({ length: 9 }, () => ({ cutAfter: 0 })));
    await expect((await film()).bytes()).rejects.toBeInstanceOf(ReadFailed);
    expect(server.ranges).toHaveLength(5);
  });

  it('is not taken up when S3 refuses', async () => {
    server.misbehave.push({ cutAfter: 1 }, { status: 400 });
    await expect((await film()).bytes()).rejects.toBeInstanceOf(ReadFailed);
    expect(server.ranges).toHaveLength(2);
  });

  it('is reported with its status where S3 says nothing else', async () => {
    const object = await film();
    server.misbehave.push({ status: 403 });
    await expect(object.bytes()).rejects.toThrow(/could not be read: the service answers 403$/);
  });

  it('is not taken up by a server that knows no ranges', async () => {
    server.misbehave.push({ cutAfter: 1 }, { ignoreRange: true });
    await expect((await film()).bytes()).rejects.toThrow('asked for bytes 1-299999/300000, got all of it');
  });

  it('since it gives nothing any more is taken up too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      server.misbehave.push({ stallAfter: 100_000 });
      const object = await film();
      let bytes = 0;
      const done = object.bytes({ onProgress: (progress) => (bytes = progress.bytes) });
      await vi.waitUntil(() => bytes === 100_000, { timeout: 60_000 });
      while (bytes < 300_000) await vi.advanceTimersByTimeAsync(1000);
      expectContent(await done);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a reader', () => {
  const long = new Uint8Array(64 * MEBIBYTE).fill(7);
  const longKey = objectKeyOf('film', long, 1);

  it('that is slow slows the connection down', async () => {
    putFilm(longKey, long);
    const reader = (await film()).stream().getReader();
    let bytes = (await reader.read()).value?.length ?? 0;
    let before = -1;
    await vi.waitUntil(
      () => {
        const isStill = server.blocked && server.sent === before;
        before = server.sent;
        return isStill || server.sent === long.length;
      },
      { interval: 200, timeout: 60_000 },
    );
    expect(server.sent).toBeLessThan(32 * MEBIBYTE);
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) break;
      bytes += value.length;
    }
    expect(bytes).toBe(long.length);
  });

  it('that cancels closes the connection, if there is one', async () => {
    putFilm(longKey, long);
    const object = await film();
    const reader = object.stream().getReader();
    await reader.read();
    expect(server.connectionsInUse).toBe(1);
    await reader.cancel();
    await vi.waitFor(() => expect(server.connectionsInUse).toBe(0), { timeout: 60_000 });
    const unread = object.stream();
    await unread.cancel();
    const whole = object.stream();
    expect(await new Response(whole).arrayBuffer()).toHaveProperty('byteLength', long.length);
    expect(server.ranges).toHaveLength(2);
  });

  it('that breaks off a loop closes the connection', async () => {
    putFilm(longKey, long);
    for await (const _ of (await film()).stream()) break;
    await vi.waitFor(() => expect(server.connectionsInUse).toBe(0), { timeout: 60_000 });
  });

  it('that is never begun connects to nothing', async () => {
    (await film()).stream();
    expect(server.ranges).toEqual([]);
  });

  it.each<[string, (object: LargeObject, signal: AbortSignal) => Promise<unknown>]>([
    [
      'stream',
      (object, signal) => received(object.stream({ signal })).then(({ error }) => Promise.reject(error)),
    ],
    ['bytes', (object, signal) => object.bytes({ signal })],
    ['text', (object, signal) => object.text({ signal })],
    ['toFile', (object, signal) => object.toFile(join(folder, 'aborted'), { signal })],
  ])('of %s is stopped by its signal', async (_, read) => {
    const controller = new AbortController();
    server.misbehave.push({ stallAfter: 100_000 });
    const ended = read(await film(), controller.signal);
    const expected = expect(ended).rejects.toThrow('enough');
    await vi.waitUntil(() => server.sent === 100_000, { timeout: 60_000 });
    controller.abort(new Error('enough'));
    await expected;
    await vi.waitFor(() => expect(server.connectionsInUse).toBe(0), { timeout: 60_000 });
    await expect(read(await film(), controller.signal)).rejects.toThrow('enough');
    expect(server.ranges).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.includes('aborted'))).toEqual([]);
  });

  it('that is idle is stopped by its signal too', async () => {
    putFilm(longKey, long);
    const controller = new AbortController();
    const reader = (await film()).stream({ signal: controller.signal }).getReader();
    await reader.read();
    controller.abort(new Error('enough'));
    await vi.waitFor(() => expect(server.connectionsInUse).toBe(0), { timeout: 60_000 });
    await expect(reader.read()).rejects.toThrow('enough');
  });
});

describe('a range', () => {
  it.each<[{ start?: number; end?: number }, number, number, string | undefined]>([
    [{ start: 10, end: 20 }, 10, 20, 'bytes=10-19'],
    [{ end: 1 }, 0, 1, 'bytes=0-0'],
    [{ start: 299_999 }, 299_999, 300_000, 'bytes=299999-299999'],
    [{ start: 299_990, end: 400_000 }, 299_990, 300_000, 'bytes=299990-299999'],
    [{ start: 0, end: 300_000 }, 0, 300_000, undefined],
    [{}, 0, 300_000, undefined],
  ])('%j has the bytes from %i up to %i', async (range, start, end, header) => {
    const object = await film();
    expectContent(await object.bytes({ range }), start, end);
    expectContent((await received(object.stream({ range }))).bytes, start, end);
    expect(server.ranges).toEqual([header, header]);
  });

  it.each([{ start: 5, end: 5 }, { start: 300_000 }, { start: 300_000, end: 300_001 }])(
    '%j has no bytes, and asks for none',
    async (range) => {
      expect(await (await film()).bytes({ range })).toEqual(new Uint8Array());
      expect(server.ranges).toEqual([]);
    },
  );

  it.each([
    [{ start: -1 }, 'range.start'],
    [{ start: 1.5 }, 'range.start'],
    [{ start: Number.NaN }, 'range.start'],
    [{ start: '1' as unknown as number }, 'range.start'],
    [{ start: 300_001 }, 'range.start'],
    [{ end: -1 }, 'range.end'],
    [{ end: Number.POSITIVE_INFINITY }, 'range.end'],
    [{ start: 20, end: 10 }, 'range'],
  ])('%j is refused', async (range, field) => {
    const object = await film();
    expect(() => object.stream({ range })).toThrow(Rejected);
    await expect(object.bytes({ range })).rejects.toMatchObject({ reason: 'InvalidInput', field });
    expect(server.ranges).toEqual([]);
  });

  it('of the whole is checked, one of a part cannot be', async () => {
    const object = await film();
    server.misbehave.push({ lie: changed(7) }, { lie: changed(7) });
    await expect(object.bytes({ range: { start: 0 } })).rejects.toBeInstanceOf(IntegrityError);
    expect(await object.bytes({ range: { start: 0, end: 8 } })).toEqual(changed(7).subarray(0, 8));
  });
});

describe('a file', () => {
  it('that is there is replaced, and keeps its mode', async () => {
    const path = join(folder, 'present');
    await writeFile(path, 'x'.repeat(400_000), { mode: 0o640 });
    await (await film()).toFile(path);
    expectContent(await readFile(path));
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('is written where a link leads', async () => {
    const path = join(folder, 'target');
    await writeFile(path, 'x');
    await symlink(path, join(folder, 'link'));
    await (await film()).toFile(join(folder, 'link'));
    expectContent(await readFile(path));
  });

  it('that is a device is written to, not replaced', async () => {
    await (await film()).toFile('/dev/null');
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it.each([
    ['a folder', 'folder', 'EISDIR'],
    ['in no folder', 'no/such/film', 'ENOENT'],
  ])('that is %s is refused before anything is fetched', async (_, name, code) => {
    await mkdir(join(folder, 'folder'), { recursive: true });
    await expect((await film()).toFile(join(folder, name))).rejects.toMatchObject({ code });
    expect(server.ranges).toEqual([]);
  });
});

describe('a presigned URL', () => {
  it('gives the content for 15 minutes, without credentials', async () => {
    const url = new URL(await (await film()).presignedUrl());
    expect(url.searchParams.get('X-Amz-Expires')).toBe('900');
    const answer = await fetch(url);
    expectContent(new Uint8Array(await answer.arrayBuffer()));
  });

  it('says how to answer', async () => {
    const object = await film();
    const options = { expiresIn: 60, contentType: 'image/png', fileName: 'Zoë\'s "cat".png' };
    const { searchParams } = new URL(await object.presignedUrl(options));
    expect(Object.fromEntries(searchParams)).toMatchObject({
      'X-Amz-Expires': '60',
      'response-content-type': 'image/png',
      'response-content-disposition': `attachment; filename="Zo_'s _cat_.png"; filename*=UTF-8''Zo%C3%AB%27s%20%22cat%22.png`,
    });
  });

  it.each([
    [{ expiresIn: 0 }, 'expiresIn'],
    [{ expiresIn: 604_801 }, 'expiresIn'],
    [{ expiresIn: 1.5 }, 'expiresIn'],
    [{ fileName: '' }, 'fileName'],
    [{ fileName: '\ud800' }, 'fileName'],
    [{ contentType: 'a\r\nset-cookie: b' }, 'contentType'],
    [{ contentType: '' }, 'contentType'],
    [{ contentType: 'tëxt/plain' }, 'contentType'],
  ])('is refused for %j', async (options, field) => {
    await expect((await film()).presignedUrl(options)).rejects.toMatchObject({
      reason: 'InvalidInput',
      field,
    });
  });
});
