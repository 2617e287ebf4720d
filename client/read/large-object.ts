// The object of a large attribute as callers hold it: properties that are known, content that is fetched when asked for.

import { invalidInput } from '../../core/errors/errors.ts';
import { ownSignal } from '../calls/signal.ts';
import { readBytes } from '../content/bytes.ts';
import { webStream } from '../content/web-stream.ts';
import { asRejected } from '../errors/rejected.ts';
import { saveFile } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';
import {
  abortableReader,
  contentReader,
  ObjectGone,
  type Pointer,
  readAll,
  type Span,
} from './content-reader.ts';
import type { ByteRange, DownloadOptions, LargeObject, PresignOptions, RangeOptions } from './item.ts';
import type { ObjectHead } from './object.ts';
import { presignGet } from './presign.ts';

/** Finds out, by reading the item again, why an object is gone: the error to throw. */
export type WhyGone = (gone: ObjectGone, signal: AbortSignal | undefined) => Promise<Error>;

export class StoredObject implements LargeObject {
  readonly uri: string;
  readonly size: number;
  readonly sha256: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly cacheControl: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly updatedAt: string | undefined;
  readonly #pointer: Pointer;
  readonly #head: ObjectHead;
  readonly #whyGone: WhyGone;
  readonly #loaded: Uint8Array | undefined;

  /** @param loaded - the content, if it has been fetched */
  constructor(pointer: Pointer, head: ObjectHead, whyGone: WhyGone, loaded?: Uint8Array) {
    const { uri, promised } = pointer;
    this.uri = uri;
    this.size = head.size;
    this.sha256 = promised?.algorithm === 'sha256' ? promised.hex : undefined;
    this.contentType = head.contentType;
    this.contentEncoding = head.contentEncoding;
    this.cacheControl = head.cacheControl;
    this.metadata = head.metadata;
    this.updatedAt = head.updatedAt;
    this.#pointer = pointer;
    this.#head = head;
    this.#whyGone = whyGone;
    this.#loaded = loaded;
  }

  stream(options: RangeOptions = {}): ReadableStream<Uint8Array> {
    const signal = ownSignal(options.signal);
    return webStream(this.reader({ ...options, signal }), signal);
  }

  async bytes(options: RangeOptions = {}): Promise<Uint8Array> {
    const span = spanOf(options.range, this.size);
    return readAll(this.#read(span, options), span.end - span.start);
  }

  async text(options: DownloadOptions = {}): Promise<string> {
    const bytes = await this.bytes({ signal: options.signal, onProgress: options.onProgress });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  async toFile(path: string, options: DownloadOptions = {}): Promise<void> {
    await saveFile(path, this.#read({ start: 0, end: this.size }, options));
  }

  async presignedUrl(options: PresignOptions = {}): Promise<string> {
    return presignGet(this.#pointer.place, options).catch(asRejected);
  }

  /** @throws {Rejected} InvalidInput, at once, for a bad range */
  reader(options: RangeOptions): ByteReader {
    return this.#read(spanOf(options.range, this.size), options);
  }

  #read(span: Span, options: DownloadOptions): ByteReader {
    const signal = ownSignal(options.signal);
    if (this.#loaded !== undefined) {
      return abortableReader(readBytes(this.#loaded.slice(span.start, span.end)), signal);
    }
    const reader = contentReader(this.#pointer, this.#head, span, options);
    const explain = async (error: unknown): Promise<never> => {
      throw error instanceof ObjectGone ? await this.#whyGone(error, signal) : error;
    };
    return abortableReader({ read: () => reader.read().catch(explain), close: reader.close }, signal);
  }
}

/** @throws {Rejected} InvalidInput */
function spanOf(range: ByteRange | undefined, size: number): Span {
  const { start = 0, end = size } = range ?? {};
  try {
    checkOffset('range.start', start);
    checkOffset('range.end', end);
    if (start > size) throw invalidInput('range.start', start, `past the content's ${size} bytes`);
    if (start > end) throw invalidInput('range', range, 'ends before it starts');
  } catch (error) {
    asRejected(error);
  }
  return { start, end: Math.min(end, size) };
}

function checkOffset(field: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw invalidInput(field, value, 'expected a whole number of bytes from 0');
  }
}
