// Tables: created, described, changed and deleted at once, so that no state but ACTIVE is ever met.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type CloudIdentity, ServiceError } from '../service.ts';
import {
  type IndexDescription,
  type Request,
  type Store,
  type TableDescription,
  validated,
} from './dynalite.ts';
import { invalidParameters, unsupported, validationError } from './errors.ts';
import { dropTable, findTable, lookUpTable, saveTable, tableNames } from './storage.ts';

/** What the operations on tables need. */
export interface TableContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: CloudIdentity;
}

const UNSUPPORTED_ON_CREATE = [
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'ResourcePolicy',
];
const UNSUPPORTED_ON_UPDATE = [
  'AttributeDefinitions',
  'GlobalSecondaryIndexUpdates',
  'GlobalTableWitnessUpdates',
  'MultiRegionConsistency',
  'ReplicaUpdates',
];
const STREAM_VIEWS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];
const MAX_NAMES_PER_PAGE = 100;

export async function createTable(context: TableContext, input: Request): Promise<object> {
  refuse(input, UNSUPPORTED_ON_CREATE, 'CreateTable');
  const request = validated('createTable', input, context.store);
  const table: TableDescription = {
    ...newDescription(context, request),
    ...settingsOf(context, request.TableName as string, input),
    ...(input.Tags ? { _tags: tagMap(input.Tags as readonly Tag[]) } : {}),
  };
  if (await lookUpTable(context.store, table.TableName)) {
    throw new ServiceError('ResourceInUseException', `Table already exists: ${table.TableName}`);
  }
  await saveTable(context.store, table);
  return { TableDescription: { ...visible(table), TableStatus: 'CREATING' } };
}

export async function describeTable({ store }: TableContext, input: Request): Promise<object> {
  return { Table: visible(await requestedTable(store, input)) };
}

export async function listTables({ store }: TableContext, input: Request): Promise<object> {
  const request = validated('listTables', input, store);
  const start = request.ExclusiveStartTableName as string | undefined;
  const limit = (request.Limit as number | undefined) ?? MAX_NAMES_PER_PAGE;
  const names = (await tableNames(store)).filter((name) => start === undefined || name > start);
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > limit && { LastEvaluatedTableName: page.at(-1) }) };
}

export async function deleteTable({ store }: TableContext, input: Request): Promise<object> {
  const table = await requestedTable(store, input);
  if (table.DeletionProtectionEnabled) {
    throw validationError(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  await dropTable(store, table);
  return { TableDescription: { ...visible(table), TableStatus: 'DELETING' } };
}

/** Throughput, billing, stream, protection, class and encryption. Indexes cannot be changed: refused by name. */
export async function updateTable(context: TableContext, input: Request): Promise<object> {
  refuse(input, UNSUPPORTED_ON_UPDATE, 'UpdateTable');
  const table = await requestedTable(context.store, input);
  const { BillingMode, ProvisionedThroughput } = input;
  if (BillingMode || ProvisionedThroughput) validated('updateTable', input, context.store);
  const updated: TableDescription = {
    ...table,
    ...(BillingMode === 'PAY_PER_REQUEST' ? onDemand() : {}),
    ...(BillingMode === 'PROVISIONED' ? { BillingModeSummary: { BillingMode } } : {}),
    ...(ProvisionedThroughput ? { ProvisionedThroughput: throughput(ProvisionedThroughput) } : {}),
    ...settingsOf(context, table.TableName, input),
  };
  await saveTable(context.store, updated);
  return { TableDescription: { ...visible(updated), TableStatus: 'UPDATING' } };
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export async function tagResource({ store }: TableContext, input: Request): Promise<object> {
  const table = await tableByArn(store, input);
  const tags = (input.Tags ?? []) as readonly Tag[];
  if (tags.length === 0) throw validationError('Atleast one Tag needs to be provided as Input.');
  await saveTable(store, { ...table, _tags: { ...tagsOf(table), ...tagMap(tags) } });
  return {};
}

export async function untagResource({ store }: TableContext, input: Request): Promise<object> {
  const table = await tableByArn(store, input);
  const leaving = (input.TagKeys ?? []) as readonly string[];
  const staying = Object.entries(tagsOf(table)).filter(([key]) => !leaving.includes(key));
  await saveTable(store, { ...table, _tags: Object.fromEntries(staying) });
  return {};
}

export async function listTagsOfResource({ store }: TableContext, input: Request): Promise<object> {
  const tags = tagsOf(await tableByArn(store, input));
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export async function describeContinuousBackups({ store }: TableContext, input: Request): Promise<object> {
  return { ContinuousBackupsDescription: continuousBackups(await requestedTable(store, input)) };
}

/** Only the setting: there is no backup to restore from. */
export async function updateContinuousBackups({ store }: TableContext, input: Request): Promise<object> {
  const table = await requestedTable(store, input);
  const { PointInTimeRecoveryEnabled } = (input.PointInTimeRecoverySpecification ?? {}) as Request;
  if (typeof PointInTimeRecoveryEnabled !== 'boolean') {
    throw invalidParameters(
      'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled must be true or false',
    );
  }
  const updated = { ...table, _pointInTimeRecovery: PointInTimeRecoveryEnabled };
  await saveTable(store, updated);
  return { ContinuousBackupsDescription: continuousBackups(updated) };
}

function continuousBackups(table: TableDescription): object {
  const status = table._pointInTimeRecovery ? 'ENABLED' : 'DISABLED';
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
  };
}

/** @throws {ServiceError} ResourceNotFoundException, ValidationException */
export function requestedTable(store: Store, input: Request): Promise<TableDescription> {
  const { TableName } = validated('describeTable', { TableName: input.TableName }, store);
  return findTable(store, TableName as string);
}

async function tableByArn(store: Store, input: Request): Promise<TableDescription> {
  const arn = String(input.ResourceArn ?? '');
  const name = /^arn:aws:dynamodb:[^:]*:\d+:table\/([^/]+)$/.exec(arn)?.[1];
  if (!name) throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = await lookUpTable(store, name);
  if (table) return table;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}

/** Without the members that are kept for other operations. */
function visible(table: TableDescription): object {
  return Object.fromEntries(Object.entries(table).filter(([member]) => !member.startsWith('_')));
}

function newDescription({ clock, identity }: TableContext, request: Request): TableDescription {
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

function onDemand(): Request {
  return {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ProvisionedThroughput: throughput(undefined),
  };
}

function throughput(given: unknown): object {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0, ...(given as object) };
}

/** The settings that CreateTable and UpdateTable share. */
function settingsOf(context: TableContext, tableName: string, input: Request): Request {
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

function tagsOf(table: TableDescription): Readonly<Record<string, string>> {
  return (table._tags ?? {}) as Readonly<Record<string, string>>;
}

function tagMap(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function refuse(input: Request, members: readonly string[], operation: string): void {
  const given = members.find((member) => input[member] !== undefined);
  if (given) throw unsupported(`${operation} with ${given}`);
}
