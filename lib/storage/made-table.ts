// The table of a store that is not given one.

import {
  Billing,
  type GlobalSecondaryIndexPropsV2,
  type LocalSecondaryIndexProps,
  StreamViewType,
  type TableEncryptionV2,
  type TableOptionsV2,
  type TablePropsV2,
  TableV2,
  type WarmThroughput,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { KeySchema } from '../../core/keys/item-key.ts';
import { encryptTable } from '../rights/keys.ts';
import { keyAttribute } from './given-table.ts';

/**
 * Settings of a table that is made here, in place of the defaults: those of `TableV2` but for its key and time to live, which props
 * of the store say, and for replicas, whose table is given as `table`.
 */
export interface StoreTableProps extends TableOptionsV2 {
  /** Default: CloudFormation makes one. */
  readonly tableName?: string;
  /** Default: on demand. */
  readonly billing?: Billing;
  /** Default: none. */
  readonly globalSecondaryIndexes?: GlobalSecondaryIndexPropsV2[];
  /** Default: none. */
  readonly localSecondaryIndexes?: LocalSecondaryIndexProps[];
  /** Default: by the store's `encryptionKey` if there is one, else by a key that DynamoDB owns. */
  readonly encryption?: TableEncryptionV2;
  /** Default: what DynamoDB gives to new tables. */
  readonly warmThroughput?: WarmThroughput;
  /** Default: none, or new and old images where `ttl` or `cleanUpForeignDeletes` needs them. */
  readonly dynamoStream?: StreamViewType;
  /** Default: the store's. */
  readonly removalPolicy?: RemovalPolicy;
}

export interface TableSettings {
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean | undefined;
  readonly encryptionKey: IKey | undefined;
  /** The attribute of time to live, if there is one. */
  readonly ttl: string | undefined;
  /** Whether changes must be told of, by old and new images. */
  readonly stream: boolean;
  readonly tableProps: StoreTableProps;
}

/** Longest that point-in-time recovery reaches back, and its default. */
export const MAX_RECOVERY_DAYS = 35;
/** What props of the store say, or what no table that is made here can have. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  partitionKey: 'is the prop partitionKey of the store',
  partitionKeys: 'is the prop partitionKey of the store',
  sortKey: 'is the prop sortKey of the store',
  sortKeys: 'is the prop sortKey of the store',
  timeToLiveAttribute: 'is the prop ttl of the store',
  replicas: 'is for a table of your own, given as table',
  witnessRegion: 'is for a table of your own, given as table',
  multiRegionConsistency: 'is for a table of your own, given as table',
};

/** @throws {Error} for settings that are not about this table, or that keep the store from working */
export function createTable(scope: Construct, key: KeySchema, settings: TableSettings): TableV2 {
  const { ttl, stream, encryptionKey, tableProps } = settings;
  checkProps(settings);
  const table = new TableV2(scope, 'Table', {
    partitionKey: keyAttribute(key.partitionKey),
    ...(key.sortKey && { sortKey: keyAttribute(key.sortKey) }),
    ...defaults(settings),
    ...tableProps,
    ...(ttl !== undefined && { timeToLiveAttribute: ttl }),
    ...(stream && { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES }),
  });
  if (encryptionKey !== undefined && tableProps.encryption === undefined) encryptTable(table, encryptionKey);
  return table;
}

/** How many days back a table that is made so can be restored; 0 if it cannot be. */
export function recoveryDays({
  pointInTimeRecovery,
  pointInTimeRecoverySpecification: specification,
}: StoreTableProps): number {
  const enabled = specification?.pointInTimeRecoveryEnabled ?? pointInTimeRecovery ?? true;
  return enabled ? (specification?.recoveryPeriodInDays ?? MAX_RECOVERY_DAYS) : 0;
}

/** A table that outlives its stack is kept from being deleted by hand, too. */
function defaults({ removalPolicy, deletionProtection, tableProps }: TableSettings): Partial<TablePropsV2> {
  const retained = (tableProps.removalPolicy ?? removalPolicy) === RemovalPolicy.RETAIN;
  return {
    billing: Billing.onDemand(),
    deletionProtection: deletionProtection ?? retained,
    removalPolicy,
    ...(tableProps.pointInTimeRecovery === undefined && {
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    }),
  };
}

function checkProps({ stream, tableProps }: TableSettings): void {
  for (const name of Object.keys(tableProps)) {
    if (!Object.hasOwn(ELSEWHERE, name)) continue;
    throw new Error(`LargeItemStore: tableProps.${name}: that ${ELSEWHERE[name]}`);
  }
  const { dynamoStream = StreamViewType.NEW_AND_OLD_IMAGES } = tableProps;
  if (stream && dynamoStream !== StreamViewType.NEW_AND_OLD_IMAGES) {
    throw new Error(
      `LargeItemStore: tableProps.dynamoStream is ${dynamoStream}, but ttl and cleanUpForeignDeletes need new and old images`,
    );
  }
}
