// Uploads content to the staging prefix: one PUT when it is small, else parts in parallel. Memory is bounded by a few
// parts whatever the size, a failure stops the reading at once, and whatever the end, nothing unfinished is left behind.

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { fromHex, toBase64 } from '../../core/values/encoding.ts';
import { withRetries } from '../calls/retry.ts';
import { abortable } from '../calls/signal.ts';
import { readUpTo } from '../content/bytes.ts';
import { type Digest, hashing, sha256Of } from '../content/sha256.ts';
import type { ByteReader } from '../platform/types.ts';
import type { UploadTarget } from './multipart.ts';
import type { UploadOptions } from './put-in-parts.ts';
import { putInParts } from './put-in-parts.ts';
import { UPLOAD_SIZES, type UploadSizes } from './upload-sizes.ts';

/** Uploads all that the reader gives, and closes it. */
export async function upload(
  target: UploadTarget,
  reader: ByteReader,
  options: UploadOptions = {},
  sizes: UploadSizes = UPLOAD_SIZES,
): Promise<Digest> {
  try {
    const head = await abortable(readUpTo(sizes.maxSinglePutBytes, reader), options.signal);
    if ('bytes' in head) return await putWhole(target, head.bytes, options);
    const hashed = hashing(head.reader);
    await putInParts(target, hashed, options, sizes);
    return hashed.digest();
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
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentType: contentType,
    ChecksumSHA256: toBase64(fromHex(sha256)),
  });
  await withRetries(() => s3.send(put, { abortSignal: signal }), signal);
  await onBytes?.(bytes.length);
  return { sha256, size: bytes.length };
}
