// A folder that content is saved into: each item's in a folder of its own, and nothing outside of it.

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { DownloadOptions } from '../../client/index.ts';
import { CommandFailed } from '../errors.ts';
import { fileName } from './file-names.ts';

/** What is saved: a large attribute's content. */
export interface Savable {
  readonly sha256: string | undefined;
  stream(options: DownloadOptions): ReadableStream<Uint8Array>;
}

export interface SaveOptions extends DownloadOptions {
  /** Paths that may be replaced, since this very command has written them for the same item; the new one is added. */
  readonly own: Set<string>;
}

/** What stands at the place of a file is not to be replaced. */
export class FileInTheWay extends Error {
  override readonly name = 'FileInTheWay';
}

/** File systems without hard links answer so (link(2)). */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
  'EINVAL',
]);
const PROBLEMS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the quota of the disk is used up',
  EACCES: 'not allowed to write there',
  EPERM: 'not allowed to write there',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file would be too large for its file system',
};

export class OutDir {
  readonly #given: string;
  readonly #root: string;
  readonly #overwrite: boolean;

  private constructor(given: string, root: string, overwrite: boolean) {
    this.#given = given;
    this.#root = root;
    this.#overwrite = overwrite;
  }

  /** Makes the folder if there is none. @throws {CommandFailed} when it cannot be one */
  static async open(folder: string, { overwrite }: { readonly overwrite: boolean }): Promise<OutDir> {
    try {
      await mkdir(folder, { recursive: true });
      return new OutDir(folder, await realpath(folder), overwrite);
    } catch (error) {
      throw failed(folder, error);
    }
  }

  /**
   * Saves content whole or not at all. A file that has it already stays.
   * @param names - of the folders below this one, then of the file; any texts
   * @returns the file's path, as the folder was given
   * @throws {FileInTheWay} for a file of other content, a link, or what is no file
   * @throws {CommandFailed} when the system refuses
   * @throws what reading the content throws
   */
  async save(names: readonly string[], content: Savable, options: SaveOptions): Promise<string> {
    const parts = names.map(fileName);
    const name = parts.pop() ?? '';
    let folder = this.#root;
    for (const part of parts) folder = await this.#below(folder, part);
    const path = join(folder, name);
    const shown = join(this.#given, relative(this.#root, path));
    const isOwn = options.own.has(path);
    const present = await this.#system(shown, () => presentAt(path));
    if (present !== undefined && !present.isFile()) throw new FileInTheWay(`${shown}: is there, and no file`);
    const isReplaced = isOwn || this.#overwrite;
    const { sha256 } = content;
    const isKnown = present !== undefined && sha256 !== undefined;
    if (isKnown && (await this.#system(shown, () => digestOf(path))) === sha256) return shown;
    if (isKnown && !isReplaced) throw otherContent(shown);
    await this.#write(path, shown, content, { ...options, isReplaced });
    options.own.add(path);
    return shown;
  }

  /** The folder of that name, made if there is none; a link might lead out. */
  async #below(folder: string, name: string): Promise<string> {
    const path = join(folder, name);
    const shown = join(this.#given, relative(this.#root, path));
    await this.#system(shown, () => mkdir(path).catch(unless('EEXIST')));
    const there = await this.#system(shown, () => lstat(path));
    if (!there.isDirectory()) throw new FileInTheWay(`${shown}: is there, and no folder`);
    return path;
  }

  async #write(
    path: string,
    shown: string,
    content: Savable,
    { signal, onProgress, isReplaced }: SaveOptions & { readonly isReplaced: boolean },
  ): Promise<void> {
    const temporary = join(dirname(path), `.${randomUUID()}.part`);
    try {
      const digest = await this.#fill(temporary, shown, content.stream({ signal, onProgress }));
      await this.#system(shown, async () => {
        if (isReplaced) return rename(temporary, path);
        if (await placedAnew(temporary, path)) return;
        if ((await digestOf(path)) !== digest) throw otherContent(shown);
      });
    } finally {
      // Best effort: an error on the way matters more.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  /** @returns the SHA-256 of what was written */
  async #fill(path: string, shown: string, chunks: ReadableStream<Uint8Array>): Promise<string> {
    const hash = createHash('sha256');
    const file = await this.#system(shown, () => open(path, 'wx'));
    try {
      for await (const chunk of chunks) {
        hash.update(chunk);
        await this.#system(shown, () => file.writeFile(chunk));
      }
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  }

  async #system<T>(shown: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw error instanceof FileInTheWay ? error : failed(shown, error);
    }
  }
}

/** Gives the file its name unless something has it. @returns whether it has it now */
async function placedAnew(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
  }
  // The name is taken by an empty file first, which nobody else can have made.
  const placeholder = await open(path, 'wx').catch(unless('EEXIST'));
  if (placeholder === undefined) return false;
  await placeholder.close();
  await rename(temporary, path);
  return true;
}

function presentAt(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(unless('ENOENT'));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function unless(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error;
  };
}

function otherContent(shown: string): FileInTheWay {
  return new FileInTheWay(`${shown}: is there, with other content; --overwrite replaces it`);
}

function failed(shown: string, error: unknown): CommandFailed {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new CommandFailed(`--out-dir: ${shown}: ${PROBLEMS[code] ?? message}`);
}
