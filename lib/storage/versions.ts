// What a versioned bucket keeps of what is deleted: as long as the table can be restored to a point at which it was needed.

import { Bucket, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { addRule } from './expiry.ts';
import { MAX_RECOVERY_DAYS } from './made-table.ts';

/** Between the oldest point that a table can be restored to and the end of what it points at there: time to restore it. */
const SPARE_DAYS = 7;

/** How long the buckets that stores have made keep versions. */
const kept = new WeakMap<IBucket, Duration>();

/**
 * How long versions stay, or undefined where there are none.
 * @throws {Error} when a restored table would point at what is gone, or where there are no versions to expire
 */
export function versionExpiration(
  settings: {
    readonly noncurrentVersionExpiration: Duration | undefined;
    /** How far back the table can be restored: 0 if it cannot be, undefined if that is not known. */
    readonly recoveryDays: number | undefined;
  },
  versioned: boolean,
): Duration | undefined {
  const { noncurrentVersionExpiration: given, recoveryDays } = settings;
  if (!versioned) {
    if (given === undefined) return undefined;
    throw new Error('LargeItemStore: noncurrentVersionExpiration is for a versioned bucket');
  }
  if (given !== undefined) checkLong('noncurrentVersionExpiration', given, recoveryDays ?? 0);
  return given ?? Duration.days((recoveryDays ?? MAX_RECOVERY_DAYS) + SPARE_DAYS);
}

export function expireVersions(bucket: Bucket, expiration: Duration): void {
  kept.set(bucket, expiration);
  addRule(bucket, {
    id: 'ExpireDeletedObjects',
    noncurrentVersionExpiration: expiration,
    // The mark that an object is deleted goes when nothing is left of it.
    expiredObjectDeleteMarker: true,
  });
}

/**
 * Whether a given bucket keeps what a new table could be restored to, as far as that is known.
 * @throws {Error} when another store has made the bucket, for a table that is restored less far back
 */
export function checkVersions(scope: Construct, bucket: IBucket, recoveryDays: number): void {
  const days = kept.get(bucket);
  if (days !== undefined) {
    checkLong("noncurrentVersionExpiration of the bucket's own store", days, recoveryDays);
    return;
  }
  if (!(bucket instanceof Bucket) || recoveryDays === 0) return;
  const { versioningConfiguration } = bucket.node.defaultChild as CfnBucket;
  if (Stack.of(bucket).resolve(versioningConfiguration)?.status === 'Enabled') return;
  Annotations.of(scope).addInfo(
    'The given bucket is not versioned: what a restored table points at would be gone (docs/restoring.md).',
  );
}

function checkLong(what: string, expiration: Duration, recoveryDays: number): void {
  if (Token.isUnresolved(expiration) || expiration.isUnresolved() || expiration.toDays() >= recoveryDays)
    return;
  throw new Error(
    `LargeItemStore: ${what} is ${expiration.toDays()} days, but the table can be restored as it was ${recoveryDays} days ago: it would point at objects that are gone`,
  );
}
