// Content of large attributes: in memory when it is small, to be read from its stream when it is not.

import { invalidInput } from '../../core/errors/errors.ts';
import { fileStatus } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';
import type { ByteStream, Content, LargeAttribute, StagedContent } from '../types.ts';
import { abortable, readBytes, readFile, readIterable, readUpTo, readWebStream } from './bytes.ts';

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
  const ownType = content instanceof Blob && content.type !== '' ? content.type : undefined;
  const contentType = (options as ContentOptions).contentType ?? ownType;
  return { content, options: contentType === undefined ? options : { ...options, contentType } };
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
  } else if (isSized(content)) {
    const { stream, size } = content;
    if (!isStream(stream)) {
      throw invalidInput(`${field}.stream`, stream, 'expected a ReadableStream or async iterable');
    }
    if (!Number.isSafeInteger(size) || size < 0) {
      throw invalidInput(`${field}.size`, size, 'expected a number of bytes');
    }
  }
}

export function isStagedContent(content: unknown): content is { readonly staged: StagedContent } {
  return typeof content === 'object' && content !== null && 'staged' in content;
}

/** Whether it is a stream, with its size or without: gone once it was read. */
export function isReadOnce(content: unknown): boolean {
  return isStream(content) || (typeof content === 'object' && content !== null && isSized(content));
}

/**
 * The content, ready to be stored; what has at most `limit` bytes is read into memory.
 * @throws {SagaError} InvalidInput when a file cannot be read, or a stream yields anything but bytes
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
  if (isStagedContent(content)) return { kind: 'staged', staged: content.staged };
  if (isBytes(content)) return { kind: 'bytes', bytes: bytesOf(content), defaultType: BYTES_TYPE };
  const { reader, size } = await openStream(content, field);
  const defaultType = (content instanceof Blob && content.type) || BYTES_TYPE;
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

function isBytes(content: object): content is ArrayBuffer | ArrayBufferView {
  return content instanceof ArrayBuffer || ArrayBuffer.isView(content);
}

function bytesOf(content: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (content instanceof Uint8Array) return content;
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

async function openStream(
  content:
    | Blob
    | ByteStream
    | { readonly stream: ByteStream; readonly size: number }
    | { readonly file: string },
  field: string,
): Promise<{ readonly reader: ByteReader; readonly size: number | undefined }> {
  if (content instanceof Blob) return { reader: readWebStream(content.stream()), size: content.size };
  if ('file' in content) {
    return { reader: readFile(content.file), size: await fileSize(content.file, `${field}.file`) };
  }
  if (isSized(content)) {
    const { size } = content;
    return { reader: ofSize(size, streamReader(content.stream, field), field), size };
  }
  return { reader: streamReader(content, field), size: undefined };
}

function streamReader(stream: ByteStream, field: string): ByteReader {
  return bytesOnly('getReader' in stream ? readWebStream(stream) : readIterable(stream), field);
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
  return {
    read: async () => {
      const chunk: unknown = await reader.read();
      if (chunk === undefined || chunk instanceof Uint8Array) return chunk;
      throw invalidInput(field, chunk, `the stream yields a ${typeof chunk}, expected Uint8Array`);
    },
    close: reader.close,
  };
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
    value instanceof Blob ||
    isStream(value) ||
    isSized(value) ||
    isStagedContent(value) ||
    ('file' in value && typeof value.file === 'string')
  );
}

function isStream(value: unknown): value is ByteStream {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value instanceof ReadableStream || Symbol.asyncIterator in value)
  );
}

/** Also with a wrong stream or size, so that the error can name it. */
function isSized(value: object): value is { readonly stream: ByteStream; readonly size: number } {
  return !(value instanceof Blob) && 'stream' in value && 'size' in value;
}
