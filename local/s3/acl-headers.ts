// Access control lists that are asked for by header: a bucket whose owner is enforced takes none.
// Source: "Disabling ACLs" under "Controlling ownership of objects" in the User Guide.

import { s3Error } from './errors.ts';
import type { S3Request } from './request.ts';

/** The one that says what holds anyway. */
const OWNERS = 'bucket-owner-full-control';

/**
 * Refuses an upload that would give rights to others.
 * @throws {ServiceError} AccessControlListNotSupported
 */
export function refuseAcl(headers: S3Request['headers']): void {
  const canned = headers['x-amz-acl'] ?? OWNERS;
  if (canned !== OWNERS || hasGrants(headers)) {
    throw s3Error('AccessControlListNotSupported');
  }
}

/**
 * Refuses a new bucket that others would have rights to.
 * @throws {ServiceError} InvalidBucketAclWithObjectOwnership
 */
export function refuseBucketAcl(headers: S3Request['headers']): void {
  const canned = headers['x-amz-acl'] ?? 'private';
  if (canned !== 'private' || hasGrants(headers)) {
    throw s3Error('InvalidBucketAclWithObjectOwnership');
  }
}

function hasGrants(headers: S3Request['headers']): boolean {
  return Object.keys(headers).some((name) => name.startsWith('x-amz-grant-'));
}
