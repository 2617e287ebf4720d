// Copies an object of any size as the parts of a multipart upload, on S3's side, over as many attempts as it takes: each
// goes on with the upload under way for its key. The key names the run (rule 1), so an upload found there is the run's own.

import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type MultipartUpload,
} from '@aws-sdk/client-s3';
import { copyingS3 } from './copying-s3.ts';
import { failureOf } from './failures.ts';
import { type Attempt, type Copy, copyMissing, untilItsEnd } from './missing-parts.ts';
import { s3 } from './s3.ts';
import { abortUploads, uploadsOf } from './uploads.ts';

/**
 * Copies what is not there yet.
 * @returns the CRC-64/NVME of the whole
 * @throws {SagaError} CopyUnfinished once this attempt has copied something, but not all
 */
export async function copyInParts(copy: Copy, attempt: Attempt): Promise<string | undefined> {
  const { bucket, put } = copy;
  const earlier = await uploadsOf(bucket, [put.key]);
  if (attempt.isLater && (await isCopied(copy))) {
    await abortUploads(bucket, earlier);
    return copy.checksum;
  }
  const UploadId = (await resumable(copy, earlier)) ?? (await begin(copy));
  const upload = { Bucket: bucket, Key: put.key, UploadId };
  try {
    const parts = await copyMissing(copy, upload, attempt);
    const { ChecksumCRC64NVME } = await copyingS3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        ChecksumType: 'FULL_OBJECT',
        MpuObjectSize: put.size,
        MultipartUpload: { Parts: parts },
      }),
      untilItsEnd(attempt),
    );
    // Attempts that did not see each other's upload may have begun one each.
    await abortUploads(bucket, await uploadsOf(bucket, [put.key]));
    return ChecksumCRC64NVME;
  } catch (error) {
    // An earlier attempt that still runs copies the same bytes to the same parts, and may be the one to complete them.
    if (failureOf(error).code === 'NoSuchUpload' && (await isCopied(copy))) return copy.checksum;
    throw error;
  }
}

/**
 * The oldest upload under way, so that all attempts choose the same. Without a checksum of the source nothing would show
 * that its parts come of the same version of it as the rest: then none, and those that there are end.
 */
async function resumable(
  { bucket, checksum }: Copy,
  uploads: readonly MultipartUpload[],
): Promise<string | undefined> {
  if (checksum !== undefined) return uploads[0]?.UploadId;
  await abortUploads(bucket, uploads);
  return undefined;
}

async function begin({ bucket, put, options }: Copy): Promise<string | undefined> {
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: put.key,
      ...options,
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    }),
  );
  return UploadId;
}

/** Whether the object is there, as an earlier attempt would have completed it. */
async function isCopied({ bucket, put, checksum }: Copy): Promise<boolean> {
  try {
    const head = new HeadObjectCommand({ Bucket: bucket, Key: put.key, ChecksumMode: 'ENABLED' });
    const { ContentLength, ChecksumCRC64NVME } = await s3.send(head);
    return ContentLength === put.size && checksum !== undefined && ChecksumCRC64NVME === checksum;
  } catch (error) {
    if (failureOf(error).status === 404) return false;
    throw error;
  }
}
