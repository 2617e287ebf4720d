// A large attribute of which only the pointer is known. What S3 knows of it is asked once it is needed.

import { abortable, ownSignal } from '../calls/signal.ts';
import { webStream } from '../content/web-stream.ts';
import { IntegrityError } from '../errors/read-errors.ts';
import { asRejected } from '../errors/rejected.ts';
import { saveFile } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';
import { abortableReader, ObjectGone, openContent, type Pointer, readAll } from './content-reader.ts';
import type { DownloadOptions, LargeObject, PresignOptions, RangeOptions } from './item.ts';
import type { StoredObject, WhyGone } from './large-object.ts';
import type { LazyObject } from './lazy.ts';
import { presignGet } from './presign.ts';
import { known } from './read.ts';

/** Makes sure that the item still points there. @throws {ItemChanged} when it does not */
export type Confirm = (pointer: Pointer, signal: AbortSignal | undefined) => Promise<void>;

interface Opened {
  readonly reader: ByteReader;
  readonly size: number;
}

export class PointedObject implements LazyObject {
  readonly uri: string;
  readonly sha256: string | undefined;
  readonly #known: Pointer | IntegrityError;
  readonly #whyGone: WhyGone;
  readonly #confirm: Confirm | undefined;
  readonly #loaded: StoredObject | undefined;

  /**
   * @param uri - what the item holds
   * @param pointer - what it stands for, or why it is none
   * @param confirm - asked before content is fetched, where the pointer is not to be trusted by itself
   * @param loaded - the object with its content, if it has been fetched
   */
  constructor(
    uri: string,
    pointer: Pointer | IntegrityError,
    whyGone: WhyGone,
    {
      confirm,
      loaded,
    }: { readonly confirm?: Confirm | undefined; readonly loaded?: StoredObject | undefined },
  ) {
    const promised = pointer instanceof IntegrityError ? undefined : pointer.promised;
    this.uri = uri;
    this.sha256 = promised?.algorithm === 'sha256' ? promised.hex : undefined;
    this.#known = pointer;
    this.#whyGone = whyGone;
    this.#confirm = confirm;
    this.#loaded = loaded;
  }

  async head(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<LargeObject> {
    const signal = ownSignal(options.signal);
    return abortable(this.#stored(signal), signal);
  }

  stream(options: RangeOptions = {}): ReadableStream<Uint8Array> {
    const signal = ownSignal(options.signal);
    return webStream(this.#reader({ ...options, signal }), signal);
  }

  async bytes(options: RangeOptions = {}): Promise<Uint8Array> {
    const held = { ...options, signal: ownSignal(options.signal) };
    if (this.#loaded !== undefined) return this.#loaded.bytes(held);
    const opening = this.#open(held);
    try {
      const { reader, size } = await abortable(opening, held.signal);
      return await readAll(reader, size);
    } catch (error) {
      closeOnceOpen(opening);
      throw error;
    }
  }

  async text(options: DownloadOptions = {}): Promise<string> {
    const bytes = await this.bytes({ signal: options.signal, onProgress: options.onProgress });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  async toFile(path: string, { signal, onProgress }: DownloadOptions = {}): Promise<void> {
    await saveFile(path, this.#reader({ signal: ownSignal(signal), onProgress }));
  }

  async presignedUrl(options: PresignOptions = {}): Promise<string> {
    const held = { ...options };
    await this.#confirm?.(this.#pointer, undefined);
    return presignGet(this.#pointer.place, held).catch(asRejected);
  }

  /** @throws {IntegrityError} when there is none */
  get #pointer(): Pointer {
    if (this.#known instanceof IntegrityError) throw this.#known;
    return this.#known;
  }

  /** A reader that opens the object at its first read. */
  #reader(options: RangeOptions): ByteReader {
    if (this.#loaded !== undefined) return this.#loaded.reader(options);
    let opened: Promise<Opened> | undefined;
    let isClosed = false;
    const reader: ByteReader = {
      read: async () => {
        opened ??= this.#open(options);
        const { reader } = await opened;
        // Whoever gave up while it was opened reads nothing of it.
        if (isClosed) reader.close();
        return reader.read();
      },
      close: () => {
        isClosed = true;
        if (opened !== undefined) closeOnceOpen(opened);
      },
    };
    return abortableReader(reader, options.signal);
  }

  async #open({ range, signal, onProgress }: RangeOptions): Promise<Opened> {
    if (range !== undefined) {
      const stored = await this.#stored(signal);
      const { start = 0, end = stored.size } = range;
      const reader = stored.reader({ range, signal, onProgress });
      return { reader, size: Math.min(end, stored.size) - start };
    }
    await this.#confirm?.(this.#pointer, signal);
    const { head, reader } = await this.#explained(
      openContent(this.#pointer, { signal, onProgress }),
      signal,
    );
    const explained = { read: () => this.#explained(reader.read(), signal), close: reader.close };
    return { reader: abortableReader(explained, signal), size: head.size };
  }

  async #stored(signal: AbortSignal | undefined): Promise<StoredObject> {
    if (this.#loaded !== undefined) return this.#loaded;
    await this.#confirm?.(this.#pointer, signal);
    return this.#explained(known(this.#pointer, this.#whyGone, signal), signal);
  }

  async #explained<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw error instanceof ObjectGone ? await this.#whyGone(error, signal) : error;
    }
  }
}

function closeOnceOpen(opening: Promise<Opened>): void {
  opening.then(
    ({ reader }) => reader.close(),
    () => undefined, // whoever reads is told
  );
}
