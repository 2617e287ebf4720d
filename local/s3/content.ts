// The bytes of an object or part, apart from where they are kept.

import { Readable } from 'node:stream';

/** Bytes at rest: immutable, shared by reference between objects, never copied. */
export interface Content {
  readonly size: number;
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** The bytes from `start` up to, without, `end`. */
  slice(start: number, end: number): Content;
  body(): Uint8Array | Readable;
}

export class MemoryContent implements Content {
  readonly size: number;
  readonly #chunks: readonly Uint8Array[];

  constructor(chunks: readonly Uint8Array[]) {
    this.#chunks = chunks;
    this.size = chunks.reduce((size, chunk) => size + chunk.length, 0);
  }

  chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  slice(start: number, end: number): Content {
    const views: Uint8Array[] = [];
    let offset = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, chunk.length);
      if (from < to) {
        views.push(chunk.subarray(from, to));
      }
      offset += chunk.length;
    }
    return new MemoryContent(views);
  }

  body(): Uint8Array | Readable {
    const [first = new Uint8Array(), ...rest] = this.#chunks;
    return rest.length === 0 ? first : Readable.from(this.#chunks, { objectMode: false });
  }
}
