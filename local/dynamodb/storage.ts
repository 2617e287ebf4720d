// Tables and items in dynalite's store. What is written goes in as one batch, items and index entries together, so
// that a transaction is applied whole or not at all.

import type { CloudIdentity } from '../service.ts';
import {
  type BatchOperation,
  fromCallback,
  type IndexDescription,
  type Store,
  storeModule,
  type TableDescription,
} from './dynalite.ts';
import { tableNotFound } from './errors.ts';
import type { Item } from './values.ts';

/** An item that appears (`before` undefined), changes, or goes (`after` undefined). */
export interface ItemChange {
  readonly table: TableDescription;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export function createStore(identity: CloudIdentity): Store {
  const store = storeModule.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  store.tableDb.awsAccountId = identity.accountId;
  store.tableDb.awsRegion = identity.region;
  return store;
}

/** @throws {ServiceError} ResourceNotFoundException */
export async function findTable(store: Store, name: string): Promise<TableDescription> {
  const table = await lookUpTable(store, name);
  if (!table) throw tableNotFound();
  return table;
}

export function lookUpTable(store: Store, name: string): Promise<TableDescription | undefined> {
  return new Promise((resolve) => {
    store.getTable(name, false, (error, table) => resolve(error ? undefined : table));
  });
}

export function saveTable(store: Store, table: TableDescription): Promise<void> {
  return fromCallback((callback) => store.tableDb.put(table.TableName, table, callback));
}

/** In the order of their UTF-8 bytes. */
export function tableNames(store: Store): Promise<string[]> {
  return store.db
    .keys({ gt: TABLE_PREFIX, lt: endOf(TABLE_PREFIX) })
    .all()
    .then((keys) => keys.map((key) => key.slice(TABLE_PREFIX.length)));
}

/** Removes the table with its items and indexes. */
export async function dropTable(store: Store, table: TableDescription): Promise<void> {
  const prefixes = [
    itemPrefix(table),
    ...(table.LocalSecondaryIndexes ?? []).map((index) => indexPrefix('local', table, index.IndexName)),
    ...(table.GlobalSecondaryIndexes ?? []).map((index) => indexPrefix('global', table, index.IndexName)),
  ];
  for (const prefix of prefixes) await store.db.clear({ gte: prefix, lt: endOf(prefix) });
  await store.db.clear({ gte: TABLE_PREFIX + table.TableName, lte: TABLE_PREFIX + table.TableName });
}

/** All items of the table, a page of them in memory at a time. */
export function everyItem(store: Store, table: TableDescription): AsyncIterable<Item> {
  const prefix = itemPrefix(table);
  return store.db.values({ gte: prefix, lt: endOf(prefix) });
}

/** The item with this key; `keyOrItem` has been validated against the table. */
export async function findItem(
  store: Store,
  table: TableDescription,
  keyOrItem: Item,
): Promise<Item | undefined> {
  const key = storeModule.createKey(keyOrItem, table);
  const items = store.getItemDb(table.TableName);
  return (await fromCallback<Item | undefined>((callback) => items.get(key, callback))) ?? undefined;
}

/** Applies all changes or, on an error, none. */
export async function commit(store: Store, changes: readonly ItemChange[]): Promise<void> {
  const effective = changes.filter(({ before, after }) => before !== after);
  const operations = effective.flatMap((change) => [itemOperation(change), ...indexOperations(change)]);
  if (operations.length > 0) await fromCallback<void>((callback) => store.db.batch(operations, callback));
}

function itemOperation({ table, before, after }: ItemChange): BatchOperation {
  const key = itemPrefix(table) + storeModule.createKey((after ?? before) as Item, table);
  return after ? { type: 'put', key, value: after } : { type: 'del', key };
}

function indexOperations(change: ItemChange): BatchOperation[] {
  return [
    ...operationsOn('local', change.table.LocalSecondaryIndexes ?? [], change),
    ...operationsOn('global', change.table.GlobalSecondaryIndexes ?? [], change),
  ];
}

function operationsOn(
  kind: 'local' | 'global',
  indexes: readonly IndexDescription[],
  { table, before, after }: ItemChange,
): BatchOperation[] {
  const { puts, deletes } = storeModule.getIndexActions(indexes, before, after, table);
  const entry = (index: string, key: string): string => indexPrefix(kind, table, index) + key;
  return [
    ...deletes.map(({ index, key }) => ({ type: 'del' as const, key: entry(index, key) })),
    ...puts.map(({ index, key, item }) => ({ type: 'put' as const, key: entry(index, key), value: item })),
  ];
}

// The prefixes under which dynalite keeps its entries. `~` sorts after every character of a name or key.

const TABLE_PREFIX = 'table~';

function itemPrefix(table: TableDescription): string {
  return `item-${table.TableName}~`;
}

function indexPrefix(kind: 'local' | 'global', table: TableDescription, index: string): string {
  return `index-${kind}~${table.TableName}~${index}~`;
}

function endOf(prefix: string): string {
  return `${prefix}~`;
}
