// The content of an object: fetched, counted and checked while it is read, with errors that callers know.

import type { PromisedDigest } from '../../core/keys/promised-digest.ts';
import { notify } from '../calls/notify.ts';
import { abortable } from '../calls/signal.ts';
import { verifying } from '../content/verify.ts';
import { IntegrityError, ReadFailed } from '../errors/read-errors.ts';
import type { ByteReader } from '../platform/types.ts';
import { Download } from './download.ts';
import type { DownloadOptions } from './item.ts';
import { connect, type ObjectHead, type ObjectPlace, statusOf, WrongBytes } from './object.ts';

/** A pointer of an item, and what is promised of the object there. */
export interface Pointer {
  readonly attribute: string;
  readonly uri: string;
  readonly place: ObjectPlace;
  readonly promised: PromisedDigest | undefined;
}

/** Bytes from `start` up to, not including, `end`; both are known and right. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * S3 has no object at a pointer, or not the one that was there (412). It may also say that it is forbidden (403): so it
 * answers for a missing object whoever may not list the bucket (S3 API Reference, GetObject, "Permissions").
 */
export class ObjectGone extends Error {
  override readonly name = 'ObjectGone';
  readonly attribute: string;
  readonly uri: string;
  readonly status: number;

  constructor({ attribute, uri }: Pointer, status: number, cause: unknown) {
    super(`S3 answers ${status}`, { cause });
    this.attribute = attribute;
    this.uri = uri;
    this.status = status;
  }
}

const GONE: ReadonlySet<number> = new Set([403, 404, 412]);

/** The error for what reading a pointer's object fails with. */
export function readError(pointer: Pointer, error: unknown): Error {
  const { attribute, uri } = pointer;
  if (error instanceof WrongBytes) return new IntegrityError(attribute, uri, error.message, { cause: error });
  const status = statusOf(error) ?? 0;
  return GONE.has(status) ? new ObjectGone(pointer, status, error) : new ReadFailed(attribute, uri, error);
}

/**
 * Reads a part of the content, or all of it, which is then checked against its digest.
 * @param connection - to the start, if one is open already
 * @throws {ObjectGone | IntegrityError | ReadFailed} from `read`
 */
export function contentReader(
  pointer: Pointer,
  head: ObjectHead,
  { start, end }: Span,
  { onProgress }: DownloadOptions,
  connection?: ByteReader,
): ByteReader {
  const { attribute, uri, place, promised } = pointer;
  const isWhole = start === 0 && end === head.size;
  const download = new Download(isWhole ? wholeOf(pointer) : place, head, start, end, connection);
  let bytes = 0;
  const received: ByteReader = {
    read: async () => {
      const chunk = await download.read().catch((error: unknown) => {
        throw readError(pointer, error);
      });
      if (chunk !== undefined) {
        bytes += chunk.length;
        await notify(onProgress, { phase: 'downloading', attribute, bytes, total: end - start });
      }
      return chunk;
    },
    close: () => download.close(),
  };
  if (!isWhole || promised === undefined) return received;
  return verifying(received, promised, (actual) => {
    const name = promised.algorithm === 'md5' ? 'MD5' : 'SHA-256';
    return new IntegrityError(attribute, uri, `its ${head.size} bytes have the ${name} ${actual}`);
  });
}

/** Gets all of an object with one request: what is stored beside the content, and the content. */
export async function loadContent(
  pointer: Pointer,
  options: DownloadOptions,
): Promise<{ readonly head: ObjectHead; readonly bytes: Uint8Array }> {
  const { head, reader } = await openContent(pointer, options);
  return { head, bytes: await readAll(abortableReader(reader, options.signal), head.size) };
}

/** Opens all of an object with one request, in whatever state it is. */
export async function openContent(
  pointer: Pointer,
  options: DownloadOptions,
): Promise<{ readonly head: ObjectHead; readonly reader: ByteReader }> {
  const { head, reader } = await connect(wholeOf(pointer), options.signal).catch((error: unknown) => {
    throw readError(pointer, error);
  });
  // A browser has decoded what is encoded, unasked; the next request asks for the bytes as they are stored.
  const isAsStored = head.contentEncoding === undefined;
  if (!isAsStored) reader.close();
  const whole = { start: 0, end: head.size };
  return { head, reader: contentReader(pointer, head, whole, options, isAsStored ? reader : undefined) };
}

/** Where all of the content is, to be read by {@link contentReader}. */
function wholeOf({ place, promised }: Pointer): ObjectPlace {
  return promised?.algorithm === 'sha256' ? { ...place, isHashed: true } : place;
}

/** All bytes, `size` of them; closes the reader. */
export async function readAll(reader: ByteReader, size: number): Promise<Uint8Array> {
  try {
    const whole = new Uint8Array(size);
    for (let at = 0; ; ) {
      const chunk = await reader.read();
      if (chunk === undefined) return whole;
      whole.set(chunk, at);
      at += chunk.length;
    }
  } finally {
    reader.close();
  }
}

export function abortableReader(reader: ByteReader, signal: AbortSignal | undefined): ByteReader {
  if (signal === undefined) return reader;
  return {
    read: async () => {
      signal.throwIfAborted();
      return abortable(reader.read(), signal);
    },
    close: reader.close,
  };
}
