// Conditional requests: which headers are asked, in which order, and what a failure answers.
// Sources: RFC 9110 section 13.2.2; "Conditional requests" in the Amazon S3 User Guide.

import { s3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { StoredObject } from './stored-version.ts';

type Headers = S3Request['headers'];
type Target = Pick<S3Request, 'headers' | 'key'>;
type Validators = Pick<StoredObject, 'etag' | 'lastModified'>;

/**
 * Evaluates the conditions of a read. If-Match decides before If-Unmodified-Since, If-None-Match before
 * If-Modified-Since.
 * @param now - milliseconds since the epoch, by the clock that set LastModified
 * @throws {ServiceError} PreconditionFailed
 */
export function evaluateRead(headers: Headers, object: Validators, now: number): 'send' | 'not modified' {
  requireUnchanged(headers['if-match'], headers['if-unmodified-since'], object);
  const changed = isChanged(headers['if-none-match'], headers['if-modified-since'], object, now);
  return changed ? 'send' : 'not modified';
}

/**
 * Evaluates the `x-amz-copy-source-if-*` conditions on the source of a copy.
 * @throws {ServiceError} PreconditionFailed
 */
export function checkCopySource(headers: Headers, source: Validators, now: number): void {
  const condition = (name: string): string | undefined => headers[`x-amz-copy-source-${name}`];
  requireUnchanged(condition('if-match'), condition('if-unmodified-since'), source, 'x-amz-copy-source-');
  const ifNoneMatch = condition('if-none-match');
  if (!isChanged(ifNoneMatch, condition('if-modified-since'), source, now)) {
    throw preconditionFailed(
      `x-amz-copy-source-${ifNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match'}`,
    );
  }
}

/**
 * Evaluates the conditions of a write (PutObject, CopyObject, CompleteMultipartUpload) on what it would replace.
 * @throws {ServiceError} PreconditionFailed; NoSuchKey for If-Match on no object; NotImplemented for conditions
 * that S3 does not take on writes
 */
export function checkWrite({ headers, key }: Target, existing: Validators | undefined): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw notTaken('If-Match,If-None-Match', 'Multiple conditional request headers present in the request');
  }
  if (ifMatch === '*') throw valueNotTaken('If-Match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw valueNotTaken('If-None-Match');
  if (ifNoneMatch !== undefined && existing) throw preconditionFailed('If-None-Match');
  checkCurrent(ifMatch, key, existing);
}

/**
 * Refuses to complete an upload on a condition when its key was written or deleted since the upload began, however the
 * condition holds: the upload has to be begun anew.
 * @throws {ServiceError} ConditionalRequestConflict
 */
export function checkUndisturbed({ headers, key }: Target, disturbed: boolean): void {
  const condition =
    headers['if-match'] !== undefined
      ? 'If-Match'
      : headers['if-none-match'] !== undefined
        ? 'If-None-Match'
        : undefined;
  if (disturbed && condition !== undefined) {
    throw s3Error('ConditionalRequestConflict', { members: { Condition: condition, Key: key } });
  }
}

/**
 * Evaluates If-Match on the current object: an entity tag, or `*` for any.
 * @throws {ServiceError} PreconditionFailed; NoSuchKey when there is no object (recorded on AWS for deletes, too,
 * where the guide says 412)
 */
export function checkCurrent(
  ifMatch: string | undefined,
  key: string,
  existing: Validators | undefined,
): void {
  if (ifMatch === undefined) {
    return;
  }
  if (!existing) {
    throw s3Error('NoSuchKey', { members: { Key: key } });
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
  now: number,
): boolean {
  if (ifNoneMatch !== undefined) {
    return !matches(ifNoneMatch, object.etag);
  }
  const since = parseTime(ifModifiedSince);
  // A time to come is no condition: RFC 9110 section 13.1.3, and so it is recorded.
  return since > now || !(object.lastModified <= since);
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

function valueNotTaken(header: string): Error {
  return notTaken(header, `We don't accept the provided value of ${header} header for this API`);
}

function notTaken(header: string, additionalMessage: string): Error {
  return s3Error('NotImplemented', { members: { Header: header, additionalMessage } });
}

function preconditionFailed(condition: string): Error {
  return s3Error('PreconditionFailed', { members: { Condition: condition } });
}
