// Conditional requests: which headers are asked, in which order, and what a failure answers.
// Sources: RFC 9110 section 13.2.2; "Conditional requests" in the Amazon S3 User Guide.

import { s3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { StoredObject } from './store.ts';

type Headers = S3Request['headers'];
type Validators = Pick<StoredObject, 'etag' | 'lastModified'>;

/**
 * Evaluates the conditions of a read. If-Match decides before If-Unmodified-Since, If-None-Match before
 * If-Modified-Since.
 * @throws {ServiceError} PreconditionFailed
 */
export function evaluateRead(headers: Headers, object: Validators): 'send' | 'not modified' {
  requireUnchanged(headers['if-match'], headers['if-unmodified-since'], object);
  return isChanged(headers['if-none-match'], headers['if-modified-since'], object) ? 'send' : 'not modified';
}

/**
 * Evaluates the `x-amz-copy-source-if-*` conditions on the source of a copy.
 * @throws {ServiceError} PreconditionFailed
 */
export function checkCopySource(headers: Headers, source: Validators): void {
  const condition = (name: string): string | undefined => headers[`x-amz-copy-source-${name}`];
  requireUnchanged(condition('if-match'), condition('if-unmodified-since'), source, 'x-amz-copy-source-');
  if (!isChanged(condition('if-none-match'), condition('if-modified-since'), source)) {
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
  }
}

/**
 * Evaluates the conditions of a write (PutObject, CopyObject, CompleteMultipartUpload) on what it would replace.
 * @throws {ServiceError} PreconditionFailed; NoSuchKey for If-Match on no object; NotImplemented for conditions
 * that S3 does not take on writes
 */
export function checkWrite(headers: Headers, existing: Validators | undefined): void {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw s3Error('NotImplemented', { members: { Header: 'If-None-Match' } });
    }
    if (existing) {
      throw preconditionFailed('If-None-Match');
    }
  }
  checkCurrent(headers['if-match'], existing);
}

/**
 * Evaluates If-Match on the current object: an entity tag, or `*` for any.
 * @throws {ServiceError} PreconditionFailed; NoSuchKey when there is no object (recorded on AWS for deletes, too,
 * where the guide says 412)
 */
export function checkCurrent(ifMatch: string | undefined, existing: Validators | undefined): void {
  if (ifMatch === undefined) {
    return;
  }
  if (!existing) {
    throw s3Error('NoSuchKey');
  }
  if (!matches(ifMatch, existing.etag)) {
    throw preconditionFailed('If-Match');
  }
}

function requireUnchanged(
  ifMatch: string | undefined,
  ifUnmodifiedSince: string | undefined,
  object: Validators,
  prefix = '',
): void {
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) {
      throw preconditionFailed(`${prefix}If-Match`);
    }
    return;
  }
  if (object.lastModified > parseTime(ifUnmodifiedSince)) {
    throw preconditionFailed(`${prefix}If-Unmodified-Since`);
  }
}

function isChanged(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  object: Validators,
): boolean {
  if (ifNoneMatch !== undefined) {
    return !matches(ifNoneMatch, object.etag);
  }
  return !(object.lastModified <= parseTime(ifModifiedSince));
}

/** Whether `condition`, a list of entity tags or `*`, names this one. S3 takes tags without quotes, too. */
function matches(condition: string, etag: string): boolean {
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
  return condition.split(',').some((tag) => tag.trim() === '*' || bare(tag) === bare(etag));
}

/** NaN, which compares as false with everything, when there is no valid date: such a condition is not applied. */
function parseTime(date: string | undefined): number {
  return date === undefined ? Number.NaN : Date.parse(date);
}

function preconditionFailed(condition: string): Error {
  return s3Error('PreconditionFailed', { members: { Condition: condition } });
}
