// Contents as files. A content is a list of pieces of files, so that copies, parts and what is joined of them share files.
// A file goes when nothing refers to it any more: no object, no part, no answer that is being sent, and no operation that
// is under way and may have met it.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { attempt, DataError, disk } from '../data/index.ts';
import type { Content } from './content.ts';

/** The bytes of a file from `start` up to, without, `end`. */
export interface Piece {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

const READ_BYTES = 256 * 1024;

/** A folder of files, each written once. */
export class ContentFiles {
  readonly #folder: string;
  readonly #references = new Map<string, number>();
  /** Files without a reference: the last operation that had begun when they lost it, which grows. */
  readonly #unreferenced = new Map<string, number>();
  /** The operations under way, by number, the oldest first. */
  readonly #running = new Set<number>();
  #begun = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Streams a content into a file of its own; nothing of it is held in memory. */
  async receive(source: AsyncIterable<Uint8Array>): Promise<FileContent> {
    const file = randomUUID();
    this.#unreferenced.set(file, this.#begun);
    const handle = await disk.open(this.path(file), 'wx');
    try {
      let size = 0;
      for await (const chunk of source) {
        await writeWholly(handle, chunk);
        size += chunk.length;
      }
      return this.content([{ file, start: 0, end: size }]);
    } finally {
      await handle.close();
    }
  }

  content(pieces: readonly Piece[]): FileContent {
    return new FileContent(this, pieces);
  }

  hold({ pieces }: FileContent): void {
    for (const { file } of pieces) {
      this.#references.set(file, (this.#references.get(file) ?? 0) + 1);
      this.#unreferenced.delete(file);
    }
  }

  release({ pieces }: FileContent): void {
    for (const { file } of pieces) {
      const left = (this.#references.get(file) ?? 0) - 1;
      if (left > 0) {
        this.#references.set(file, left);
      } else {
        this.#references.delete(file);
        this.#unreferenced.set(file, this.#begun);
      }
    }
    this.#removeUnreferenced();
  }

  async during<T>(operation: () => Promise<T>): Promise<T> {
    this.#begun += 1;
    const number = this.#begun;
    this.#running.add(number);
    try {
      return await operation();
    } finally {
      this.#running.delete(number);
      this.#removeUnreferenced();
    }
  }

  /**
   * Removes the files that nothing refers to: what an earlier process received and put nowhere, or did not come to remove.
   * @throws {DataError} when a file that something refers to is not there, or is shorter than that says
   */
  reconcile(contents: Iterable<FileContent>): void {
    const present = new Set(readdirSync(this.#folder));
    for (const { pieces } of contents) {
      for (const { file, end } of pieces) {
        if (!present.has(file) || statSync(this.path(file)).size < end) {
          throw new DataError(
            `${this.path(file)} is damaged: an object's content is missing, wholly or in part`,
          );
        }
      }
    }
    for (const file of present) {
      if (!this.#references.has(file)) {
        rmSync(this.path(file));
      }
    }
  }

  path(file: string): string {
    return join(this.#folder, file);
  }

  #removeUnreferenced(): void {
    const [oldest = Number.POSITIVE_INFINITY] = this.#running;
    for (const [file, lastBegun] of this.#unreferenced) {
      if (lastBegun >= oldest) {
        return;
      }
      this.#unreferenced.delete(file);
      // What cannot be removed now the next start removes: the operation is done.
      attempt(() => disk.rmSync(this.path(file), { force: true }));
    }
  }
}

export class FileContent implements Content {
  readonly size: number;
  readonly pieces: readonly Piece[];
  readonly #files: ContentFiles;

  constructor(files: ContentFiles, pieces: readonly Piece[]) {
    this.#files = files;
    this.pieces = pieces;
    this.size = pieces.reduce((size, { start, end }) => size + end - start, 0);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (const piece of this.pieces) {
      yield* chunksOf(this.#files.path(piece.file), piece);
    }
  }

  slice(start: number, end: number): FileContent {
    const pieces: Piece[] = [];
    let offset = 0;
    for (const piece of this.pieces) {
      const size = piece.end - piece.start;
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size);
      if (from < to) {
        pieces.push({ file: piece.file, start: piece.start + from, end: piece.start + to });
      }
      offset += size;
    }
    return new FileContent(this.#files, pieces);
  }

  /** Its files stay until it is sent. */
  body(): Readable {
    this.#files.hold(this);
    return Readable.from(this.chunks(), { objectMode: false }).once('close', () => this.#files.release(this));
  }
}

async function* chunksOf(path: string, { start, end }: Piece): AsyncGenerator<Uint8Array> {
  const handle = await open(path);
  try {
    for (let position = start; position < end; ) {
      const length = Math.min(end - position, READ_BYTES);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) {
        throw new DataError(`${path} is damaged: it ends at byte ${position}`);
      }
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function writeWholly(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written);
    if (bytesWritten === 0) throw new Error(`Nothing could be written of ${bytes.length - written} bytes`);
    written += bytesWritten;
  }
}
