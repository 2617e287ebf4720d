// Copies a staged object onto its final key without its bytes passing through here, and proves that the copy
// is what was promised.

import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { SagaError } from '../core/errors.ts';
import { MAX_SINGLE_COPY_BYTES } from '../core/limits.ts';
import type { PlannedPut } from '../core/plan.ts';
import { failureOf, s3 } from './aws.ts';

export interface ObjectOptions {
  readonly ContentType: string | undefined;
  readonly ContentEncoding: string | undefined;
  readonly CacheControl: string | undefined;
  readonly Metadata: Record<string, string>;
}

/** Parts of a multipart copy under way at once. */
const PARALLEL_PARTS = 8;

/**
 * @throws {SagaError} StagedObjectMissing, or ContentMismatch when size or content are not as planned. Up to 5 GB
 * S3 computes the copy's SHA-256 (User Guide, "Checking object integrity"); a larger object has none, so there its
 * full-object CRC-64/NVME must be the staged one's, whose SHA-256 the uploader vouches for.
 */
export async function copyStaged(
  bucket: string,
  stagedKey: string,
  put: PlannedPut,
  options: ObjectOptions,
): Promise<void> {
  const source = await headStaged(bucket, stagedKey, put);
  if (source.ContentLength !== put.size) {
    throw mismatch(put, `the staged object has ${source.ContentLength} bytes, planned were ${put.size}`);
  }
  const copy: Copy = {
    bucket,
    source: `${bucket}/${stagedKey.split('/').map(encodeURIComponent).join('/')}`,
    etag: source.ETag,
    put,
    options: {
      ...options,
      ContentType: options.ContentType ?? source.ContentType,
      ContentEncoding: options.ContentEncoding ?? source.ContentEncoding,
      CacheControl: options.CacheControl ?? source.CacheControl,
    },
  };
  try {
    if (put.size <= MAX_SINGLE_COPY_BYTES) await copyWhole(copy);
    else await copyInParts(copy, source.ChecksumCRC64NVME);
  } catch (error) {
    throw failureOf(error).code === 'NoSuchKey' ? stagedObjectMissing(stagedKey, put) : error;
  }
}

interface Copy {
  readonly bucket: string;
  readonly source: string;
  readonly etag: string | undefined;
  readonly put: PlannedPut;
  readonly options: ObjectOptions;
}

async function headStaged(bucket: string, key: string, put: PlannedPut): Promise<HeadObjectCommandOutput> {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
  } catch (error) {
    if (failureOf(error).status !== 404) throw error;
    throw stagedObjectMissing(key, put);
  }
}

async function copyWhole({ bucket, source, etag, put, options }: Copy): Promise<void> {
  const { CopyObjectResult: result } = await s3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: put.key,
      CopySource: source,
      CopySourceIfMatch: etag,
      MetadataDirective: 'REPLACE',
      ChecksumAlgorithm: 'SHA256',
      ...options,
    }),
  );
  const actual = Buffer.from(result?.ChecksumSHA256 ?? '', 'base64').toString('hex');
  if (actual !== put.sha256)
    throw mismatch(put, `its SHA-256 is ${actual || 'unknown'}, planned was ${put.sha256}`);
}

async function copyInParts(copy: Copy, sourceChecksum: string | undefined): Promise<void> {
  const { bucket, put, options } = copy;
  const target = { Bucket: bucket, Key: put.key };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      ...target,
      ...options,
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    }),
  );
  const upload = { ...target, UploadId };
  try {
    const { ChecksumCRC64NVME } = await s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        ChecksumType: 'FULL_OBJECT',
        MultipartUpload: { Parts: await copyParts(copy, upload) },
      }),
    );
    if (sourceChecksum !== undefined && ChecksumCRC64NVME !== sourceChecksum) {
      throw mismatch(
        put,
        `its CRC-64/NVME is ${ChecksumCRC64NVME}, the staged object's is ${sourceChecksum}`,
      );
    }
  } catch (error) {
    // Best effort: the error matters more, and the bucket's lifecycle ends uploads that stay behind.
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

async function copyParts(
  { source, etag, put }: Copy,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
): Promise<CompletedPart[]> {
  const ranges = partRanges(put.size);
  const parts: CompletedPart[] = [];
  const worker = async (): Promise<void> => {
    for (let next = ranges.shift(); next !== undefined; next = ranges.shift()) {
      const { PartNumber, CopySourceRange } = next;
      const { CopyPartResult } = await s3.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber,
          CopySource: source,
          CopySourceIfMatch: etag,
          CopySourceRange,
        }),
      );
      parts[PartNumber - 1] = {
        PartNumber,
        ETag: CopyPartResult?.ETag,
        ChecksumCRC64NVME: CopyPartResult?.ChecksumCRC64NVME,
      };
    }
  };
  // A failed part ends the queue, but not before the parts under way have ended does the copy: an upload that is
  // aborted while they run may keep them.
  const endQueue = (error: unknown) => {
    ranges.length = 0;
    throw error;
  };
  const workers = Array.from({ length: PARALLEL_PARTS }, () => worker().catch(endQueue));
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return parts;
}

/** At most 10,000 parts of at most 5 GB (S3 User Guide, "Multipart upload limits"); 512 MiB where that suffices. */
function partRanges(size: number): { PartNumber: number; CopySourceRange: string }[] {
  const partSize = Math.max(512 * 1024 ** 2, Math.ceil(size / 10_000));
  return Array.from({ length: Math.ceil(size / partSize) }, (_, at) => ({
    PartNumber: at + 1,
    CopySourceRange: `bytes=${at * partSize}-${Math.min((at + 1) * partSize, size) - 1}`,
  }));
}

function stagedObjectMissing(key: string, put: PlannedPut): SagaError {
  return new SagaError('StagedObjectMissing', `${put.attribute}: the staged object ${key} is gone`, {
    attribute: put.attribute,
  });
}

function mismatch(put: PlannedPut, problem: string): SagaError {
  return new SagaError('ContentMismatch', `${put.attribute}: ${problem}`, { attribute: put.attribute });
}
