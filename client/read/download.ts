// Reads a range of an object over as many connections as it takes: one that breaks is taken up where it broke.

import type { ByteReader } from '../platform/types.ts';
import { connectTo, type ObjectHead, type ObjectPlace, statusOf, WrongBytes } from './object.ts';

/** Failures in a row, with less than this many bytes between them, until the download is given up. */
const MAX_FAILURES = 5;
const PROGRESS_BYTES = 1024 ** 2;
/** Before connecting again: the first pause, doubled each time, in milliseconds. */
const FIRST_PAUSE_MS = 100;
/** A connection that gives nothing for so long is dead. */
const STALL_MS = 30_000;

/** Bytes of an object from `start` up to, not including, `end`: each of them once, or an error. */
export class Download implements ByteReader {
  readonly #place: ObjectPlace;
  readonly #head: ObjectHead;
  readonly #end: number;
  #at: number;
  #connection: ByteReader | undefined;
  #connecting: AbortController | undefined;
  /** Whether S3 has let us have a connection yet. The SDK tries often enough to get the first one. */
  #connected: boolean;
  #failures = 0;
  #failedAt = 0;
  #closed = false;

  /** @param connection - to `start`, if one is open already */
  constructor(place: ObjectPlace, head: ObjectHead, start: number, end: number, connection?: ByteReader) {
    this.#place = place;
    this.#head = head;
    this.#at = start;
    this.#end = end;
    this.#connection = connection;
    this.#connected = connection !== undefined;
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        return await this.#next();
      } catch (error) {
        this.#disconnect();
        if (this.#closed || !this.#connected || isFinal(error)) throw error;
        this.#countFailure(error);
        await pause(FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#disconnect();
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#closed) throw new Error('the download was closed');
    if (this.#connection === undefined) {
      if (this.#at === this.#end) return undefined;
      this.#connection = await this.#connect();
    }
    const chunk = await within(STALL_MS, this.#connection.read());
    // All of a connection is read, its end too: only then it can serve other requests.
    if (chunk === undefined) return this.#atEnd();
    if (this.#at + chunk.length > this.#end)
      throw new WrongBytes(`it has more than ${this.#head.size} bytes`);
    this.#at += chunk.length;
    return chunk;
  }

  #atEnd(): undefined {
    if (this.#at < this.#end) throw new Error(`the connection ended ${this.#end - this.#at} bytes early`);
    this.#connection = undefined;
  }

  async #connect(): Promise<ByteReader> {
    this.#connecting = new AbortController();
    const { signal } = this.#connecting;
    const connection = await connectTo(this.#place, this.#head, this.#at, this.#end, signal);
    this.#connected = true;
    return connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#connecting?.abort();
  }

  /** @throws when it was one too many, or came after the last byte, where only a checksum can fail */
  #countFailure(error: unknown): void {
    if (this.#at === this.#end) throw new WrongBytes((error as Error).message, { cause: error });
    if (this.#at - this.#failedAt >= PROGRESS_BYTES) this.#failures = 0;
    this.#failedAt = this.#at;
    this.#failures += 1;
    if (this.#failures >= MAX_FAILURES) throw error;
  }
}

/** Whether connecting again is of no use: the bytes are wrong, or S3 refuses (other than for being overloaded). */
function isFinal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return error instanceof WrongBytes || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the connection gave nothing for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
