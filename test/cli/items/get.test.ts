// `twinwrite get`: what is fetched, and what becomes of files and output when fetching fails.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { LargeItemClient } from '../../../client/index.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { ObjectServer } from '../../client/object-server.ts';
import { Terminal, twinwrite } from '../terminal.ts';

let cloud: LocalCloud;
let client: LargeItemClient;
let folder: string;

beforeAll(async () => {
  cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 60, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  client = await LargeItemClient.fromEnvironment({ pollIntervalMs: 10 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('an item of which one object is gone', () => {
  beforeAll(async () => {
    const { largeAttributes } = await client.create({
      key: { id: 'maimed' },
      largeAttributes: { page: '<p>', lost: 'x' },
    });
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(largeAttributes.lost as string) ?? [];
    await new S3Client({}).send(new DeleteObjectCommand({ Bucket, Key }));
  });

  it.each([
    [['--out', 'page=-'], '<p>'],
    [['--only', 'page'], expect.stringMatching(/^page {7}text\/plain; charset=utf-8, 3 B {2}s3:/m)],
  ])('can be read in part: %j', async (argv, out) => {
    expect(await twinwrite('get', '--key', 'id=maimed', ...argv)).toEqual(
      expect.objectContaining({ code: 0, out }),
    );
  });

  it.each([[[]], [['--out', 'lost=-']]])('is reported when that is looked at: %j', async (argv) => {
    const { code, out, err } = await twinwrite('get', '--key', 'id=maimed', ...argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^error: lost \(s3:.*\): the item points at it, but it is gone\n$/);
  });

  it('has no other attributes', async () => {
    expect(await twinwrite('get', '--key', 'id=maimed', '--only', 'page', '--url', 'pge')).toMatchObject({
      code: 1,
      err: 'error: --url pge: the item has no such large attribute\n',
    });
  });
});

describe('--url', () => {
  beforeAll(async () => {
    await client.create({ key: { id: 'urls' }, largeAttributes: { page: '<p>', note: 'text' } });
  });

  it('prints URLs that give the content, one a line', async () => {
    const { code, out } = await twinwrite('get', '--key', 'id=urls', '--url', 'note', '--url', 'page');
    expect(code).toBe(0);
    const answers = await Promise.all(
      out
        .trim()
        .split('\n')
        .map((url) => fetch(url)),
    );
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['text', '<p>']);
  });

  it('stands with its attribute in JSON', async () => {
    const argv = ['--only', 'page', '--url', 'page', '--expires-in', '60', '--json'];
    const { large } = json((await twinwrite('get', '--key', 'id=urls', ...argv)).out) as {
      large: Record<string, { url: string }>;
    };
    expect(Object.keys(large)).toEqual(['page']);
    expect(new URL(large.page?.url ?? '').searchParams.get('X-Amz-Expires')).toBe('60');
  });
});

describe('--out, from an S3 that fails', () => {
  const content = 'x'.repeat(200_000);
  let server: ObjectServer;

  /** Writes the content, and puts it where the command looks for it. */
  async function written(text = content): Promise<void> {
    const key = { id: 'out' };
    const isThere = (await client.get(key, { attributes: [] })) !== undefined;
    const input = { key, largeAttributes: { page: text } };
    const { largeAttributes } = await (isThere ? client.update(input) : client.create(input));
    server.put(String(largeAttributes.page).replace(/^s3:\/\/[^/]+\//, ''), Buffer.from(text));
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twinwrite-get-'));
    server = await ObjectServer.start();
    await written();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint);
  });
  afterEach(async () => {
    for (const name of await readdir(folder)) await rm(join(folder, name));
  });
  afterAll(async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', undefined);
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('leaves no half file at Ctrl-C, and says so', async () => {
    const terminal = new Terminal();
    server.misbehave.push({ stallAfter: 100_000 });
    const before = server.sent;
    const ended = terminal.run('get', '--key', 'id=out', '--out', `page=${join(folder, 'page')}`);
    await vi.waitUntil(() => server.sent === before + 100_000, { timeout: 60_000 });
    terminal.signal('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      out: '',
      err: 'error: interrupted; no file was left half written\n',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves the file as it was when the content is wrong', async () => {
    const file = join(folder, 'page');
    await writeFile(file, 'as it was');
    server.misbehave.push({ lie: Buffer.from('y'.repeat(200_000)) });
    expect(await twinwrite('get', '--key', 'id=out', '--out', `page=${file}`)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error: page \(s3:.*\): its 200000 bytes have the SHA-256 [0-9a-f]{64}\n$/),
    });
    expect(await readdir(folder)).toEqual(['page']);
    expect(await readFile(file, 'utf8')).toBe('as it was');
  });

  it('ends standard output short of wrong content', async () => {
    server.misbehave.push({ lie: Buffer.from('y'.repeat(200_000)) });
    const { code, bytes } = await twinwrite('get', '--key', 'id=out', '--out', 'page=-');
    expect(code).toBe(1);
    expect(bytes.length).toBeLessThan(200_000);
  });

  it('begins again when the item is written meanwhile, and prints the version that it has fetched', async () => {
    const file = join(folder, 'page');
    const before = async () => {
      vi.stubEnv('AWS_ENDPOINT_URL_S3', cloud.endpoint);
      await written('new');
      vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint);
    };
    server.misbehave.push({ before, status: 404 });
    const { code, out } = await twinwrite('get', '--key', 'id=out', '--out', `page=${file}`, '--json');
    expect(code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(json(out)).toMatchObject({ version: 2, large: { page: { size: 3 } } });
  });
});
