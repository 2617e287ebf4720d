// Streams of bytes, of every kind that callers have them in, behind one small interface.

import { fileStream, shareSignal } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';

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

export function readWebStream(stream: ReadableStream<Uint8Array>): ByteReader {
  const reader = stream.getReader();
  return {
    read: async () => (await reader.read()).value,
    // Whoever made the stream hears of its errors; nothing here depends on them any more.
    close: () => void reader.cancel().catch(() => undefined),
  };
}

/** Node's Readable, or any other async iterable. */
export function readIterable(iterable: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = iterable[Symbol.asyncIterator]();
  const isReadable = 'destroy' in iterable && typeof iterable.destroy === 'function';
  return {
    read: async () => {
      const { done, value } = await iterator.next();
      if (done) return undefined;
      // Whoever writes a generator may yield one buffer again and again; a Readable does not.
      return isReadable || !(value instanceof Uint8Array) ? value : new Uint8Array(value);
    },
    close: () => {
      // A Readable's iterator would wait for the read under way, which may never end.
      if (isReadable) (iterable as unknown as { destroy(): void }).destroy();
      // Best effort, as above.
      else void iterator.return?.()?.catch(() => undefined);
    },
  };
}

/** Opens the file at the first read. */
export function readFile(path: string): ByteReader {
  let reader: ByteReader | undefined;
  return {
    read: async () => {
      reader ??= readIterable(fileStream(path));
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

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  shareSignal(signal);
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}
