// Content of large attributes: in memory when it is small, to be read from its stream when it is not.

import { invalidInput } from '../../core/errors/errors.ts';
import { abortable } from '../calls/signal.ts';
import { fileStatus } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';
import type { ByteStream, Content, LargeAttribute, StagedContent } from '../types.ts';
import { NotBytes, readBytes, readFile, readIterable, readUpTo, readWebStream } from './bytes.ts';
import { copyOf } from './copy.ts';
import { isAsyncIterable, isBlob, isBytes, isWebStream } from './kinds.ts';
import { beginReading, checkUnread, isReadOnce } from './once.ts';

/** Content to store, with the content type that goes with its kind. */
export type Source = UploadSource | { readonly kind: 'staged'; readonly staged: StagedContent };

/** Content that is still with the caller. */
export type UploadSource =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly defaultType: string }
  | {
      readonly kind: 'stream';
      readonly reader: ByteReader;
      /** Bytes, if that is known before reading. */
      readonly size: number | undefined;
      readonly defaultType: string;
    };

/** What S3 stores beside the content, as the caller gave it. */
export type ContentOptions = Omit<LargeAttribute, 'content'>;

/** What a put without a content type stores for text and for other bytes. */
export const TEXT_TYPE = 'text/plain; charset=utf-8';
export const BYTES_TYPE = 'application/octet-stream';

/** A large attribute is given as `{ content, ...options }` or as the content alone; a Blob brings its own type. */
export function splitOptions(value: unknown): { content: unknown; options: ContentOptions } {
  const alone = typeof value !== 'object' || value === null || isContent(value);
  const { content, ...options } = alone ? { content: value } : (value as LargeAttribute);
  const ownType = isBlob(content) && content.type !== '' ? content.type : undefined;
  const contentType = (options as ContentOptions).contentType ?? ownType;
  return { content, options: contentType === undefined ? options : { ...options, contentType } };
}

/**
 * The content as it is now, so that a change to the object that holds it is none to the write. Bytes are copied up to
 * `limit` of them; a stream is the same.
 */
export function heldContent(content: unknown, limit: number): unknown {
  if (typeof content !== 'object' || content === null || !isContent(content)) return content;
  if (isBytes(content)) {
    return isDetached(content) || content.byteLength > limit ? content : new Uint8Array(bytesOf(content));
  }
  if (isBlob(content) || isStream(content)) return content;
  if (isStagedContent(content)) return { staged: copyOf(content.staged) };
  if (isSized(content)) return { stream: content.stream, size: content.size };
  return { file: content.file };
}

/**
 * Checks what can be told without reading.
 * @throws {SagaError} InvalidInput
 */
export function checkContent(content: unknown, field: string): asserts content is Content {
  if (typeof content === 'string') {
    if (/\p{Surrogate}/u.test(content)) {
      throw invalidInput(field, content, 'holds half of a surrogate pair, which UTF-8 has no bytes for');
    }
  } else if (typeof content !== 'object' || content === null || !isContent(content)) {
    throw invalidInput(
      field,
      content,
      'expected a string, Uint8Array, Blob, ReadableStream, async iterable of Uint8Array, { stream, size }, { file: path }, or { staged: { key, sha256, size } }',
    );
  } else if (isBytes(content)) {
    if (isDetached(content))
      throw invalidInput(field, undefined, 'its bytes were transferred to another owner');
  } else if (isStream(content)) {
    checkUnread(content, field);
  } else if (isSized(content)) {
    const { stream, size } = content;
    if (!isStream(stream)) {
      throw invalidInput(`${field}.stream`, stream, 'expected a ReadableStream or async iterable');
    }
    if (!Number.isSafeInteger(size) || size < 0) {
      throw invalidInput(`${field}.size`, size, 'expected a number of bytes');
    }
    checkUnread(stream, `${field}.stream`);
  }
}

export function isStagedContent(content: unknown): content is { readonly staged: StagedContent } {
  return typeof content === 'object' && content !== null && 'staged' in content;
}

/** The stream in it, alone or with its size, if it is gone once it was read. */
export function streamReadOnce(content: unknown): ByteStream | undefined {
  const stream =
    typeof content === 'object' && content !== null && isSized(content) ? content.stream : content;
  return isStream(stream) && isReadOnce(stream) ? stream : undefined;
}

/**
 * The content, ready to be stored; what has at most `limit` bytes is read into memory.
 * @throws {SagaError} InvalidInput when a file cannot be read, or a stream was read before, or yields anything but bytes
 */
