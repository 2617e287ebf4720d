// What DescribeTable says of a table: as it was created, and as its settings change.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { CloudIdentity } from '../service.ts';
import type { IndexDescription, Request, Store, TableDescription } from './dynalite.ts';
import { invalidParameters } from './errors.ts';

/** What the operations on tables need. */
export interface TableContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: CloudIdentity;
}

const STREAM_VIEWS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];

/** Without the members that are kept for other operations. */
export function visible(table: TableDescription): object {
  return Object.fromEntries(Object.entries(table).filter(([member]) => !member.startsWith('_')));
}

export function newDescription({ clock, identity }: TableContext, request: Request): TableDescription {
  const name = request.TableName as string;
  const { BillingMode, ProvisionedThroughput, ...schema } = request;
  const TableArn = `arn:aws:dynamodb:${identity.region}:${identity.accountId}:table/${name}`;
  const indexes = (list: unknown): IndexDescription[] =>
    (list as readonly IndexDescription[]).map((index) => ({
      ...index,
      IndexArn: `${TableArn}/index/${index.IndexName}`,
      IndexSizeBytes: 0,
      ItemCount: 0,
    }));
  const globalIndexes = (list: unknown): IndexDescription[] =>
    indexes(list).map((index) => ({
      ...index,
      IndexStatus: 'ACTIVE',
      ProvisionedThroughput: throughput((index as { ProvisionedThroughput?: unknown }).ProvisionedThroughput),
    }));
  return {
    ...(schema as unknown as TableDescription),
    ...(schema.LocalSecondaryIndexes ? { LocalSecondaryIndexes: indexes(schema.LocalSecondaryIndexes) } : {}),
    ...(schema.GlobalSecondaryIndexes
      ? { GlobalSecondaryIndexes: globalIndexes(schema.GlobalSecondaryIndexes) }
      : {}),
    ...(BillingMode === 'PAY_PER_REQUEST'
      ? onDemand()
      : { ProvisionedThroughput: throughput(ProvisionedThroughput) }),
    TableName: name,
    TableArn,
    TableId: randomUUID(),
    TableStatus: 'ACTIVE',
    CreationDateTime: clock.now() / 1000,
    ItemCount: 0,
    TableSizeBytes: 0,
  };
}

export function onDemand(): Request {
  return {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ProvisionedThroughput: throughput(undefined),
  };
}

export function throughput(given: unknown): object {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0, ...(given as object) };
}

/** The settings that CreateTable and UpdateTable share. */
export function settingsOf(context: TableContext, tableName: string, input: Request): Request {
  const { DeletionProtectionEnabled, OnDemandThroughput, TableClass } = input;
  return {
    ...(DeletionProtectionEnabled !== undefined && { DeletionProtectionEnabled }),
    ...(OnDemandThroughput !== undefined && { OnDemandThroughput }),
    ...(TableClass !== undefined && { TableClassSummary: { TableClass } }),
    ...streamSettings(context, tableName, input.StreamSpecification as Request | undefined),
    ...encryptionSettings(input.SSESpecification as Request | undefined),
  };
}

function streamSettings(
  { clock, identity }: TableContext,
  tableName: string,
  specification: Request | undefined,
): Request {
  if (!specification) return {};
  const { StreamEnabled, StreamViewType } = specification;
  if (!StreamEnabled) {
    if (StreamViewType)
      throw invalidParameters('StreamViewType cannot be specified when StreamEnabled is false');
    return { StreamSpecification: undefined };
  }
  if (!STREAM_VIEWS.includes(StreamViewType as string)) {
    throw invalidParameters(
      `StreamViewType must be one of ${STREAM_VIEWS.join(', ')} when StreamEnabled is true`,
    );
  }
  const label = new Date(clock.now()).toISOString().slice(0, -1);
  return {
    StreamSpecification: { StreamEnabled, StreamViewType },
    LatestStreamLabel: label,
    LatestStreamArn: `arn:aws:dynamodb:${identity.region}:${identity.accountId}:table/${tableName}/stream/${label}`,
  };
}

function encryptionSettings(specification: Request | undefined): Request {
  if (!specification?.Enabled) return {};
  return { SSEDescription: { Status: 'ENABLED', SSEType: specification.SSEType ?? 'KMS' } };
}
