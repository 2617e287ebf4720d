// The bucket of a store that is not given one, and where accesses to it are logged.

import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { addLifecycle, type ExpiringPrefixes } from './expiry.ts';
import { expireVersions, versionExpiration } from './versions.ts';

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
  /** How far back the table can be restored: 0 if it cannot be, undefined if that is not known. */
  readonly recoveryDays: number | undefined;
  readonly accessLogs: AccessLogs | undefined;
  readonly bucketProps: BucketProps;
}

const LOG_DAYS = 90;

/** @throws {Error} for settings that contradict each other */
export function createBucket(scope: Construct, settings: BucketSettings): Bucket {
  const { encryptionKey, bucketProps } = settings;
  const given = { ...ownProps(settings), ...bucketProps };
  checkAutoDelete(given);
  const expiration = versionExpiration(settings, given.versioned ?? false);
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    ...(bucketProps.encryptionKey === undefined &&
      bucketProps.encryption === undefined &&
      encryptionOf(encryptionKey)),
    ...(settings.accessLogs && accessLogging(scope, settings.accessLogs, settings)),
    ...given,
  });
  addLifecycle(scope, bucket, settings.prefixes);
  if (expiration !== undefined) expireVersions(bucket, expiration);
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

function accessLogging(
  scope: Construct,
  { bucket, prefix, retention }: AccessLogs,
  settings: BucketSettings,
): BucketProps {
  if (settings.bucketProps.serverAccessLogsBucket !== undefined) {
    throw new Error('LargeItemStore: accessLogs and bucketProps.serverAccessLogsBucket: give one of them');
  }
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
  const logs = new Bucket(withPolicyForLogs(new Construct(scope, 'AccessLogs')), 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy,
    autoDeleteObjects,
    lifecycleRules: [{ id: 'ExpireLogs', expiration: retention ?? Duration.days(LOG_DAYS) }],
  });
  return { serverAccessLogsBucket: logs, ...(prefix !== undefined && { serverAccessLogsPrefix: prefix }) };
}

/** Where the CDK lets S3 deliver logs by the bucket's policy, whatever the app's flags say: the other way is an ACL, S3's former. */
function withPolicyForLogs(scope: Construct): Construct {
  scope.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
  return scope;
}
