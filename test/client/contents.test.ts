// Content against the local cloud: of every kind and size it is read back byte for byte, and what is given up leaves nothing.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Content, LargeItemClient, type Progress } from '../../client/index.ts';
import { objectsOf, unfinishedUploadsOf, useLocalCloud } from './local-store.ts';
import { noise } from './noise.ts';

const cloud = useLocalCloud();
let client: LargeItemClient;

beforeAll(async () => {
  client = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
});
afterEach(() => {
  cloud.current.faults.clear();
});

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