export async function openContent(
  content: Content,
  field: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Source> {
  if (typeof content === 'string') {
    return { kind: 'bytes', bytes: new TextEncoder().encode(content), defaultType: TEXT_TYPE };
  }
  if (isBytes(content)) return { kind: 'bytes', bytes: bytesOf(content), defaultType: BYTES_TYPE };
  if (isStagedContent(content)) return { kind: 'staged', staged: content.staged };
  const { reader, size } = await openStream(content, field);
  const defaultType = (isBlob(content) && content.type) || BYTES_TYPE;
  if (size !== undefined && size > limit) return { kind: 'stream', reader, size, defaultType };
  try {
    const head = await abortable(readUpTo(limit, reader), signal);
    return 'bytes' in head
      ? { kind: 'bytes', bytes: head.bytes, defaultType }
      : { kind: 'stream', reader: head.reader, size, defaultType };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** The source's bytes from the start; a stream's can be read once only. */
export function readerOf(source: UploadSource): ByteReader {
  return source.kind === 'bytes' ? readBytes(source.bytes) : source.reader;
}

/** A view of the same memory. */
function bytesOf(content: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(content)) return new Uint8Array(content);
  if (content instanceof Uint8Array) return content;
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

/** Whether the memory has gone elsewhere, as `postMessage` and `structuredClone` can move it. What is left is empty. */
function isDetached(content: ArrayBuffer | ArrayBufferView): boolean {
  try {
    new Uint8Array(ArrayBuffer.isView(content) ? content.buffer : content);
    return false;
  } catch {
    return true; // `ArrayBuffer.prototype.detached` would tell, from Node.js 22 on
  }
}

async function openStream(
  content:
    | Blob
    | ByteStream
    | { readonly stream: ByteStream; readonly size: number }
    | { readonly file: string },
  field: string,
): Promise<{ readonly reader: ByteReader; readonly size: number | undefined }> {
  if (isBlob(content)) return { reader: streamReader(content.stream(), field), size: content.size };
  if (isStream(content)) return { reader: streamReader(content, field), size: undefined };
  if (isSized(content)) {
    const { stream, size } = content;
    return { reader: ofSize(size, streamReader(stream, `${field}.stream`), field), size };
  }
  return { reader: readFile(content.file), size: await fileSize(content.file, `${field}.file`) };
}

function streamReader(stream: ByteStream, field: string): ByteReader {
  const iterator = beginReading(stream, field);
  return bytesOnly(
    isWebStream(stream) ? readWebStream(stream) : readIterable(stream, 'reused', iterator),
    field,
  );
}

/** Bytes of a regular file; undefined for a pipe or a device, whose size is unknown. */
async function fileSize(path: string, field: string): Promise<number | undefined> {
  const status = await fileStatus(path).catch((error: Error) => {
    throw invalidInput(field, path, `cannot be read: ${error.message}`);
  });
  if (status.isDirectory()) throw invalidInput(field, path, 'is a folder');
  return status.isFile() ? status.size : undefined;
}

function bytesOnly(reader: ByteReader, field: string): ByteReader {
  const refuse = (error: unknown): never => {
    if (!(error instanceof NotBytes)) throw error;
    throw invalidInput(field, typeof error.chunk === 'string' ? error.chunk : undefined, error.message);
  };
  return { read: () => reader.read().catch(refuse), close: reader.close };
}

/** The reader, which fails unless it gives exactly so many bytes. */
function ofSize(size: number, reader: ByteReader, field: string): ByteReader {
  let read = 0;
  return {
    read: async () => {
      const chunk = await reader.read();
      read += chunk?.length ?? 0;
      if (read > size || (chunk === undefined && read < size)) {
        const found = read > size ? 'more' : `only ${read}`;
        throw invalidInput(`${field}.size`, size, `the stream has ${found} bytes`);
      }
      return chunk;
    },
    close: reader.close,
  };
}

function isContent(value: object): value is Exclude<Content, string> {
  return (
    isBytes(value) ||
    isBlob(value) ||
    isStream(value) ||
    isSized(value) ||
    isStagedContent(value) ||
    ('file' in value && typeof value.file === 'string')
  );
}

function isStream(value: unknown): value is ByteStream {
  return isWebStream(value) || isAsyncIterable(value);
}

/** Also with a wrong stream or size, so that the error can name it. */
function isSized(value: object): value is { readonly stream: ByteStream; readonly size: number } {
  return !isBlob(value) && 'stream' in value && 'size' in value;
}
