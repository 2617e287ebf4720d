// Ends what lifecycle rules say has had its time. Nothing ends but at midnight, in UTC: once a day is enough.

import { applies, DAY_MS, endOf, expiryOf, type LifecycleRule } from './lifecycle-rules.ts';
import type { S3Context } from './request.ts';
import { currentSecond } from './request.ts';
import { isMarker, type StoredObject, type StoredVersion } from './stored-version.ts';
import { deleteCurrent, deleteVersion } from './versions.ts';

/**
 * Makes what is to be called before each operation: on the first call of each of the cloud's days, it ends what is due.
 * What cannot be deleted is tried again at the next call.
 */
export function createExpiry(s3: S3Context): () => void {
  let day: number | undefined;
  return () => {
    const today = Math.floor(s3.clock.now() / DAY_MS);
    if (today === day) return;
    try {
      for (const [bucket, rules] of s3.lifecycles) expireIn(s3, bucket, rules);
      day = today;
    } catch {
      // A failure to write, which is told to whoever asks for a write.
    }
  };
}

/** The header that tells when, and by which rule, an object will end. */
export function expirationHeader(
  { lifecycles }: S3Context,
  bucket: string,
  key: string,
  object: StoredObject,
): Record<string, string> {
  const rules = (lifecycles.get(bucket) ?? []).filter((rule) => applies(rule, key, object));
  const [first] = rules
    .flatMap((rule) => {
      const at = expiryOf(rule, object);
      return at === undefined ? [] : [{ at, id: rule.id }];
    })
    .sort((a, b) => a.at - b.at);
  if (!first) return {};
  const date = new Date(first.at).toUTCString();
  return { 'x-amz-expiration': `expiry-date="${date}", rule-id="${encodeURIComponent(first.id)}"` };
}

function expireIn(s3: S3Context, bucket: string, rules: readonly LifecycleRule[]): void {
  const now = s3.clock.now();
  for (const key of [...s3.store.versionedKeysFrom(bucket, '')]) {
    const versions = s3.store.versions(bucket, key);
    for (const { versionId } of versions.filter((_, at) => isNoncurrentDue(rules, key, versions, at, now))) {
      deleteVersion(s3, bucket, key, versionId);
      s3.changed({ event: 'LifecycleExpiration:Delete', bucket, key, versionId });
    }
    const [current] = versions;
    if (!current || !isCurrentDue(rules, key, current, versions.length === 1, now)) continue;
    const hides = !isMarker(current) && s3.store.bucket(bucket)?.versioning !== undefined;
    const { versionId } = isMarker(current)
      ? deleteVersion(s3, bucket, key, current.versionId)
      : deleteCurrent(s3, bucket, key, currentSecond(s3.clock));
    const event = `LifecycleExpiration:${hides ? 'DeleteMarkerCreated' : 'Delete'}` as const;
    s3.changed({ event, bucket, key, versionId });
  }
  for (const upload of s3.uploads.inBucket(bucket)) {
    const isDue = rules.some(
      ({ enabled, filter, abortDays }) =>
        enabled &&
        abortDays !== undefined &&
        upload.key.startsWith(filter.prefix ?? '') &&
        endOf(upload.initiated, abortDays) <= now,
    );
    if (isDue) s3.uploads.abort(upload);
  }
}

function isNoncurrentDue(
  rules: readonly LifecycleRule[],
  key: string,
  versions: readonly StoredVersion[],
  at: number,
  now: number,
): boolean {
  const [version, successor] = [versions[at], versions[at - 1]];
  if (!version || !successor) return false;
  return rules.some(
    (rule) =>
      rule.noncurrent !== undefined &&
      applies(rule, key, version) &&
      at > (rule.noncurrent.kept ?? 0) &&
      endOf(successor.lastModified, rule.noncurrent.days) <= now,
  );
}

/** A delete marker goes once it hides nothing: then the key is gone wholly. */
function isCurrentDue(
  rules: readonly LifecycleRule[],
  key: string,
  current: StoredVersion,
  isOnly: boolean,
  now: number,
): boolean {
  if (isMarker(current) && !isOnly) return false;
  return rules.some((rule) => {
    if (!applies(rule, key, current)) return false;
    if (isMarker(current) && rule.expiration?.markers) return true;
    return (expiryOf(rule, current) ?? Number.POSITIVE_INFINITY) <= now;
  });
}
