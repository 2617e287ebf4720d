// Writes bytes to a file that comes into being whole, or not at all.

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteReader } from './types.ts';

/** Writes all that the reader gives, and closes it. What was at the path stays as it was until all is written. */
export async function saveFile(path: string, reader: ByteReader): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const present = await stat(target).catch(() => undefined);
    if (present === undefined || present.isFile()) await replace(target, present?.mode, reader);
    // A pipe or a device cannot be replaced by a file; a folder is refused by the system.
    else await fill(await open(target, 'w'), reader);
  } finally {
    reader.close();
  }
}

async function replace(path: string, mode: number | undefined, reader: ByteReader): Promise<void> {
  // Beside it, since a file can be renamed within its file system only.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  const file = await open(temporary, 'wx');
  try {
    if (mode !== undefined) await file.chmod(mode & 0o777);
    await fill(file, reader);
    await rename(temporary, path);
  } catch (error) {
    // Best effort: the error that it is for matters more.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function fill(file: FileHandle, reader: ByteReader): Promise<void> {
  try {
    for (;;) {
      const chunk = await reader.read();
      if (chunk === undefined) break;
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}
