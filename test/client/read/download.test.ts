// Downloads over real connections: whole or not at all, checked, taken up where they broke, and never left open.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { type DownloadProgress, IntegrityError, Rejected } from '../../../client/index.ts';
import { objectKeyOf } from '../items.ts';
import { changed, content, expectContent, key, received, useFilm } from './film.ts';

const stage = useFilm();
const { film, putFilm } = stage;

describe('content', () => {
  it('is given by every method, fetched anew by each, and only when asked for', async () => {
    const object = await film();
    expect(object).toMatchObject({ size: 300_000, sha256: key.split('sha256=')[1]?.slice(0, 64) });
    expect(stage.server.requests).toEqual([{ method: 'HEAD' }]);
    expectContent((await received(object.stream())).bytes);
    expectContent(await object.bytes());
    await object.toFile(join(stage.folder, 'film'));
    expectContent(await readFile(join(stage.folder, 'film')));
    await expect(object.text()).rejects.toBeInstanceOf(TypeError);
    const gets = stage.server.requests.filter(({ method }) => method === 'GET');
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
    await object.toFile(join(stage.folder, 'empty'));
    expect((await stat(join(stage.folder, 'empty'))).size).toBe(0);
    expect(await (await stage.client.get({ id: '42' }, { load: true }))?.large.film?.text()).toBe('');
  });

  it('that is encoded is given as it is stored', async () => {
    stage.server.headers = { 'content-encoding': 'gzip' };
    expectContent(await (await film()).bytes());
    expectContent(await (await stage.client.get({ id: '42' }, { load: true }))?.large.film?.bytes());
  });

  it('tells its progress', async () => {
    const seen: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => seen.push(progress);
    for (const get of [
      async () => (await film()).bytes({ onProgress }),
      () => stage.client.get({ id: '42' }, { load: true, onProgress }),
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
    stage.server.misbehave.push({ lie });
    const { bytes, error } = await received((await film()).stream());
    expect(error).toBeInstanceOf(IntegrityError);
    expect(error).toMatchObject({ attribute: 'film', uri: `s3://bucket/${key}` });
    expect(bytes.length).toBeLessThan(300_000);
  });

  it.each([
    ['fewer', content.subarray(0, 299_999)],
    ['more', Buffer.concat([content, Buffer.from('x')])],
  ])('of %s bytes is not given', async (_, other) => {
    stage.server.put(key, other);
    await expect((await film()).bytes()).rejects.toBeInstanceOf(IntegrityError);
    await expect(stage.client.get({ id: '42' }, { load: true })).rejects.toBeInstanceOf(IntegrityError);
  });

  it('of more bytes than S3 said before is cut off', async () => {
    const object = await film();
    stage.server.put(key, Buffer.concat([content, Buffer.from('x')]));
    await expect(object.bytes()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('leaves no file, and an existing one as it is', async () => {
    const place = await mkdtemp(join(stage.folder, 'wrong-'));
    const path = join(place, 'film');
    const object = await film();
    stage.server.misbehave.push({ lie: changed(7) }, { lie: changed(7) });
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
    stage.server.misbehave.push({ lie: changed(7) });
    await expect(object.bytes()).rejects.toThrow(/^film .*have the MD5 [0-9a-f]{32}$/);
  });

  it('is found by the checksum that S3 keeps, where the key promises nothing', async () => {
    putFilm('items/elsewhere', content);
    stage.server.headers = { 'x-amz-checksum-sha256': createHash('sha256').update(content).digest('base64') };
    const object = await film();
    expectContent(await object.bytes());
    stage.server.misbehave.push({ lie: changed(7) });
    await expect(object.bytes()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('is looked for once: S3 is asked for its checksum only where the key has no SHA-256, or a part is read', async () => {
    const modes = () => stage.server.requests.splice(0).flatMap(({ checksumMode }) => checksumMode ?? []);
    const wrong = { 'x-amz-checksum-sha256': createHash('sha256').update('other').digest('base64') };
    stage.server.headers = wrong;
    expectContent(await (await film()).bytes());
    const lazy = stage.client.attach({ id: { S: '42' }, film: { S: `s3://bucket/${key}` } });
    expectContent(await lazy.large.film?.bytes());
    expect(modes()).toEqual([]);
    stage.server.headers = {};
    expectContent(await (await film()).bytes({ range: { start: 0, end: 10 } }), 0, 10);
    expect(modes()).toEqual(['ENABLED']);
    stage.server.headers = wrong;
    putFilm('items/elsewhere', content);
    await expect((await film()).bytes()).rejects.toBeInstanceOf(IntegrityError);
    expect(modes()).toEqual(['ENABLED']);
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
    expect(stage.server.ranges).toEqual([header, header]);
  });

  it.each([{ start: 5, end: 5 }, { start: 300_000 }, { start: 300_000, end: 300_001 }])(
    '%j has no bytes, and asks for none',
    async (range) => {
      expect(await (await film()).bytes({ range })).toEqual(new Uint8Array());
      expect(stage.server.ranges).toEqual([]);
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
    expect(stage.server.ranges).toEqual([]);
  });

  it('of the whole is checked, one of a part cannot be', async () => {
    const object = await film();
    stage.server.misbehave.push({ lie: changed(7) }, { lie: changed(7) });
    await expect(object.bytes({ range: { start: 0 } })).rejects.toBeInstanceOf(IntegrityError);
    expect(await object.bytes({ range: { start: 0, end: 8 } })).toEqual(changed(7).subarray(0, 8));
  });
});

describe('a file', () => {
  it('that is there is replaced, and keeps its mode', async () => {
    const path = join(stage.folder, 'present');
    await writeFile(path, 'x'.repeat(400_000), { mode: 0o640 });
    await (await film()).toFile(path);
    expectContent(await readFile(path));
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('is written where a link leads', async () => {
    const path = join(stage.folder, 'target');
    await writeFile(path, 'x');
    await symlink(path, join(stage.folder, 'link'));
    await (await film()).toFile(join(stage.folder, 'link'));
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
    await mkdir(join(stage.folder, 'folder'), { recursive: true });
    await expect((await film()).toFile(join(stage.folder, name))).rejects.toMatchObject({ code });
    expect(stage.server.ranges).toEqual([]);
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
