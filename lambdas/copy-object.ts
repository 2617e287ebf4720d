// Copies a staged object onto its final key without its bytes passing through here, and proves that the copy
// is what was promised.

import { CopyObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { SagaError } from '../core/errors/errors.ts';
import { MAX_SINGLE_COPY_BYTES } from '../core/errors/limits.ts';
import type { PlannedPut, StagedObject } from '../core/saga/plan.ts';
import { copyInParts } from './copy-in-parts.ts';
import { copyingS3 } from './copying-s3.ts';
import { failureOf } from './failures.ts';
import { type Attempt, type Copy, type ObjectOptions, untilItsEnd } from './missing-parts.ts';
import { s3 } from './s3.ts';

/**
 * @throws {SagaError} StagedObjectMissing; CopyUnfinished; ContentMismatch when size or content are not as planned. Up to 5 GB
 * S3 computes the copy's SHA-256 (User Guide, "Checking object integrity"); a larger object has none, so there its
 * full-object CRC-64/NVME must be the staged one's, whose SHA-256 the uploader vouches for.
 */
export async function copyStaged(
  bucket: string,
  stagedKey: string,
  put: PlannedPut,
  options: ObjectOptions,
  attempt: Attempt,
): Promise<void> {
  const copyOf = (staged: StagedObject): Copy => ({
    bucket,
    source: `${bucket}/${stagedKey.split('/').map(encodeURIComponent).join('/')}`,
    etag: staged.etag,
    checksum: staged.checksum,
    put,
    options: { ...options, ContentType: options.ContentType ?? staged.contentType },
  });
  try {
    if (put.staged !== undefined && (await isCopied(copyOf(put.staged), attempt))) return;
    await copyOne(copyOf(await look(bucket, stagedKey, put)), attempt);
  } catch (error) {
    throw failureOf(error).code === 'NoSuchKey' ? stagedObjectMissing(stagedKey, put) : error;
  }
}

/** False if the staged object is another than the plan has found: it may have been uploaded again, with the same content. */
async function isCopied(copy: Copy, attempt: Attempt): Promise<boolean> {
  try {
    await copyOne(copy, attempt);
    return true;
  } catch (error) {
    if (failureOf(error).status === 412) return false;
    throw error;
  }
}

async function copyOne(copy: Copy, attempt: Attempt): Promise<void> {
  if (copy.put.size <= MAX_SINGLE_COPY_BYTES) await copyWhole(copy, attempt);
  else checkCopied(copy.put, await copyInParts(copy, attempt), copy.checksum);
}

/** The staged object as it is now, for runs whose plan has not handed it on. */
async function look(bucket: string, key: string, put: PlannedPut): Promise<StagedObject> {
  const { ContentLength, ETag, ContentType, ChecksumCRC64NVME } = await headStaged(bucket, key, put);
  if (ContentLength !== put.size) throw mismatch(put, 'the staged object has another size than was planned');
  return { etag: ETag, contentType: ContentType, checksum: ChecksumCRC64NVME };
}

async function headStaged(bucket: string, key: string, put: PlannedPut): Promise<HeadObjectCommandOutput> {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
  } catch (error) {
    if (failureOf(error).status !== 404) throw error;
    throw stagedObjectMissing(key, put);
  }
}

async function copyWhole({ bucket, source, etag, put, options }: Copy, attempt: Attempt): Promise<void> {
  const { CopyObjectResult: result } = await copyingS3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: put.key,
      CopySource: source,
      CopySourceIfMatch: etag,
      MetadataDirective: 'REPLACE',
      ChecksumAlgorithm: 'SHA256',
      ...options,
    }),
    untilItsEnd(attempt),
  );
  const actual = Buffer.from(result?.ChecksumSHA256 ?? '', 'base64').toString('hex');
  if (actual !== put.sha256)
    throw mismatch(
      put,
      actual === '' ? 'S3 gives no SHA-256 of the copy' : 'its SHA-256 is not the one that was planned',
    );
}

function checkCopied(put: PlannedPut, actual: string | undefined, staged: string | undefined): void {
  if (staged === undefined || actual === staged) return;
  throw mismatch(put, "its CRC-64/NVME is not the staged object's");
}

function stagedObjectMissing(key: string, put: PlannedPut): SagaError {
  return new SagaError('StagedObjectMissing', `${put.attribute}: the staged object ${key} is gone`, {
    attribute: put.attribute,
  });
}

function mismatch(put: PlannedPut, problem: string): SagaError {
  return new SagaError('ContentMismatch', `${put.attribute}: ${problem}`, { attribute: put.attribute });
}
