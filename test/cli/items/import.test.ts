// `twinwrite import` against the local cloud.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { LargeItemClient, NumberValue } from '../../../client/index.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { Terminal, twinwrite } from '../terminal.ts';

let cloud: LocalCloud;
let folder: string;
let client: LargeItemClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-import-'));
  cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 1000, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  client = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

async function file(name: string, ...lines: (string | object)[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

function items(prefix: string, count: number): { key: { id: string }; attributes: object }[] {
  return Array.from({ length: count }, (_, n) => ({ key: { id: `${prefix}-${n}` }, attributes: { n } }));
}

function objects(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('import', () => {
  it('creates the items of a file, with contents of each kind and numbers digit for digit', async () => {
    await writeFile(join(folder, 'cat.png'), Buffer.alloc(300 * 1024, 'pixel'));
    const path = await file(
      'kinds.ndjson',
      `\ufeff{"key":{"id":"kinds"},"attributes":{"n":12345678901234567890.5},"largeAttributes":{"note":"text",
        "page":{"text":"<p>","contentType":"text/html"},"picture":{"file":"cat.png"},"hash":{"base64":"AP8="}}}`.replace(
        '\n',
        '',
      ),
      '',
      '  ',
      { key: { id: 'bare' } },
    );
    const ran = await twinwrite('import', path, '--batch', 'kinds');
    expect(ran).toEqual(expect.objectContaining({ code: 0, out: '2 created\n', err: 'batch kinds\n' }));
    const item = await client.get({ id: 'kinds' });
    expect(item?.attributes.n).toEqual(NumberValue.from('12345678901234567890.5'));
    expect(await item?.large.note?.text()).toBe('text');
    expect(item?.large.page?.contentType).toBe('text/html');
    expect(item?.large.picture).toMatchObject({ size: 300 * 1024, contentType: 'image/png' });
    expect(await item?.large.hash?.bytes()).toEqual(Uint8Array.of(0, 255));
    expect(await client.get({ id: 'bare' })).toBeDefined();
  });

  it('replaces items that are there with --overwrite', async () => {
    const path = await file('puts.ndjson', ...items('puts', 2));
    await client.create({
      key: { id: 'puts-0' },
      attributes: { old: true },
      largeAttributes: { page: 'old' },
    });
    expect(await twinwrite('import', path)).toMatchObject({ code: 1, out: '1 created, 1 failed\n' });
    const ran = await twinwrite('import', path, '--overwrite', '--batch', 'puts');
    expect(ran).toMatchObject({ code: 0, out: '2 put\n', err: 'batch puts\n' });
    expect(await client.get({ id: 'puts-0' })).toMatchObject({ version: 2, attributes: { n: 0 }, large: {} });
    const again = await twinwrite('import', path, '--overwrite', '--batch', 'puts');
    expect(again.out).toBe('0 put, 2 had been put before\n');
  });

  it('goes on past lines that are wrong, says which, and tries them anew when it is run again', async () => {
    const [one, two] = items('wrong', 2) as [object, object];
    const wrong = [
      '{"key":',
      '[]',
      { key: { id: 1 } },
      { key: { id: 'x' }, largeAttributes: { p: { file: 'none' } } },
    ];
    const path = await file('wrong.ndjson', one, ...wrong, two);
    const ran = await twinwrite('import', path, '--batch', 'wrong');
    expect(ran.code).toBe(1);
    expect(ran.out).toBe('2 created, 4 failed\n');
    const lines = ran.err.trim().split('\n');
    expect(lines[0]).toBe('batch wrong');
    expect(lines.slice(1, -1).sort()).toEqual([
      expect.stringMatching(/^line 2: not-written: .*JSON/),
      'line 3: not-written: expected an object',
      expect.stringMatching(/^line 4: not-written: InvalidInput: key.id: expected a string/),
      expect.stringMatching(
        /^line 5: not-written: InvalidInput: largeAttributes.p.content.file: cannot be read/,
      ),
    ]);
    expect(lines.at(-1)).toBe(
      `error: 4 failed; to try them anew, corrected: twinwrite import ${path} --batch wrong`,
    );

    const corrected = await file('wrong.ndjson', one, { key: { id: 'right' } }, two);
    expect(await twinwrite('import', corrected, '--batch', 'wrong')).toMatchObject({
      code: 0,
      out: '1 created, 2 had been created before\n',
    });
  });

  it('with --json tells the outcome of each line', async () => {
    await client.create({ key: { id: 'there' } });
    const stdin = Readable.from([
      `${JSON.stringify({ key: { id: 'new' } })}\n{"key":{"id":"there"}}\nnonsense`,
    ]);
    const ran = await new Terminal({ stdin }).run('import', '-', '--batch', 'json', '--json');
    expect(ran.code).toBe(1);
    const outcomes = objects(ran.out).sort((one, other) => Number(one.line) - Number(other.line));
    expect(outcomes).toEqual([
      { line: 1, status: 'written', key: { id: 'new' }, version: 1, executionArn: expect.any(String) },
      expect.objectContaining({
        line: 2,
        status: 'not-written',
        key: { id: 'there' },
        error: 'Rejected',
        reason: 'AlreadyExists',
        executionArn: expect.stringContaining(':execution:'),
      }),
      expect.objectContaining({ line: 3, status: 'not-written', error: 'BadLine' }),
    ]);
    const [summary, error] = objects(ran.err);
    expect(summary).toEqual({ batch: 'json', written: 1, writtenBefore: 0, failed: 2, interrupted: 0 });
    expect(error).toMatchObject({ error: 'CommandFailed' });
  });

  it('stops at the first failure when asked to', async () => {
    const path = await file('stop.ndjson', ...items('stop', 3), 'nonsense', ...items('never', 200));
    const ran = await twinwrite('import', path, '--batch', 'stop', '--stop-at-failure', '--concurrency', '2');
    expect(ran).toMatchObject({ code: 1, out: '3 created, 1 failed\n' });
  });

  it('that is interrupted loses nothing, and goes on when it is run again', async () => {
    const all = items('interrupted', 40);
    const path = await file('interrupted.ndjson', ...all);
    const terminal = new Terminal();
    const running = terminal.run('import', path, '--batch', 'interrupted', '--json', '--concurrency', '4');
    await expect.poll(() => terminal.out.split('\n').length).toBeGreaterThan(5);
    terminal.signal('SIGINT');
    const ran = await running;
    expect(ran.code).toBe(130);
    const [summary, error] = objects(ran.err);
    expect(error?.message).toBe(`interrupted; to go on: twinwrite import ${path} --batch interrupted`);
    const outcomes = objects(ran.out);
    expect(outcomes.length).toBe(Number(summary?.written) + Number(summary?.interrupted));
    expect(outcomes.length).toBeLessThan(40);

    const again = await twinwrite('import', path, '--batch', 'interrupted', '--json');
    expect(again.code).toBe(0);
    const [end] = objects(again.err);
    expect(Number(end?.written) + Number(end?.writtenBefore)).toBe(40);
    expect(Number(end?.writtenBefore)).toBeGreaterThanOrEqual(Number(summary?.written));
    const versions = await Promise.all(all.map(async ({ key }) => (await client.get(key))?.version));
    expect(versions).toEqual(Array(40).fill(1));
  });

  it('that is interrupted while it waits for standard input ends', async () => {
    const stdin = new Readable({ read: () => undefined });
    stdin.push(`${JSON.stringify({ key: { id: 'first' } })}\n`);
    const terminal = new Terminal({ stdin });
    const running = terminal.run('import', '-', '--json', '--batch', 'stdin');
    await expect.poll(() => terminal.out).toContain('"written"');
    terminal.signal('SIGINT');
    expect((await running).code).toBe(130);
  });

  it.each([
    [['import', '/no/such/file'], '/no/such/file: no such file'],
    [['import', '-', '--batch', 'a b'], 'batch: expected 1 to 32 characters'],
    [['import', '-', '--concurrency', '0'], 'Expected a whole number from 1'],
    [['import'], "missing required argument 'file'"],
  ])('%j is refused', async (argv, message) => {
    const ran = await twinwrite(...argv);
    expect(ran.code).toBeGreaterThan(0);
    expect(ran.err).toContain(message);
    expect(ran.out).toBe('');
  });
});
