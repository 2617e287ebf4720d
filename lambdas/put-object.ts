// Puts one large attribute's content under the key that names this run (rule 1): task PutObject for what is staged, and for all
// content in runs of earlier versions.

import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { LargeAttributeInput } from '../core/contract/contract.ts';
import { PUT_UNAVAILABLE, SagaError } from '../core/errors/errors.ts';
import { encodeMetadata, UPDATED_AT } from '../core/item/metadata.ts';
import type { PlannedPut } from '../core/saga/plan.ts';
import { copyStaged } from './copy-object.ts';
import { failureOf } from './failures.ts';
import type { ObjectOptions } from './missing-parts.ts';
import { isRefusal, s3 } from './s3.ts';
import { storeFromEnvironment, task } from './task.ts';

export interface PutObjectEvent {
  readonly put: PlannedPut;
  readonly content: LargeAttributeInput;
  readonly updatedAt: string;
  /** Retries of this task before this attempt, and whether the execution was redriven since its plan. */
  readonly retries: number;
  readonly redriven: boolean;
}

export interface PutObjectResult {
  readonly attribute: string;
  readonly put: true;
  /** Whether an earlier attempt may still land: the run waits for it before anything is decided on its puts (rule 5). */
  readonly inDoubt: boolean;
}

const store = storeFromEnvironment();

/** @throws one of PUT_ERRORS; PutUnavailable, CopyUnfinished and whatever else it throws is worth another attempt */
export const handler = task(async (event: PutObjectEvent, context): Promise<PutObjectResult> => {
  const { put, content } = event;
  if (content.staged === undefined) return putInline(event);
  const attempt = { isLater: isLater(event), remainingMs: () => context.getRemainingTimeInMillis() };
  try {
    await copyStaged(store.bucket, content.staged.key, put, objectOptions(event), attempt);
  } catch (error) {
    // Of a copy that nobody answered for, what S3 does with it may take minutes.
    throw putError(error, put, failureOf(error).status !== undefined);
  }
  return done(event);
});

/** Puts the content that the execution's input holds. */
export async function putInline(event: PutObjectEvent): Promise<PutObjectResult> {
  const { put, content } = event;
  try {
    await putContent(put, content, objectOptions(event));
  } catch (error) {
    throw putError(error, put, true);
  }
  return done(event);
}

function isLater({ retries, redriven }: PutObjectEvent): boolean {
  return retries > 0 || redriven;
}

function done(event: PutObjectEvent): PutObjectResult {
  return { attribute: event.put.attribute, put: true, inDoubt: isLater(event) };
}

async function putContent(
  put: PlannedPut,
  content: LargeAttributeInput,
  options: ObjectOptions,
): Promise<void> {
  const isText = content.text !== undefined;
  await s3.send(
    new PutObjectCommand({
      Bucket: store.bucket,
      Key: put.key,
      Body: isText ? Buffer.from(content.text as string) : Buffer.from(content.base64 as string, 'base64'),
      ChecksumSHA256: Buffer.from(put.sha256, 'hex').toString('base64'),
      ...options,
      ContentType: options.ContentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/octet-stream'),
    }),
  );
}

function objectOptions({ content, updatedAt }: PutObjectEvent): ObjectOptions {
  return {
    ContentType: content.contentType,
    ContentEncoding: content.contentEncoding,
    CacheControl: content.cacheControl,
    Metadata: { ...encodeMetadata(content.metadata ?? {}), [UPDATED_AT]: updatedAt },
  };
}

/**
 * S3's refusals, by the names that the state machine does not retry; other failures by the name that it retries at once if
 * nothing of the attempt outlasts a request.
 */
function putError(error: unknown, put: PlannedPut, endsSoon: boolean): unknown {
  if (error instanceof SagaError) return error;
  const { code, status } = failureOf(error);
  const details = { attribute: put.attribute, code };
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'BadDigest' || code === 'InvalidDigest' || status === 412) {
    return new SagaError('ContentMismatch', `${put.attribute}: the content is not what was planned`, details);
  }
  if (isRefusal(error)) {
    return new SagaError('PutRefused', `${put.attribute}: S3 refuses the object: ${message}`, details);
  }
  return endsSoon ? new SagaError(PUT_UNAVAILABLE, `${put.attribute}: ${message}`, details) : error;
}
