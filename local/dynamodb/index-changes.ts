// UpdateTable's changes of global indexes: one added, with what the table already holds, or deleted, and throughput.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html

import { ServiceError } from '../service.ts';
import type { IndexDescription, Request, Store, TableDescription } from './dynalite.ts';
import { invalidParameters, tableNotFound, validationError } from './errors.ts';
import { fitsIndex } from './keys.ts';
import { clearIndex, fillIndex, saveTable } from './storage.ts';
import { globalIndex, throughput } from './table-description.ts';

/** What becomes of the table's description, and which entries have to follow. */
export interface IndexChange {
  readonly members: Request;
  readonly added?: IndexDescription;
  readonly deleted?: IndexDescription;
}

const MAX_GLOBAL_INDEXES = 20;
const NAME = /^[a-zA-Z0-9_.-]{3,255}$/;
const PROJECTIONS = ['ALL', 'INCLUDE', 'KEYS_ONLY'];

type Definitions = TableDescription['AttributeDefinitions'];

/**
 * @returns undefined when no index is to change
 * @throws {ServiceError} ValidationException, LimitExceededException, ResourceNotFoundException
 */
export function planIndexChange(
  table: TableDescription,
  input: Request,
  billingMode: unknown,
): IndexChange | undefined {
  const updates = (input.GlobalSecondaryIndexUpdates ?? []) as readonly Request[];
  if (updates.length === 0) {
    if (input.AttributeDefinitions !== undefined) return { members: definitionsOf(table, input) };
    return undefined;
  }
  const onlyOne = updates.filter(({ Create, Delete }) => Create || Delete);
  if (onlyOne.length > 1) {
    throw new ServiceError(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  let change: IndexChange = { members: {} };
  for (const update of updates) {
    change = { ...change, ...planOne(table, change, update, input, billingMode) };
  }
  return change;
}

/** Before the index is there, its entries are; after it is gone, they go: none is ever seen without the other. */
export async function applyIndexChange(
  store: Store,
  table: TableDescription,
  updated: TableDescription,
  change: IndexChange | undefined,
): Promise<void> {
  if (change?.added) {
    // A process that was killed as it added or deleted an index of this name may have left some of its entries.
    await clearIndex(store, table, change.added.IndexName);
    const { added } = change;
    await fillIndex(store, updated, added, (item) => fitsIndex(item, updated, added));
  }
  await saveTable(store, updated);
  if (change?.deleted) await clearIndex(store, table, change.deleted.IndexName);
}

function planOne(
  table: TableDescription,
  change: IndexChange,
  update: Request,
  input: Request,
  billingMode: unknown,
): IndexChange {
  const indexes = (change.members.GlobalSecondaryIndexes ??
    table.GlobalSecondaryIndexes ??
    []) as readonly IndexDescription[];
  const asked = (update.Create ?? update.Update ?? update.Delete) as Request | undefined;
  if (!asked) {
    throw invalidParameters(
      'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null',
    );
  }
  const name = String(asked.IndexName);
  const found = indexes.find(({ IndexName }) => IndexName === name);
  if (update.Create) return added(table, indexes, asked, input, billingMode);
  if (!found) throw tableNotFound();
  const others = indexes.filter((index) => index !== found);
  if (update.Delete) return { members: withIndexes(table, others, input), deleted: found };
  const changed = {
    ...found,
    ...(asked.ProvisionedThroughput !== undefined && {
      ProvisionedThroughput: throughput(asked.ProvisionedThroughput),
    }),
  };
  return { members: withIndexes(table, indexes.with(indexes.indexOf(found), changed), input) };
}

function added(
  table: TableDescription,
  indexes: readonly IndexDescription[],
  asked: Request,
  input: Request,
  billingMode: unknown,
): IndexChange {
  const index = checkedIndex(table, asked, billingMode);
  const all = [...indexes, ...(table.LocalSecondaryIndexes ?? [])];
  if (all.some(({ IndexName }) => IndexName === index.IndexName)) {
    throw validationError('Attempting to create an index which already exists');
  }
  if (indexes.length >= MAX_GLOBAL_INDEXES) {
    throw invalidParameters(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${MAX_GLOBAL_INDEXES}`,
    );
  }
  const described = globalIndex(table.TableArn, index, asked);
  return { members: withIndexes(table, [...indexes, described], input), added: described };
}

function checkedIndex(table: TableDescription, asked: Request, billingMode: unknown): IndexDescription {
  const { IndexName, KeySchema, Projection, ProvisionedThroughput } = asked;
  if (typeof IndexName !== 'string' || !NAME.test(IndexName)) {
    throw invalidParameters(
      `IndexName ${String(IndexName)} must be 3 to 255 of the characters a-z, A-Z, 0-9, _, -, .`,
    );
  }
  const keys = (Array.isArray(KeySchema) ? KeySchema : []) as IndexDescription['KeySchema'];
  const types = keys.map(({ KeyType }) => KeyType).join();
  if (types !== 'HASH' && types !== 'HASH,RANGE') {
    throw invalidParameters('The KeySchema of an index has a HASH key, and after it at most a RANGE key');
  }
  const { ProjectionType, NonKeyAttributes } = (Projection ?? {}) as Request;
  if (!PROJECTIONS.includes(ProjectionType as string)) {
    throw invalidParameters(`Unknown ProjectionType: ${String(ProjectionType ?? null)}`);
  }
  if ((ProjectionType === 'INCLUDE') !== Array.isArray(NonKeyAttributes)) {
    throw invalidParameters(
      `ProjectionType is ${ProjectionType}, but NonKeyAttributes is ${Array.isArray(NonKeyAttributes) ? '' : 'not '}specified`,
    );
  }
  const isOnDemand =
    (billingMode ?? (table.BillingModeSummary as Request | undefined)?.BillingMode) === 'PAY_PER_REQUEST';
  if (!isOnDemand && !ProvisionedThroughput) {
    throw invalidParameters(`ProvisionedThroughput is not specified for index: ${IndexName}`);
  }
  if (isOnDemand && ProvisionedThroughput) {
    throw invalidParameters(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  return {
    IndexName,
    KeySchema: keys,
    Projection,
    ...(isOnDemand ? {} : { ProvisionedThroughput }),
  } as IndexDescription;
}

/** The members that follow from a list of global indexes; without any, the list is not there. */
function withIndexes(table: TableDescription, indexes: readonly IndexDescription[], input: Request): Request {
  const GlobalSecondaryIndexes = indexes.length > 0 ? indexes : undefined;
  return {
    GlobalSecondaryIndexes,
    ...definitionsOf({ ...table, GlobalSecondaryIndexes } as TableDescription, input),
  };
}

/** The definitions of the attributes that are keys: those that were there, and those that are given now. */
function definitionsOf(table: TableDescription, input: Request): { AttributeDefinitions: Definitions } {
  const given = (input.AttributeDefinitions ?? []) as Definitions;
  const known = new Map([...table.AttributeDefinitions, ...given].map((one) => [one.AttributeName, one]));
  const changed = table.AttributeDefinitions.find(
    ({ AttributeName, AttributeType }) => known.get(AttributeName)?.AttributeType !== AttributeType,
  );
  if (changed) {
    throw invalidParameters(`Attribute ${changed.AttributeName} cannot be redefined with another type`);
  }
  const keyed = [table, ...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  const names = new Set(
    keyed.flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName)),
  );
  const missing = [...names].find((name) => !known.has(name));
  if (missing !== undefined) {
    throw invalidParameters(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing}]`,
    );
  }
  return {
    AttributeDefinitions: [...known.values()].filter(({ AttributeName }) => names.has(AttributeName)),
  };
}
