// Versions of an object: how they are named, found, and hidden by delete markers.
// Source: "How S3 Versioning works" and "Working with delete markers" in the User Guide; what S3 answers is recorded.

import { createHash, randomBytes } from 'node:crypto';
import { invalidArgument, missingKey, s3Error } from './errors.ts';
import type { S3Context, S3Request } from './request.ts';
import {
  type DeleteMarker,
  isMarker,
  NULL_VERSION,
  type StoredObject,
  type StoredVersion,
} from './stored-version.ts';

const RANDOM_BYTES = 18;
const RANDOM_CHARACTERS = 24;

/** A new id; what it ends in tells it from ids that were never given out. */
export function newVersionId(): string {
  const random = randomBytes(RANDOM_BYTES).toString('base64url').replaceAll('-', '.');
  return random + sealOf(random);
}

function isVersionId(id: string): boolean {
  return sealOf(id.slice(0, RANDOM_CHARACTERS)) === id.slice(RANDOM_CHARACTERS);
}

function sealOf(random: string): string {
  return createHash('sha256').update(random).digest('base64url').slice(0, 8).replaceAll('-', '.');
}

/** Under which id something new is put into a bucket: one of its own, or `null` where versions are not kept. */
export function nextVersionId(s3: S3Context, bucket: string): string {
  return s3.store.bucket(bucket)?.versioning === 'Enabled' ? newVersionId() : NULL_VERSION;
}

/** The header of a write's answer. S3 does not tell `null` there. */
export function writtenVersion(versionId: string): Record<string, string> {
  return versionId === NULL_VERSION ? {} : { 'x-amz-version-id': versionId };
}

/** The header of a read's answer; none in a bucket that never kept versions. */
export function readVersion(s3: S3Context, bucket: string, versionId: string): Record<string, string> {
  return s3.store.bucket(bucket)?.versioning === undefined ? {} : { 'x-amz-version-id': versionId };
}

/**
 * The version that a request asks for: the current one, unless it names one.
 * @param named - how the error names a missing key
 * @throws {ServiceError} NoSuchKey, NoSuchVersion, InvalidArgument, MethodNotAllowed (of a delete marker); AccessDenied
 * where a key is missing that the caller may not list
 */
export function findVersion(
  s3: S3Context,
  request: Pick<S3Request, 'method' | 'refusal'>,
  {
    bucket,
    key,
    versionId,
    named = key,
  }: { bucket: string; key: string; versionId: string | null; named?: string },
): StoredObject {
  requireVersionId(s3, bucket, versionId);
  const versioned = s3.store.bucket(bucket)?.versioning !== undefined;
  const [current] = s3.store.versions(bucket, key);
  const found =
    versionId === null
      ? current
      : s3.store.versions(bucket, key).find((version) => version.versionId === versionId);
  if (found && !isMarker(found)) return found;
  if (found && (versionId !== null || !READS.has(request.method))) throw notOfMarker(request.method, found);
  if (versionId !== null && versioned) throw noSuchVersion(key, versionId);
  throw missingKey(request, bucket, named, found && markerHeaders(found));
}

const READS = new Set(['GET', 'HEAD']);

/**
 * In a bucket that never kept versions there is only `null`.
 * @throws {ServiceError} InvalidArgument
 */
export function requireVersionId(s3: S3Context, bucket: string, versionId: string | null): void {
  if (versionId === null) return;
  if (!hasVersionId(s3, bucket, versionId)) {
    const message =
      versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified';
    throw invalidArgument('versionId', versionId, message);
  }
}

/** Whether the bucket may have, or have had, versions of this id. */
export function hasVersionId(s3: S3Context, bucket: string, versionId: string): boolean {
  if (versionId === NULL_VERSION) return true;
  return s3.store.bucket(bucket)?.versioning !== undefined && isVersionId(versionId);
}

export function noSuchVersion(key: string, versionId: string): Error {
  return s3Error('NoSuchVersion', { members: { Key: key, VersionId: versionId } });
}

/** What a deletion did. */
export interface Deletion {
  /** The version that was named and is gone, or the marker that was put. */
  readonly versionId?: string;
  /** Whether that is a delete marker. */
  readonly marker: boolean;
}

/**
 * Deletes the current version: where versions are kept, a delete marker hides it, and is put for a missing key, too.
 * Where they are no longer kept, the marker takes the place of the version `null`.
 */
export function deleteCurrent(s3: S3Context, bucket: string, key: string, now: number): Deletion {
  s3.uploads.disturb(bucket, key);
  if (s3.store.bucket(bucket)?.versioning === undefined) {
    s3.store.delete(bucket, key, NULL_VERSION);
    return { marker: false };
  }
  const versionId = nextVersionId(s3, bucket);
  s3.store.put(bucket, key, { versionId, deleted: true, lastModified: now });
  return { versionId, marker: true };
}

/** Deletes one version for good, which may be a delete marker; one that is not there is no error. */
export function deleteVersion(s3: S3Context, bucket: string, key: string, versionId: string): Deletion {
  const versions = s3.store.versions(bucket, key);
  const gone = versions.find((version) => version.versionId === versionId);
  s3.store.delete(bucket, key, versionId);
  if (gone === versions[0]) s3.uploads.disturb(bucket, key);
  if (s3.store.bucket(bucket)?.versioning === undefined) return { marker: false };
  return { versionId, marker: gone !== undefined && isMarker(gone) };
}

function markerHeaders({ versionId }: DeleteMarker): Record<string, string> {
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId };
}

function notOfMarker(method: string, marker: StoredVersion & DeleteMarker): Error {
  return s3Error('MethodNotAllowed', {
    members: { Method: method, ResourceType: 'DeleteMarker' },
    headers: {
      ...markerHeaders(marker),
      allow: 'DELETE',
      'last-modified': new Date(marker.lastModified).toUTCString(),
    },
  });
}
