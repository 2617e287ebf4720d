// Streams of bytes, of every kind that callers have them in, behind one small interface.

import { fileStream } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';
import { isDestroyable, isUint8Array } from './kinds.ts';

/**
 * What the owner of a stream does with the memory of its chunks. Unless it is known to be fresh each time, it may be
 * filled again as soon as the stream goes on, so each chunk is copied before.
 */
export type ChunkMemory = 'reused' | 'fresh';

/** A stream gave something else than a Uint8Array. */
export class NotBytes extends TypeError {
  override readonly name = 'NotBytes';
  readonly chunk: unknown;

  constructor(chunk: unknown) {
    super(`the stream yields a ${typeof chunk}, expected Uint8Array`);
    this.chunk = chunk;
  }
}

export function readBytes(bytes: Uint8Array): ByteReader {
  let rest: Uint8Array | undefined = bytes;
  return {
    read: async () => {
      const chunk = rest;
      rest = undefined;
      return chunk;
    },
    close: () => undefined,
  };
}

/** @throws {NotBytes} from `read` */
export function readWebStream(stream: ReadableStream<unknown>, memory: ChunkMemory = 'reused'): ByteReader {
  const reader = stream.getReader();
  return {
    read: async () => chunkOf(await reader.read(), memory),
    // Whoever made the stream hears of its errors; nothing here depends on them any more.
    close: () => void reader.cancel().catch(() => undefined),
  };
}

/**
 * Node's Readable, or any other async iterable.
 * @param iterator - the iterable's, if it has been made already
 * @throws {NotBytes} from `read`
 */
export function readIterable(
  iterable: AsyncIterable<unknown>,
  memory: ChunkMemory = 'reused',
  iterator: AsyncIterator<unknown> = iterable[Symbol.asyncIterator](),
): ByteReader {
  const left = memory === 'reused' && copyPushes(iterable) ? 'fresh' : memory;
  return {
    read: async () => chunkOf(await iterator.next(), left),
    close: () => {
      // A Readable's iterator would wait for the read under way, which may never end.
      const end = async () => (isDestroyable(iterable) ? void iterable.destroy() : await iterator.return?.());
      // Best effort, as above.
      void end().catch(() => undefined);
    },
  };
}

/** Opens the file at the first read. */
export function readFile(path: string): ByteReader {
  let reader: ByteReader | undefined;
  return {
    read: async () => {
      reader ??= readIterable(fileStream(path), 'fresh');
      return reader.read();
    },
    close: () => reader?.close(),
  };
}

/**
 * Reads until the end or until there are more than `limit` bytes.
 * @returns all bytes, or a reader that begins with those read already
 */
export async function readUpTo(
  limit: number,
  reader: ByteReader,
): Promise<{ readonly bytes: Uint8Array } | { readonly reader: ByteReader }> {
  const head: Uint8Array[] = [];
  for (let length = 0; length <= limit; ) {
    const chunk = await reader.read();
    if (chunk === undefined) return { bytes: concat(head) };
    head.push(chunk);
    length += chunk.length;
  }
  return {
    reader: { read: async () => head.shift() ?? reader.read(), close: reader.close },
  };
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function chunkOf(
  { done, value }: { readonly done?: boolean | undefined; readonly value?: unknown },
  memory: ChunkMemory,
): Uint8Array | undefined {
  if (done) return undefined;
  if (!isUint8Array(value)) throw new NotBytes(value);
  return memory === 'fresh' ? value : new Uint8Array(value);
}

/**
 * A Readable reads ahead: by the time that a chunk is asked for, the next ones have been pushed, and if they were in the
 * same memory, have written over it. So they are copied as they are pushed.
 * @returns whether all that is read from now on are such copies
 */
function copyPushes(iterable: AsyncIterable<unknown>): boolean {
  const stream = iterable as Partial<Pushing>;
  const { push } = stream;
  if (!isDestroyable(iterable) || typeof push !== 'function') return false;
  stream.push = (chunk, encoding) =>
    push.call(iterable, isUint8Array(chunk) ? new Uint8Array(chunk) : chunk, encoding);
  return stream.readableLength === 0;
}

interface Pushing {
  /** What was pushed before, and not read yet. */
  readonly readableLength: number;
  push(chunk: unknown, encoding?: string): boolean;
}
