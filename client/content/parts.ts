// Cuts a stream into parts of one size.

import { abortable } from '../calls/signal.ts';
import type { ByteReader } from '../platform/types.ts';

export class Parts {
  readonly #reader: ByteReader;
  readonly #partBytes: number;
  readonly #stop: AbortSignal;
  /** What was read past the last part's end. */
  #rest = new Uint8Array();
  #atEnd = false;
  readonly #free: Uint8Array[] = [];

  constructor(reader: ByteReader, partBytes: number, stop: AbortSignal) {
    this.#reader = reader;
    this.#partBytes = partBytes;
    this.#stop = stop;
  }

  /** Whether there is another part: reads until it is certain. */
  async more(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#atEnd) await this.#read();
    return this.#rest.length > 0;
  }

  /**
   * The next part, shorter than the others only at the end; empty after it. The bytes are a copy, since they are sent,
   * and maybe sent again, while the stream's owner may use its chunks for what comes next.
   */
  async next(): Promise<Uint8Array> {
    const part = this.#free.pop() ?? new Uint8Array(this.#partBytes);
    let length = 0;
    while (length < part.length && (await this.more())) {
      const taken = this.#rest.subarray(0, part.length - length);
      part.set(taken, length);
      length += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
    }
    return part.subarray(0, length);
  }

  /** Takes a part back that was sent, for its memory: a new one for each would wait for the garbage collector. */
  release(part: Uint8Array): void {
    if (part.length === this.#partBytes) this.#free.push(part);
  }

  async #read(): Promise<void> {
    const chunk = await abortable(this.#reader.read(), this.#stop);
    if (chunk === undefined) this.#atEnd = true;
    else this.#rest = chunk as Uint8Array<ArrayBuffer>;
  }
}
