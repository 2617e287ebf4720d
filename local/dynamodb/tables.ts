// Tables: created, described, changed and deleted at once, so that no state but ACTIVE is ever met.

import { ServiceError } from '../service.ts';
import { type Request, type Store, type TableDescription, validated } from './dynalite.ts';
import { tableNotFound, unsupported, validationError } from './errors.ts';
import { applyIndexChange, planIndexChange } from './index-changes.ts';
import { clearEntries, dropTable, lookUpTable, saveTable, tableNames } from './storage.ts';
import {
  changing,
  deleting,
  described,
  newDescription,
  onDemand,
  settingsOf,
  type TableContext,
  throughput,
  warmSetting,
} from './table-description.ts';

const UNSUPPORTED_ON_CREATE = [
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'ResourcePolicy',
];
const UNSUPPORTED_ON_UPDATE = ['GlobalTableWitnessUpdates', 'MultiRegionConsistency', 'ReplicaUpdates'];
const MAX_NAMES_PER_PAGE = 100;

export async function createTable(context: TableContext, input: Request): Promise<object> {
  const table = newTable(context, input);
  if (await lookUpTable(context.store, table.TableName)) {
    throw new ServiceError('ResourceInUseException', `Table already exists: ${table.TableName}`);
  }
  // A process that was killed as it dropped a table of this name may have left some of its items.
  await clearEntries(context.store, table);
  await saveTable(context.store, table);
  return { TableDescription: changing(table, 'CREATING') };
}

/** The table that an input of CreateTable describes. @throws {ServiceError} ValidationException */
export function newTable(context: TableContext, input: Request): TableDescription {
  refuse(input, UNSUPPORTED_ON_CREATE, 'CreateTable');
  const request = validated('createTable', input, context.store);
  return {
    ...newDescription(context, request, input),
    ...settingsOf(context, request.TableName as string, input),
    ...(input.Tags ? { _tags: tagMap(input.Tags as readonly Tag[]) } : {}),
  };
}

export async function describeTable({ store }: TableContext, input: Request): Promise<object> {
  return { Table: described(await requestedTable(store, input)) };
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
  return { TableDescription: deleting(table) };
}

/** Throughput, billing, stream, protection, class and encryption; and one global index added or deleted. */
export async function updateTable(context: TableContext, input: Request): Promise<object> {
  refuse(input, UNSUPPORTED_ON_UPDATE, 'UpdateTable');
  const table = await requestedTable(context.store, input);
  const { BillingMode, ProvisionedThroughput } = input;
  if (BillingMode || ProvisionedThroughput) {
    const { GlobalSecondaryIndexUpdates: _, ...throughputs } = input;
    validated('updateTable', throughputs, context.store);
  }
  const change = planIndexChange(table, input, BillingMode);
  const updated: TableDescription = {
    ...table,
    ...(BillingMode === 'PAY_PER_REQUEST' ? onDemand(context.clock) : {}),
    ...(BillingMode === 'PROVISIONED' ? { BillingModeSummary: { BillingMode } } : {}),
    ...(ProvisionedThroughput ? { ProvisionedThroughput: throughput(ProvisionedThroughput) } : {}),
    ...settingsOf(context, table.TableName, input),
    ...warmSetting(input),
    ...change?.members,
  };
  await applyIndexChange(context.store, table, updated, change);
  return { TableDescription: changing(updated, 'UPDATING') };
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

/** @throws {ServiceError} ResourceNotFoundException, ValidationException */
export async function requestedTable(store: Store, input: Request): Promise<TableDescription> {
  const { TableName } = validated('describeTable', { TableName: input.TableName }, store);
  const table = await lookUpTable(store, TableName as string);
  if (!table) throw tableNotFound(TableName as string);
  return table;
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
