// The bucket of a store that is not given one, and where accesses to it are logged.

import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { addLifecycle, addRule, type ExpiringPrefixes } from './storage.ts';

/** Where S3 logs accesses to the bucket ("Logging requests with server access logging"). */
export interface AccessLogs {
  /** A bucket in the same Region and account, that lets S3 write logs. Default: a new private one. */
  readonly bucket?: IBucket;
  /** What keys of log files begin with. Default: nothing in a new bucket, else `{construct's path}/`. */
  readonly prefix?: string;
  /** How long a new bucket keeps them. Default: 90 days. */
  readonly retention?: Duration;
}

export interface BucketSettings {
  readonly prefixes: ExpiringPrefixes;
  readonly removalPolicy: RemovalPolicy;
  readonly autoDeleteObjects: boolean;
  readonly encryptionKey: IKey | undefined;
  readonly versioned: boolean;
  readonly noncurrentVersionExpiration: Duration | undefined;
  /** How far back the table can be restored; 0 if it cannot be. */
  readonly recoveryDays: number;
  readonly accessLogs: AccessLogs | undefined;
  readonly bucketProps: BucketProps;
}

const LOG_DAYS = 90;
/** Between the oldest point that a table can be restored to and the end of what it points at there: time to restore it. */
const SPARE_DAYS = 7;

/** @throws {Error} for settings that contradict each other */
export function createBucket(scope: Construct, settings: BucketSettings): Bucket {
  const { encryptionKey, bucketProps } = settings;
  const given = { ...ownProps(settings), ...bucketProps };
  checkAutoDelete(given);
  const { versioned = false } = given;
  if (!versioned && settings.noncurrentVersionExpiration !== undefined) {
    throw new Error('LargeItemStore: noncurrentVersionExpiration is for a versioned bucket');
  }
  const days = versioned ? noncurrentDays(settings) : undefined;
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    ...(bucketProps.encryptionKey === undefined &&
      bucketProps.encryption === undefined &&
      encryptionOf(encryptionKey)),
    ...given,
    ...(settings.accessLogs && accessLogging(scope, settings.accessLogs, settings)),
  });
  addLifecycle(scope, bucket, settings.prefixes);
  if (days !== undefined) addRule(bucket, noncurrentExpiry(days));
  return bucket;
}

function ownProps({ removalPolicy, autoDeleteObjects, versioned }: BucketSettings): BucketProps {
  return { removalPolicy, versioned, ...(autoDeleteObjects && { autoDeleteObjects }) };
}

function encryptionOf(encryptionKey: IKey | undefined): BucketProps {
  return encryptionKey === undefined
    ? { encryption: BucketEncryption.S3_MANAGED }
    : // One call of KMS for many objects, instead of one for each.
      { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true };
}

function checkAutoDelete({ autoDeleteObjects = false, removalPolicy }: BucketProps): void {
  if (!autoDeleteObjects || removalPolicy === RemovalPolicy.DESTROY) return;
  throw new Error('LargeItemStore: autoDeleteObjects needs removalPolicy: RemovalPolicy.DESTROY');
}

/** @throws {Error} when a restored table would point at what is gone */
function noncurrentDays({ noncurrentVersionExpiration, recoveryDays }: BucketSettings): Duration {
  if (noncurrentVersionExpiration === undefined) return Duration.days(recoveryDays + SPARE_DAYS);
  if (
    !Token.isUnresolved(noncurrentVersionExpiration) &&
    noncurrentVersionExpiration.toDays() < recoveryDays
  ) {
    throw new Error(
      `LargeItemStore: noncurrentVersionExpiration is ${noncurrentVersionExpiration.toDays()} days, but the table can be restored as it was ${recoveryDays} days ago: it would point at objects that are gone`,
    );
  }
  return noncurrentVersionExpiration;
}

function noncurrentExpiry(days: Duration): LifecycleRule & { readonly id: string } {
  return {
    id: 'ExpireDeletedObjects',
    noncurrentVersionExpiration: days,
    // The mark that an object is deleted goes when nothing is left of it.
    expiredObjectDeleteMarker: true,
  };
}

function accessLogging(
  scope: Construct,
  { bucket, prefix, retention }: AccessLogs,
  settings: BucketSettings,
): BucketProps {
  if (bucket !== undefined) {
    if (retention !== undefined) {
      throw new Error(
        'LargeItemStore: accessLogs.retention is for a new bucket, but accessLogs.bucket is given',
      );
    }
    return { serverAccessLogsBucket: bucket, serverAccessLogsPrefix: prefix ?? `${scope.node.path}/` };
  }
  const { removalPolicy, autoDeleteObjects } = settings;
  // By a key of S3: logs are delivered to no bucket whose default encryption is by one of the account's.
  const logs = new Bucket(scope, 'AccessLogs', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy,
    autoDeleteObjects,
    lifecycleRules: [{ id: 'ExpireLogs', expiration: retention ?? Duration.days(LOG_DAYS) }],
  });
  return { serverAccessLogsBucket: logs, ...(prefix !== undefined && { serverAccessLogsPrefix: prefix }) };
}
