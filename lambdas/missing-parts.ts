// The parts that a multipart upload still lacks, copied on S3's side, as many as one attempt has time for.
//
// How far that reaches: a part is copied at some 100 MB/s, an unofficial figure, and PARALLEL_PARTS at a time, while an
// attempt has some 13 minutes to begin parts. At a tenth of that rate an attempt copies 0.8 TB, and 53.7 TB, the largest
// object, take 69 of the 200 attempts that the state machines allow, or 17 hours. S3 itself takes 3,500 copies a second
// and more (User Guide, "Best practices design patterns: optimizing Amazon S3 performance").

import { ListPartsCommand, type Part, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import { PUT_PROGRESS, SagaError } from '../core/errors/errors.ts';
import { MAX_PARTS } from '../core/errors/limits.ts';
import type { PlannedPut } from '../core/saga/plan.ts';
import { copyingS3 } from './copying-s3.ts';
import { failureOf } from './failures.ts';
import { isRefusal, s3 } from './s3.ts';

export interface ObjectOptions {
  readonly ContentType: string | undefined;
  readonly ContentEncoding: string | undefined;
  readonly CacheControl: string | undefined;
  readonly Metadata: Record<string, string>;
}

export interface Copy {
  readonly bucket: string;
  /** As the header `x-amz-copy-source` has it. */
  readonly source: string;
  readonly etag: string | undefined;
  /** CRC-64/NVME of the source, where S3 keeps one. */
  readonly checksum: string | undefined;
  readonly put: PlannedPut;
  readonly options: ObjectOptions;
}

/** The task's attempt that copies. */
export interface Attempt {
  /** Whether there was one before, which may have come far, or still be running. */
  readonly isLater: boolean;
  /** Milliseconds until Lambda ends the function. */
  remainingMs(): number;
}

/** The upload that parts are copied to. */
export interface UploadIds {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

const PARALLEL_PARTS = 100;
const LEAST_PART_BYTES = 512 * 1024 ** 2;
/** Before the function's end: from when on no part is begun, and when parts under way are not waited for any more. */
const LAST_BEGIN_MS = 120_000;
const LAST_WAIT_MS = 15_000;

interface Range {
  readonly PartNumber: number;
  readonly start: number;
  /** The first byte after it. */
  readonly end: number;
}

/**
 * Copies the parts that the upload lacks.
 * @returns all of its parts, once all are there
 * @throws {SagaError} CopyUnfinished once this attempt has copied something, but not all
 */
export async function copyMissing(copy: Copy, upload: UploadIds, attempt: Attempt): Promise<Part[]> {
  const ranges = partRanges(copy.put.size);
  const parts = new Map((await listParts(upload)).map((part) => [part.PartNumber, part]));
  const missing = ranges.filter(({ PartNumber, start, end }) => parts.get(PartNumber)?.Size !== end - start);
  const before = ranges.length - missing.length;
  const { copied, failure } = await copyRanges(copy, upload, missing, attempt);
  for (const part of copied) parts.set(part.PartNumber, part);
  if (copied.length < missing.length) {
    const goesOn = copied.length > 0 && copy.checksum !== undefined;
    if (!goesOn) throw failure ?? new Error(`${copied.length} parts were copied in the time of one attempt`);
    throw unfinished(copy.put, before + copied.length, ranges.length, failure);
  }
  return ranges.map(({ PartNumber }) => {
    const { ETag, ChecksumCRC64NVME } = parts.get(PartNumber) ?? {};
    return { PartNumber, ETag, ChecksumCRC64NVME };
  });
}

/** What a call that S3 takes its time for is given: whoever made it tells of its silence, before Lambda ends the function. */
export function untilItsEnd(attempt: Attempt): { readonly requestTimeout: number } {
  return { requestTimeout: Math.max(1, attempt.remainingMs() - LAST_WAIT_MS) };
}

async function listParts(upload: UploadIds): Promise<Part[]> {
  const parts: Part[] = [];
  for (let marker: string | undefined; ; ) {
    const page = await s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: marker }));
    parts.push(...(page.Parts ?? []));
    if (!page.IsTruncated) return parts;
    marker = page.NextPartNumberMarker;
  }
}

/**
 * Copies ranges until all are copied or time is short. A passing failure ends one of the workers, so that a throttled
 * bucket is asked for less; its range is left for the next attempt.
 * @throws what no other attempt would change
 */
async function copyRanges(
  copy: Copy,
  upload: UploadIds,
  ranges: readonly Range[],
  attempt: Attempt,
): Promise<{ readonly copied: readonly Part[]; readonly failure: unknown }> {
  const queue = [...ranges];
  const copied: Part[] = [];
  let failure: unknown;
  let refusal: unknown;
  const stop = new AbortController();
  const worker = async (): Promise<void> => {
    while (attempt.remainingMs() > LAST_BEGIN_MS && refusal === undefined) {
      const range = queue.shift();
      if (range === undefined) return;
      try {
        copied.push(await copyRange(copy, upload, range, stop.signal));
      } catch (error) {
        failure = error;
        if (isRefusal(error) || failureOf(error).code === 'NoSuchUpload') refusal = error;
        return;
      }
    }
  };
  const workers = Promise.all(Array.from({ length: PARALLEL_PARTS }, worker));
  await untilSettled(workers, attempt.remainingMs() - LAST_WAIT_MS);
  stop.abort();
  if (refusal !== undefined) throw refusal;
  return { copied: [...copied], failure };
}

async function copyRange(
  { source, etag }: Copy,
  upload: UploadIds,
  { PartNumber, start, end }: Range,
  abortSignal: AbortSignal,
): Promise<Part> {
  const { CopyPartResult } = await copyingS3.send(
    new UploadPartCopyCommand({
      ...upload,
      PartNumber,
      CopySource: source,
      CopySourceIfMatch: etag,
      CopySourceRange: `bytes=${start}-${end - 1}`,
    }),
    { abortSignal },
  );
  const { ETag, ChecksumCRC64NVME } = CopyPartResult ?? {};
  return { PartNumber, ETag, ChecksumCRC64NVME };
}

async function untilSettled(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}

/** Parts of one size, as few as make sense to repeat one; the same in each attempt. */
function partRanges(size: number): Range[] {
  const partSize = Math.max(LEAST_PART_BYTES, Math.ceil(size / MAX_PARTS));
  return Array.from({ length: Math.ceil(size / partSize) }, (_, at) => ({
    PartNumber: at + 1,
    start: at * partSize,
    end: Math.min((at + 1) * partSize, size),
  }));
}

function unfinished({ attribute }: PlannedPut, copied: number, parts: number, failure: unknown): SagaError {
  const lastFailure = failure === undefined ? undefined : failureOf(failure).code;
  return new SagaError(
    PUT_PROGRESS,
    `${attribute}: ${copied} of ${parts} parts are copied; the copy goes on`,
    {
      attribute,
      copied,
      parts,
      ...(lastFailure !== undefined && { lastFailure }),
    },
  );
}
