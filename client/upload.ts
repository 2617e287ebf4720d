// Uploads content to the staging prefix: one PUT when it is small, else parts in parallel. Memory is bounded by a few
// parts, a failure stops the reading at once, and whatever the end, no multipart upload is left behind.

import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { fromHex, toBase64 } from '../core/encoding.ts';
import { abortable, type ByteReader, concat, readUpTo } from './bytes.ts';
import { type Digest, hashing, sha256Of } from './sha256.ts';

export interface UploadTarget {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
}

export interface UploadOptions {
  /** Bytes, if that is known before reading. */
  readonly size?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes uploaded so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Up to this size one PUT, for which S3 keeps a SHA-256 of the whole object; a multipart upload has none. */
export const MAX_SINGLE_PUT_BYTES = 16 * 1024 ** 2;
const PART_BYTES = 8 * 1024 ** 2;
const PARALLEL_PARTS = 4;
/** S3 User Guide, "Amazon S3 multipart upload limits". */
const MAX_PARTS = 10_000;

/** Uploads all that the reader gives, and closes it. */
export async function upload(
  target: UploadTarget,
  reader: ByteReader,
  options: UploadOptions = {},
): Promise<Digest> {
  try {
    const head = await abortable(readUpTo(MAX_SINGLE_PUT_BYTES, reader), options.signal);
    return 'bytes' in head
      ? await putWhole(target, head.bytes, options)
      : await putInParts(target, hashing(head.reader), options);
  } finally {
    reader.close();
  }
}

async function putWhole(
  { s3, bucket, key, contentType }: UploadTarget,
  bytes: Uint8Array,
  { signal, onBytes }: UploadOptions,
): Promise<Digest> {
  const sha256 = sha256Of(bytes);
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ContentType: contentType,
      ChecksumSHA256: toBase64(fromHex(sha256)),
    }),
    { abortSignal: signal },
  );
  onBytes?.(bytes.length);
  return { sha256, size: bytes.length };
}

/** One multipart upload. */
interface Upload {
  readonly s3: S3Client;
  readonly ids: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };
}

async function putInParts(
  { s3, bucket, key, contentType }: UploadTarget,
  reader: ReturnType<typeof hashing>,
  options: UploadOptions,
): Promise<Digest> {
  const object = { Bucket: bucket, Key: key };
  const { UploadId } = await s3.send(
    // S3 can compare the copy of more than 5 GB to its source by this checksum only.
    new CreateMultipartUploadCommand({
      ...object,
      ContentType: contentType,
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    }),
  );
  const upload: Upload = { s3, ids: { ...object, UploadId } };
  try {
    const parts = await sendParts(upload, reader, options);
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...upload.ids,
        ChecksumType: 'FULL_OBJECT',
        MultipartUpload: {
          Parts: parts.sort((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0)),
        },
      }),
    );
    return reader.digest();
  } catch (error) {
    // Best effort: the error matters more, and the bucket's lifecycle ends uploads that stay behind.
    await s3.send(new AbortMultipartUploadCommand(upload.ids)).catch(() => undefined);
    throw error;
  }
}

async function sendParts(
  upload: Upload,
  reader: ByteReader,
  options: UploadOptions,
): Promise<CompletedPart[]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const underWay = new Set<Promise<void>>();
  const parts: CompletedPart[] = [];
  let sent = 0;
  const send = async (body: Uint8Array, number: number): Promise<void> => {
    parts.push(await sendPart(upload, body, number, stop));
    sent += body.length;
    options.onBytes?.(sent);
  };
  try {
    let number = 0;
    for await (const body of partsOf(reader, partBytes(options.size), stop)) {
      number += 1;
      if (number > MAX_PARTS) throw new RangeError(`more than ${MAX_PARTS} parts of ${body.length} bytes`);
      const part = send(body, number)
        .catch((error: unknown) => failed.abort(error))
        .finally(() => underWay.delete(part));
      underWay.add(part);
      if (underWay.size >= PARALLEL_PARTS) await Promise.race(underWay);
      stop.throwIfAborted();
    }
    await Promise.all(underWay);
    stop.throwIfAborted();
    return parts;
  } catch (error) {
    failed.abort(error);
    // A part that lands after the upload was aborted would be kept, and paid for.
    await Promise.all(underWay);
    throw error;
  }
}

async function sendPart(
  { s3, ids }: Upload,
  body: Uint8Array,
  number: number,
  stop: AbortSignal,
): Promise<CompletedPart> {
  const { ETag, ChecksumCRC64NVME } = await s3.send(
    new UploadPartCommand({ ...ids, PartNumber: number, Body: body, ChecksumAlgorithm: 'CRC64NVME' }),
    { abortSignal: stop },
  );
  return { PartNumber: number, ETag, ChecksumCRC64NVME };
}

/** Parts of one size, the last one shorter. */
async function* partsOf(reader: ByteReader, size: number, stop: AbortSignal): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    let chunk = await abortable(reader.read(), stop);
    if (chunk === undefined) break;
    while (length + chunk.length >= size) {
      const cut = size - length;
      yield concat([...held, chunk.subarray(0, cut)]);
      chunk = chunk.subarray(cut);
      held = [];
      length = 0;
    }
    if (chunk.length > 0) held.push(chunk);
    length += chunk.length;
  }
  if (length > 0) yield concat(held);
}

function partBytes(size = 0): number {
  return Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
}
