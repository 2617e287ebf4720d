// The table and the bucket of a store: made with safe defaults, or given and checked.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { LargeItemStoreProps } from './large-item-store-props.ts';
import type { Layout } from './layout.ts';
import { addLifecycle } from './storage/expiry.ts';
import { checkPlaces } from './storage/given-place.ts';
import { checkTable, type TableNeeds } from './storage/given-table.ts';
import { createBucket } from './storage/made-bucket.ts';
import { createTable, recoveryDays } from './storage/made-table.ts';
import { checkVersions } from './storage/versions.ts';

interface StorageNeeds {
  readonly layout: Layout;
  readonly reportPrefix: string;
  readonly removals: TableNeeds['removals'];
}

/** Props of what is made, by that of what is given in its place. */
const OF_THE_MADE = {
  table: ['tableProps', 'deletionProtection'],
  bucket: ['bucketProps', 'versioned', 'noncurrentVersionExpiration', 'accessLogs', 'autoDeleteObjects'],
} as const;

/** @throws {Error} for a given table or bucket that is known not to do, and for props of one that is not made */
export function storageOf(
  scope: Construct,
  props: LargeItemStoreProps,
  needs: StorageNeeds,
): { readonly table: ITable; readonly bucket: IBucket } {
  checkGiven(props);
  const { table, bucket, encryptionKey } = props;
  checkPlaces(scope, { table, bucket, 'accessLogs.bucket': props.accessLogs?.bucket });
  const elsewhere = {
    encryptionKey,
    'legacy.bucket': props.legacy?.bucket,
    'sweep.inventory': props.sweep?.inventory?.bucket,
  };
  checkPlaces(scope, elsewhere, ['region']);
  return { table: tableOf(scope, props, needs), bucket: bucketOf(scope, props, needs) };
}

function tableOf(scope: Construct, props: LargeItemStoreProps, needs: StorageNeeds): ITable {
  const { key } = needs.layout;
  const { table, ttl, removalPolicy = RemovalPolicy.RETAIN } = props;
  const tableProps = withoutUndefined(props.tableProps ?? {});
  const { deletionProtection, encryptionKey } = props;
  if (table !== undefined) {
    checkTable(scope, table, { key, ttl, removals: needs.removals });
    return table;
  }
  const stream = needs.removals !== undefined;
  return createTable(scope, key, {
    removalPolicy,
    deletionProtection,
    encryptionKey,
    ttl,
    stream,
    tableProps,
  });
}

function bucketOf(scope: Construct, props: LargeItemStoreProps, needs: StorageNeeds): IBucket {
  const prefixes = { stagingPrefix: needs.layout.stagingPrefix, reportPrefix: needs.reportPrefix };
  // Of a given table it is not known.
  const recovery = props.table === undefined ? recoveryDays(props.tableProps ?? {}) : undefined;
  if (props.bucket !== undefined) {
    if (recovery !== undefined) checkVersions(scope, props.bucket, recovery);
    addLifecycle(scope, props.bucket, prefixes);
    return props.bucket;
  }
  return createBucket(scope, {
    prefixes,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    autoDeleteObjects: props.autoDeleteObjects ?? false,
    encryptionKey: props.encryptionKey,
    versioned: props.versioned ?? true,
    noncurrentVersionExpiration: props.noncurrentVersionExpiration,
    recoveryDays: recovery,
    accessLogs: props.accessLogs,
    bucketProps: withoutUndefined(props.bucketProps ?? {}),
  });
}

/** What is given as undefined is not given: it would stand in the place of a default. */
function withoutUndefined<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}

function checkGiven(props: LargeItemStoreProps): void {
  for (const given of ['table', 'bucket'] as const) {
    const useless = OF_THE_MADE[given].find(
      (prop) => props[given] !== undefined && props[prop] !== undefined,
    );
    if (useless === undefined) continue;
    throw new Error(`LargeItemStore: ${useless} is for a ${given} that is made here, but ${given} is given`);
  }
}
