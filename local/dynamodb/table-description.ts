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

/** A throughput that a table can serve at once. */
interface WarmThroughput {
  readonly ReadUnitsPerSecond: number;
  readonly WriteUnitsPerSecond: number;
}

/** What an on-demand table can serve from the start. */
const ON_DEMAND_WARM: WarmThroughput = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };

/** As DescribeTable has it. */
export function described(table: TableDescription): object {
  const { BillingModeSummary, GlobalSecondaryIndexes } = table;
  const warm = (described: IndexDescription | TableDescription): object => ({
    ...warmThroughput(described, isOnDemand(table)),
    Status: 'ACTIVE',
  });
  return {
    DeletionProtectionEnabled: false,
    ...visible(table),
    ...(isOnDemand(table) && {
      BillingModeSummary: {
        ...(BillingModeSummary as object),
        LastUpdateToPayPerRequestDateTime: table._onDemandSince ?? table.CreationDateTime,
      },
    }),
    ...(GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
        ...visible(index),
        WarmThroughput: warm(index),
      })),
    }),
    WarmThroughput: warm(table),
  };
}

/** As the answer to a change has it, while that is under way: a warm throughput shows if it was asked for. */
export function changing(table: TableDescription, TableStatus = 'UPDATING'): object {
  const { GlobalSecondaryIndexes, _warmThroughput } = table;
  return {
    DeletionProtectionEnabled: false,
    ...visible(table),
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(visible) }),
    ...(_warmThroughput !== undefined && {
      WarmThroughput: { ...(_warmThroughput as object), Status: 'UPDATING' },
    }),
    TableStatus,
  };
}

/** As DeleteTable has it: without what the table was made of. */
export function deleting(table: TableDescription): object {
  const {
    AttributeDefinitions: _,
    KeySchema: __,
    CreationDateTime: ___,
    ...rest
  } = changing(table) as Request;
  return { ...rest, TableStatus: 'DELETING' };
}

/** Without the members that are kept for other operations. */
function visible(described: object): object {
  return Object.fromEntries(Object.entries(described).filter(([member]) => !member.startsWith('_')));
}

function isOnDemand({ BillingModeSummary }: TableDescription): boolean {
  return (BillingModeSummary as { BillingMode?: string } | undefined)?.BillingMode === 'PAY_PER_REQUEST';
}

function warmThroughput(
  described: IndexDescription | TableDescription,
  onDemandTable: boolean,
): WarmThroughput {
  const { _warmThroughput, ProvisionedThroughput } = described as Request;
  if (_warmThroughput !== undefined) return _warmThroughput as WarmThroughput;
  if (onDemandTable) return ON_DEMAND_WARM;
  const { ReadCapacityUnits, WriteCapacityUnits } = ProvisionedThroughput as Record<string, number>;
  return { ReadUnitsPerSecond: ReadCapacityUnits ?? 0, WriteUnitsPerSecond: WriteCapacityUnits ?? 0 };
}

/** @throws {ServiceError} ValidationException for what are no positive whole numbers */
export function warmSetting({ WarmThroughput }: Request): Request {
  if (WarmThroughput === undefined || WarmThroughput === null) return {};
  const given = WarmThroughput as Readonly<Record<string, unknown>>;
  const units = [given.ReadUnitsPerSecond, given.WriteUnitsPerSecond].filter((value) => value !== undefined);
  if (units.length === 0 || !units.every((value) => Number.isInteger(value) && Number(value) > 0)) {
    throw invalidParameters('WarmThroughput must have positive whole numbers of units per second');
  }
  return { _warmThroughput: given };
}

/** An index in the list of a table's, usable at once. */
export function globalIndex(tableArn: unknown, index: IndexDescription, asked: Request): IndexDescription {
  return {
    ...localIndex(tableArn, index),
    IndexStatus: 'ACTIVE',
    ProvisionedThroughput: throughput((index as { ProvisionedThroughput?: unknown }).ProvisionedThroughput),
    ...warmSetting(asked),
  } as IndexDescription;
}

function localIndex(tableArn: unknown, index: IndexDescription): IndexDescription {
  return {
    ...index,
    IndexArn: `${tableArn}/index/${index.IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
  } as IndexDescription;
}

/** @param asked - the request before validation, which drops what dynalite does not know */
export function newDescription(
  { clock, identity }: TableContext,
  request: Request,
  asked: Request,
): TableDescription {
  const name = request.TableName as string;
  const { BillingMode, ProvisionedThroughput, ...schema } = request;
  const TableArn = `arn:aws:dynamodb:${identity.region}:${identity.accountId}:table/${name}`;
  const indexes = (list: unknown): IndexDescription[] =>
    (list as readonly IndexDescription[]).map((index) => localIndex(TableArn, index));
  const globalIndexes = (list: unknown): IndexDescription[] =>
    (list as readonly IndexDescription[]).map((index, place) =>
      globalIndex(TableArn, index, (asked.GlobalSecondaryIndexes as readonly Request[])[place] ?? {}),
    );
  return {
    ...(schema as unknown as TableDescription),
    ...(schema.LocalSecondaryIndexes ? { LocalSecondaryIndexes: indexes(schema.LocalSecondaryIndexes) } : {}),
    ...(schema.GlobalSecondaryIndexes
      ? { GlobalSecondaryIndexes: globalIndexes(schema.GlobalSecondaryIndexes) }
      : {}),
    ...(BillingMode === 'PAY_PER_REQUEST'
      ? onDemand(clock)
      : { ProvisionedThroughput: throughput(ProvisionedThroughput) }),
    TableName: name,
    TableArn,
    TableId: randomUUID(),
    TableStatus: 'ACTIVE',
    CreationDateTime: clock.now() / 1000,
    ItemCount: 0,
    TableSizeBytes: 0,
    DeletionProtectionEnabled: false,
    ...warmSetting(asked),
  };
}

export function onDemand(clock: Clock): Request {
  return {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    _onDemandSince: clock.now() / 1000,
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
    // For readers of a stream that is no longer enabled.
    _streamViewType: StreamViewType,
    LatestStreamLabel: label,
    LatestStreamArn: `arn:aws:dynamodb:${identity.region}:${identity.accountId}:table/${tableName}/stream/${label}`,
  };
}

function encryptionSettings(specification: Request | undefined): Request {
  if (!specification?.Enabled) return {};
  return { SSEDescription: { Status: 'ENABLED', SSEType: specification.SSEType ?? 'KMS' } };
}
