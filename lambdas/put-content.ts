// What all puts of one large attribute share: the event, the put of content that the execution's input holds, the answers. The
// object's key names this run (rule 1).

import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { LargeAttributeInput } from '../core/contract/contract.ts';
import { PUT_UNAVAILABLE, SagaError } from '../core/errors/errors.ts';
import { encodeMetadata, UPDATED_AT } from '../core/item/metadata.ts';
import type { PlannedPut } from '../core/saga/plan.ts';
import { failureOf } from './failures.ts';
import type { ObjectOptions } from './missing-parts.ts';
import { isRefusal, s3 } from './s3.ts';

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

/** Puts the content that the execution's input holds. */
export async function putInline(bucket: string, event: PutObjectEvent): Promise<PutObjectResult> {
  const { put, content } = event;
  try {
    await putContent(bucket, put, content, objectOptions(event));
  } catch (error) {
    throw putError(error, put, true);
  }
  return done(event);
}

/** Whether there was an attempt before this one. */
export function isLater({ retries, redriven }: PutObjectEvent): boolean {
  return retries > 0 || redriven;
}

/** The answer of a task whose object is there. */
export function done(event: PutObjectEvent): PutObjectResult {
  return { attribute: event.put.attribute, put: true, inDoubt: isLater(event) };
}

async function putContent(
  bucket: string,
  put: PlannedPut,
  content: LargeAttributeInput,
  options: ObjectOptions,
): Promise<void> {
  const isText = content.text !== undefined;
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: put.key,
      Body: isText ? Buffer.from(content.text as string) : Buffer.from(content.base64 as string, 'base64'),
      ChecksumSHA256: Buffer.from(put.sha256, 'hex').toString('base64'),
      ...options,
      ContentType: options.ContentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/octet-stream'),
    }),
  );
}

/** What the request says of the object, as S3 takes it. */
export function objectOptions({ content, updatedAt }: PutObjectEvent): ObjectOptions {
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
export function putError(error: unknown, put: PlannedPut, endsSoon: boolean): unknown {
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
