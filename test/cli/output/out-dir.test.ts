// The folder that content is saved into: whole files, none replaced unasked, nothing outside.

import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandFailed } from '../../../cli/errors.ts';
import { FileInTheWay, OutDir, type Savable } from '../../../cli/output/out-dir.ts';

let base: string;
let folder: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'twinwrite-out-'));
  folder = join(base, 'out');
});
afterEach(() => rm(base, { recursive: true }));

interface Content extends Savable {
  fetched: number;
}

function content(text: string, { isPromised = true } = {}): Content {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const saved: Content = {
    fetched: 0,
    sha256: isPromised ? sha256 : undefined,
    stream: () => {
      saved.fetched += 1;
      return new Blob([text]).stream();
    },
  };
  return saved;
}

async function opened(overwrite = false): Promise<OutDir> {
  return OutDir.open(folder, { overwrite });
}

const save = (dir: OutDir, names: readonly string[], given: Savable, own = new Set<string>()) =>
  dir.save(names, given, { own });

it('puts each text into a folder of its own, and leaves nothing else', async () => {
  const path = await save(await opened(), ['acme', '7', 'page'], content('<p>'));
  expect(path).toBe(join(folder, 'acme', '7', 'page'));
  expect(await readFile(path, 'utf8')).toBe('<p>');
  expect(await readdir(join(folder, 'acme', '7'))).toEqual(['page']);
});

it.each([['../../x'], ['/etc/x'], ['..'], ['a/../../b'], ['x\0y'], ['C:\\x'], ['猫'.repeat(680)]])(
  'stays inside with the key %j',
  async (key) => {
    const path = await save(await opened(), [key, 'page'], content('<p>'));
    expect(await readFile(path, 'utf8')).toBe('<p>');
    expect(await readdir(base)).toEqual(['out']);
    expect((await readdir(folder, { recursive: true })).length).toBe(2);
  },
);

it('keeps a file that has the content, without fetching it', async () => {
  const dir = await opened();
  await save(dir, ['42', 'page'], content('<p>'));
  const again = content('<p>');
  await save(dir, ['42', 'page'], again);
  expect(again.fetched).toBe(0);
  const unknown = content('<p>', { isPromised: false });
  await save(dir, ['42', 'page'], unknown);
  expect(unknown.fetched).toBe(1);
});

it.each([[true], [false]])(
  'replaces no other content unless told so (digest known: %j)',
  async (isPromised) => {
    const path = await save(await opened(), ['42', 'page'], content('old'));
    const attempt = save(await opened(), ['42', 'page'], content('new', { isPromised }));
    await expect(attempt).rejects.toThrow(`${path}: is there, with other content; --overwrite replaces it`);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(folder, '42'))).toEqual(['page']);
    await save(await opened(true), ['42', 'page'], content('new', { isPromised }));
    expect(await readFile(path, 'utf8')).toBe('new');
  },
);

it('replaces what the same command has written for the item', async () => {
  const own = new Set<string>();
  const dir = await opened();
  const path = await save(dir, ['42', 'page'], content('version 1'), own);
  await save(dir, ['42', 'page'], content('version 2'), own);
  expect(await readFile(path, 'utf8')).toBe('version 2');
});

it.each([[true], [false]])('follows no link out of the folder (overwrite: %j)', async (overwrite) => {
  const outside = join(base, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'page'), 'as it was');
  const dir = await opened(overwrite);
  await symlink(outside, join(folder, '42'));
  await expect(save(dir, ['42', 'page'], content('new'))).rejects.toBeInstanceOf(FileInTheWay);
  await mkdir(join(folder, '43'));
  await symlink(join(outside, 'page'), join(folder, '43', 'page'));
  await expect(save(dir, ['43', 'page'], content('new'))).rejects.toThrow('is there, and no file');
  expect(await readFile(join(outside, 'page'), 'utf8')).toBe('as it was');
  expect((await lstat(join(folder, '43', 'page'))).isSymbolicLink()).toBe(true);
});

it('may itself be reached by a link', async () => {
  await mkdir(join(base, 'real'));
  await symlink(join(base, 'real'), folder);
  await save(await opened(), ['42', 'page'], content('<p>'));
  expect(await readFile(join(base, 'real', '42', 'page'), 'utf8')).toBe('<p>');
});

it('leaves nothing of content that breaks off', async () => {
  const broken: Savable = {
    sha256: undefined,
    stream: () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        pull: (controller) => controller.error(new Error('broken')),
      }),
  };
  await expect(save(await opened(), ['42', 'page'], broken)).rejects.toThrow('broken');
  expect(await readdir(join(folder, '42'))).toEqual([]);
});

it('says in a sentence that it cannot be a folder', async () => {
  await writeFile(folder, 'a file');
  await expect(opened()).rejects.toBeInstanceOf(CommandFailed);
  await expect(OutDir.open('/dev/null/x', { overwrite: false })).rejects.toThrow('--out-dir: /dev/null/x: ');
});
