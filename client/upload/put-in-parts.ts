// Sends a stream as the parts of a multipart upload. Past the parts that leave room for the rest, parts are gathered in
// segments: objects of their own beside the target, which become one part each on the server's side and are deleted.

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { ulid } from 'ulid';
import { Pool } from '../calls/pool.ts';
import { withRetries } from '../calls/retry.ts';
import { Parts } from '../content/parts.ts';
import type { ByteReader } from '../platform/types.ts';
import { MultipartUpload, type UploadTarget } from './multipart.ts';
import { layOutParts, type PartLayout, type UploadSizes } from './upload-sizes.ts';

export interface UploadOptions {
  /** Bytes, if that is known before reading. */
  readonly size?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes uploaded so far; a promise that it gives is waited for. */
  readonly onBytes?: ((bytes: number) => unknown) | undefined;
}

/** The object is there once this resolves; when it rejects, neither a part nor a segment is left behind. */
export async function putInParts(
  target: UploadTarget,
  reader: ByteReader,
  options: UploadOptions,
  sizes: UploadSizes,
): Promise<void> {
  const layout = layOutParts(options.size, sizes);
  const job = new PartsJob(target, reader, layout, options, sizes);
  try {
    await job.run();
  } catch (error) {
    await job.undo(error);
    throw error;
  }
}

class PartsJob {
  readonly #target: UploadTarget;
  readonly #layout: PartLayout;
  readonly #sizes: UploadSizes;
  readonly #onBytes: UploadOptions['onBytes'];
  readonly #failed = new AbortController();
  readonly #stop: AbortSignal;
  readonly #source: Parts;
  readonly #sending: Pool;
  readonly #joining: Pool;
  /** Begun, and neither completed nor aborted. */
  readonly #open = new Set<MultipartUpload>();
  /** Keys of segments that may be there. */
  readonly #segments = new Set<string>();
  /** Apart from other uploads to the same key, as calls with one idempotency key may make. */
  readonly #id = ulid();
  #sent = 0;

  constructor(
    target: UploadTarget,
    reader: ByteReader,
    layout: PartLayout,
    { signal, onBytes }: UploadOptions,
    sizes: UploadSizes,
  ) {
    this.#target = target;
    this.#layout = layout;
    this.#sizes = sizes;
    this.#onBytes = onBytes;
    this.#stop = AbortSignal.any([this.#failed.signal, ...(signal ? [signal] : [])]);
    this.#source = new Parts(reader, layout.partBytes, this.#stop);
    const fail = (error: unknown): void => this.#failed.abort(error);
    this.#sending = new Pool(sizes.parallelParts, fail);
    this.#joining = new Pool(sizes.parallelSegments, fail);
  }

  async run(): Promise<void> {
    const whole = await this.#begin(this.#target.key);
    await this.#sendParts(whole, this.#layout.directParts);
    for (let number = this.#layout.directParts + 1; await this.#source.more(); number++) {
      if (number > this.#sizes.maxParts)
        throw new RangeError(`more than ${this.#sent} bytes do not fit into ${this.#sizes.maxParts} parts`);
      await this.#sendSegment(whole, number);
    }
    await this.#joining.settle();
    this.#stop.throwIfAborted();
    await whole.complete(this.#sent);
    this.#open.delete(whole);
    await this.#deleteSegments();
  }

  /** Ends everything that was begun, once nothing of it is under way. */
  async undo(error: unknown): Promise<void> {
    this.#failed.abort(error);
    await this.#sending.settle();
    await this.#joining.settle();
    await Promise.all([...this.#open].map((upload) => upload.abort()));
    await this.#deleteSegments();
  }

  async #begin(key: string): Promise<MultipartUpload> {
    this.#stop.throwIfAborted();
    const upload = await MultipartUpload.begin({ ...this.#target, key });
    this.#open.add(upload);
    return upload;
  }

  /** Sends up to `limit` parts, and returns how many bytes they have, once all of them are there. */
  async #sendParts(upload: MultipartUpload, limit: number): Promise<number> {
    let bytes = 0;
    for (let number = 1; number <= limit && (await this.#source.more()); number++) {
      const body = await this.#source.next();
      bytes += body.length;
      await this.#sending.add(() => this.#sendPart(upload, number, body));
      this.#stop.throwIfAborted();
    }
    await this.#sending.settle();
    this.#stop.throwIfAborted();
    return bytes;
  }

  async #sendPart(upload: MultipartUpload, number: number, body: Uint8Array): Promise<void> {
    await upload.send(number, body, this.#stop);
    this.#sent += body.length;
    this.#source.release(body);
    await this.#onBytes?.(this.#sent);
  }

  /** Sends a segment; while S3 makes a part of it, the next one is sent already. */
  async #sendSegment(whole: MultipartUpload, number: number): Promise<void> {
    const key = `${this.#target.key}/segment-${this.#id}-${number}`;
    const segment = await this.#begin(key);
    const bytes = await this.#sendParts(segment, this.#layout.segmentParts);
    await this.#joining.add(async () => {
      this.#segments.add(key);
      const object = await segment.complete(bytes);
      this.#open.delete(segment);
      await whole.copy(number, object);
      await this.#deleteSegment(key);
    });
    this.#stop.throwIfAborted();
  }

  async #deleteSegments(): Promise<void> {
    for (const key of this.#segments) await this.#deleteSegment(key);
  }

  async #deleteSegment(key: string): Promise<void> {
    const { s3, bucket } = this.#target;
    const deletion = withRetries(() => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    // Best effort, tried once more at the end: the bucket's lifecycle deletes what stays below the staging prefix.
    await deletion.then(() => this.#segments.delete(key)).catch(() => undefined);
  }
}
