// --out-dir on a disk that is really full, where a small one can be mounted (as root on Linux).

import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CommandFailed } from '../../../cli/errors.ts';
import { OutDir } from '../../../cli/output/out-dir.ts';

/** A file system of 64 KB; undefined, with a word why, where this process may not mount one. */
async function mountSmall(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-full-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    process.stderr.write(`not tested on a full disk: mounting is not allowed here (${String(error)})\n`);
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

it('ends with a sentence, and leaves no half file', async () => {
  const folder = await mountSmall();
  if (folder === undefined) return;
  const dir = await OutDir.open(folder, { overwrite: false });
  const large = { sha256: undefined, stream: () => new Blob([Buffer.alloc(200_000)]).stream() };
  const attempt = dir.save(['42', 'page'], large, { own: new Set() });
  await expect(attempt).rejects.toBeInstanceOf(CommandFailed);
  await expect(attempt).rejects.toThrow(
    `--out-dir: ${join(folder, '42', 'page')}: no space is left on the device`,
  );
  expect(await readdir(join(folder, '42'))).toEqual([]);
});
