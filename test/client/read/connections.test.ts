import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type LargeObject, ReadFailed } from '../../../client/index.ts';
import { objectKeyOf } from '../items.ts';
import { content, expectContent, MEBIBYTE, received, useFilm } from './film.ts';

const stage = useFilm();
const { film, putFilm } = stage;

describe('a connection that breaks', () => {
  it('is taken up where it broke, and no byte is given twice', async () => {
    stage.server.misbehave.push(
      { cutAfter: 100_000 },
      { cutAfter: 0 },
      { status: 503 },
      { cutAfter: 50_000 },
    );
    const { bytes, error } = await received((await film()).stream());
    expect(error).toBeUndefined();
    expectContent(bytes);
    expect(stage.server.ranges).toEqual([
      undefined,
      'bytes=100000-299999',
      'bytes=100000-299999',
      'bytes=100000-299999',
      'bytes=150000-299999',
    ]);
    const gets = stage.server.requests.filter(({ method }) => method === 'GET');
    expect(gets.every(({ ifMatch }) => ifMatch === '"300000"')).toBe(true);
  });

  it('is taken up also while content is loaded, and in a range', async () => {
    stage.server.misbehave.push({ cutAfter: 100_000 }, undefined, { cutAfter: 10 });
    const item = await stage.client.get({ id: '42' }, { load: true });
    expectContent(await item?.large.film?.bytes());
    const part = await (await film()).bytes({ range: { start: 1000, end: 2000 } });
    expect(part).toEqual(content.subarray(1000, 2000));
    expect(stage.server.ranges).toEqual([
      undefined,
      'bytes=100000-299999',
      'bytes=1000-1999',
      'bytes=1010-1999',
    ]);
  });

  it('too often ends the download', async () => {
    stage.server.misbehave.push({ cutAfter: 1 }, ...Array.from({ length: 9 }, () => ({ cutAfter: 0 })));
    await expect((await film()).bytes()).rejects.toBeInstanceOf(ReadFailed);
    expect(stage.server.ranges).toHaveLength(5);
  });

  it('is not taken up when S3 refuses', async () => {
    stage.server.misbehave.push({ cutAfter: 1 }, { status: 400 });
    await expect((await film()).bytes()).rejects.toBeInstanceOf(ReadFailed);
    expect(stage.server.ranges).toHaveLength(2);
  });

  it('is reported with its status where S3 says nothing else', async () => {
    const object = await film();
    stage.server.misbehave.push({ status: 403 });
    await expect(object.bytes()).rejects.toThrow(/could not be read: the service answers 403$/);
  });

  it('is not taken up by a server that knows no ranges', async () => {
    stage.server.misbehave.push({ cutAfter: 1 }, { ignoreRange: true });
    await expect((await film()).bytes()).rejects.toThrow('asked for bytes 1-299999/300000, got all of it');
  });

  it('since it gives nothing any more is taken up too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      stage.server.misbehave.push({ stallAfter: 100_000 });
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
        const isStill = stage.server.blocked && stage.server.sent === before;
        before = stage.server.sent;
        return isStill || stage.server.sent === long.length;
      },
      { interval: 200, timeout: 60_000 },
    );
    expect(stage.server.sent).toBeLessThan(32 * MEBIBYTE);
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
    expect(stage.server.connectionsInUse).toBe(1);
    await reader.cancel();
    await vi.waitFor(() => expect(stage.server.connectionsInUse).toBe(0), { timeout: 60_000 });
    const unread = object.stream();
    await unread.cancel();
    const whole = object.stream();
    expect(await new Response(whole).arrayBuffer()).toHaveProperty('byteLength', long.length);
    expect(stage.server.ranges).toHaveLength(2);
  });

  it('that breaks off a loop closes the connection', async () => {
    putFilm(longKey, long);
    for await (const _ of (await film()).stream()) break;
    await vi.waitFor(() => expect(stage.server.connectionsInUse).toBe(0), { timeout: 60_000 });
  });

  it('that is never begun connects to nothing', async () => {
    (await film()).stream();
    expect(stage.server.ranges).toEqual([]);
  });

  it.each<[string, (object: LargeObject, signal: AbortSignal) => Promise<unknown>]>([
    [
      'stream',
      (object, signal) => received(object.stream({ signal })).then(({ error }) => Promise.reject(error)),
    ],
    ['bytes', (object, signal) => object.bytes({ signal })],
    ['text', (object, signal) => object.text({ signal })],
    ['toFile', (object, signal) => object.toFile(join(stage.folder, 'aborted'), { signal })],
  ])('of %s is stopped by its signal', async (_, read) => {
    const controller = new AbortController();
    stage.server.misbehave.push({ stallAfter: 100_000 });
    const ended = read(await film(), controller.signal);
    const expected = expect(ended).rejects.toThrow('enough');
    await vi.waitUntil(() => stage.server.sent === 100_000, { timeout: 60_000 });
    controller.abort(new Error('enough'));
    await expected;
    await vi.waitFor(() => expect(stage.server.connectionsInUse).toBe(0), { timeout: 60_000 });
    await expect(read(await film(), controller.signal)).rejects.toThrow('enough');
    expect(stage.server.ranges).toHaveLength(1);
    expect((await readdir(stage.folder)).filter((name) => name.includes('aborted'))).toEqual([]);
  });

  it('that is idle is stopped by its signal too', async () => {
    putFilm(longKey, long);
    const controller = new AbortController();
    const reader = (await film()).stream({ signal: controller.signal }).getReader();
    await reader.read();
    controller.abort(new Error('enough'));
    await vi.waitFor(() => expect(stage.server.connectionsInUse).toBe(0), { timeout: 60_000 });
    await expect(reader.read()).rejects.toThrow('enough');
  });
});
