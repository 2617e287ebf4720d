// The source of CopyObject and UploadPartCopy: read from its header, found, and its conditions checked.

import { checkCopySource } from './conditions.ts';
import { invalidArgument, notImplemented, s3Error } from './errors.ts';
import { requireReadable } from './object-headers.ts';
import { requireBucket, type S3Context, type S3Request } from './request.ts';
import { isMarker, type StoredObject } from './stored-version.ts';
import { findVersion, readVersion } from './versions.ts';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly object: StoredObject;
  /** Whether the request says which version. */
  readonly isNamedVersion: boolean;
  /** What the copy's answer tells of the source. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The object that `x-amz-copy-source` names.
 * @throws {ServiceError} InvalidArgument, NoSuchBucket, NoSuchKey, NoSuchVersion, AccessDenied, PreconditionFailed, InvalidObjectState
 */
export function findCopySource(s3: S3Context, request: S3Request): CopySource {
  const { headers } = request;
  const { bucket, key, versionId } = parseCopySource(headers['x-amz-copy-source'] ?? '');
  requireBucket(s3, bucket);
  const found = s3.store.versions(bucket, key).find((version) => version.versionId === versionId);
  if (found && isMarker(found)) {
    throw s3Error('InvalidRequest', {
      message: 'The source of a copy request may not specifically refer to a delete marker by version id.',
    });
  }
  const { refusal } = request;
  const object = findVersion(s3, { method: 'GET', refusal }, { bucket, key, versionId: versionId ?? null });
  checkCopySource(headers, object, s3.clock.now());
  requireReadable(object);
  return {
    bucket,
    key,
    object,
    isNamedVersion: versionId !== undefined,
    headers: versionHeader(s3, bucket, object),
  };
}

function versionHeader(s3: S3Context, bucket: string, object: StoredObject): Record<string, string> {
  const { 'x-amz-version-id': versionId } = readVersion(s3, bucket, object.versionId);
  return versionId === undefined ? {} : { 'x-amz-copy-source-version-id': versionId };
}

/** @throws {ServiceError} InvalidRequest when one copy may not take in `bytes` */
export function requireCopyable(s3: S3Context, bytes: number): void {
  if (bytes > s3.maxCopyBytes) {
    throw s3Error('InvalidRequest', {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${s3.maxCopyBytes}`,
    });
  }
}

/** `bucket/key` or `/bucket/key`, URL-encoded (so that `+` is a space), and maybe `?versionId=`. */
export function parseCopySource(header: string): {
  bucket: string;
  key: string;
  versionId: string | undefined;
} {
  if (header.startsWith('arn:')) {
    throw notImplemented('A copy source behind an access point');
  }
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=(.*))?$/s.exec(header) ?? [];
  try {
    const decoded = decodeURIComponent(path.replaceAll('+', ' '));
    const slash = decoded.indexOf('/', decoded.startsWith('/') ? 1 : 0);
    const bucket = decoded.slice(0, slash).replace(/^\//, '');
    const key = decoded.slice(slash + 1);
    if (slash > 0 && bucket !== '' && key !== '') {
      return { bucket, key, versionId };
    }
  } catch {
    // Percent signs that encode nothing: refused like any other malformed source.
  }
  // The value is not told: so it is recorded.
  throw invalidArgument('x-amz-copy-source', 'x-amz-copy-source', 'Invalid copy source object key');
}
