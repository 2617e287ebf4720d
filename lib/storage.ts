// The bucket and the table of a store: made with safe defaults, or checked when they are given.

import {
  AttributeType,
  Billing,
  type ITable,
  StreamViewType,
  Table,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Annotations, Duration, type RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { KeyAttribute, KeySchema, KeyType } from '../core/keys/item-key.ts';

const ATTRIBUTE_TYPES: Readonly<Record<KeyType, AttributeType>> = {
  S: AttributeType.STRING,
  N: AttributeType.NUMBER,
  B: AttributeType.BINARY,
};

/** Longer than the 14 days in which a run, and with it its staged content, can be replayed. */
const STAGED_DAYS = 15;
/** Reports of sweeps name objects, and an operator reads them sooner than that. */
const REPORT_DAYS = 30;

/** Prefixes of what is to expire. */
export interface ExpiringPrefixes {
  readonly stagingPrefix: string;
  readonly reportPrefix: string;
}

export interface TableOptions {
  readonly removalPolicy: RemovalPolicy;
  /** The attribute of time to live, if there is one. */
  readonly ttl: string | undefined;
  readonly stream: boolean;
}

export function createTable(
  scope: Construct,
  key: KeySchema,
  { removalPolicy, ttl, stream }: TableOptions,
): TableV2 {
  return new TableV2(scope, 'Table', {
    partitionKey: attribute(key.partitionKey),
    ...(key.sortKey && { sortKey: attribute(key.sortKey) }),
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    ...(ttl !== undefined && { timeToLiveAttribute: ttl }),
    ...(stream && { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES }),
    removalPolicy,
  });
}

/** @throws {Error} when the table's own key schema is known and another */
export function checkTable(table: ITable, key: KeySchema): void {
  if (!(table instanceof Table)) return;
  const { partitionKeys, sortKeys } = table.schemaV2();
  const actual = [partitionKeys[0], sortKeys?.[0]].map(describe).join(', ');
  const wanted = [attribute(key.partitionKey), key.sortKey && attribute(key.sortKey)]
    .map(describe)
    .join(', ');
  if (actual !== wanted) {
    throw new Error(
      `LargeItemStore: the table's key is ${actual}, but partitionKey and sortKey say ${wanted}`,
    );
  }
}

export function createBucket(
  scope: Construct,
  prefixes: ExpiringPrefixes,
  removalPolicy: RemovalPolicy,
): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy,
  });
  addLifecycle(scope, bucket, prefixes);
  return bucket;
}

/** Staged content, reports and unfinished uploads must end by themselves, in a given bucket too. */
export function addLifecycle(scope: Construct, bucket: IBucket, prefixes: ExpiringPrefixes): void {
  const { stagingPrefix, reportPrefix } = prefixes;
  if (bucket instanceof Bucket) {
    for (const rule of lifecycleRules(prefixes)) addRule(bucket, rule);
    return;
  }
  Annotations.of(scope).addInfo(
    `Give the imported bucket a lifecycle rule that expires ${stagingPrefix}/ after ${STAGED_DAYS} days, one that expires ${reportPrefix}/ after ${REPORT_DAYS}, and one that aborts incomplete multipart uploads.`,
  );
}

const ruleIds = new WeakMap<Bucket, Set<string>>();

/** Adds a rule unless another store has: S3 refuses two of one id. */
export function addRule(bucket: Bucket, rule: LifecycleRule & { readonly id: string }): void {
  const ids = ruleIds.get(bucket) ?? new Set();
  ruleIds.set(bucket, ids);
  if (!ids.has(rule.id)) bucket.addLifecycleRule(rule);
  ids.add(rule.id);
}

function lifecycleRules({
  stagingPrefix,
  reportPrefix,
}: ExpiringPrefixes): (LifecycleRule & { readonly id: string })[] {
  return [
    expiry('staged objects', stagingPrefix, STAGED_DAYS),
    expiry('reports of sweeps', reportPrefix, REPORT_DAYS),
    { id: 'AbortIncompleteUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  ];
}

/** A rule that ends what is below a prefix; its id is another for each prefix of a bucket. */
export function expiry(what: string, prefix: string, days: number): LifecycleRule & { readonly id: string } {
  return {
    id: `Expire ${what} below ${prefix}/`,
    prefix: `${prefix}/`,
    expiration: Duration.days(days),
    // In a versioned bucket expiry only hides an object; this ends it.
    noncurrentVersionExpiration: Duration.days(1),
  };
}

function attribute({ name, type }: KeyAttribute): { name: string; type: AttributeType } {
  return { name, type: ATTRIBUTE_TYPES[type] };
}

function describe(key: { readonly name: string; readonly type: AttributeType } | undefined): string {
  return key === undefined ? 'no sort key' : `${key.name} (${key.type})`;
}
