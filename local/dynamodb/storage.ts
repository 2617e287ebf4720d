// Tables and items in dynalite's store. What is written goes in as one batch, items and index entries together, so
// that a transaction is applied whole or not at all. In a folder that holds also when the process is killed: the batch
// is one record of LevelDB's log, with the operating system before it is acknowledged, and not forced to the disk.

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

const FILLED_AT_ONCE = 500;

/** @param folder - where LevelDB keeps the data; without it, they are in memory */
export function createStore(identity: CloudIdentity, folder?: string): Store {
  const store = storeModule.create({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
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

export async function lookUpTable(store: Store, name: string): Promise<TableDescription | undefined> {
  const known = knownTables(store);
  const table =
    known.get(name) ?? ((await readEntry(store, TABLE_PREFIX + name)) as TableDescription | undefined);
  if (table) known.set(name, table);
  return table;
}

export async function saveTable(store: Store, table: TableDescription): Promise<void> {
  try {
    await fromCallback<void>((callback) => store.tableDb.put(table.TableName, table, callback));
  } finally {
    knownTables(store).delete(table.TableName);
  }
}

const known = new WeakMap<Store['db'], Map<string, TableDescription>>();

/** Descriptions that were read before: every operation needs one, and reading is parsing. */
function knownTables({ db }: Store): Map<string, TableDescription> {
  const tables = known.get(db) ?? new Map<string, TableDescription>();
  known.set(db, tables);
  return tables;
}

/** In the order of their UTF-8 bytes. */
export function tableNames(store: Store): Promise<string[]> {
  return store.db
    .keys({ gt: TABLE_PREFIX, lt: endOf(TABLE_PREFIX) })
    .all()
    .then((keys) => keys.map((key) => key.slice(TABLE_PREFIX.length)));
}

/** Removes the table with its items and indexes; the table first, so that it is never seen with some of its items. */
export async function dropTable(store: Store, table: TableDescription): Promise<void> {
  const key = TABLE_PREFIX + table.TableName;
  knownTables(store).delete(table.TableName);
  await store.db.clear({ gte: key, lte: key });
  await clearEntries(store, table);
}

/** Removes all items of the table and what its indexes have of them. */
export async function clearEntries(store: Store, table: TableDescription): Promise<void> {
  const prefixes = [
    itemPrefix(table.TableName),
    ...(table.LocalSecondaryIndexes ?? []).map((index) =>
      indexPrefix('local', table.TableName, index.IndexName),
    ),
    ...(table.GlobalSecondaryIndexes ?? []).map((index) =>
      indexPrefix('global', table.TableName, index.IndexName),
    ),
  ];
  for (const prefix of prefixes) await store.db.clear({ gte: prefix, lt: endOf(prefix) });
}

/** Removes what a global index has of the table's items. */
export async function clearIndex(store: Store, table: TableDescription, index: string): Promise<void> {
  const prefix = indexPrefix('global', table.TableName, index);
  await store.db.clear({ gte: prefix, lt: endOf(prefix) });
}

/** Adds to a global index what it has of the table's items, some at a time. */
export async function fillIndex(
  store: Store,
  table: TableDescription,
  index: IndexDescription,
  fits: (item: Item) => boolean,
): Promise<void> {
  let batch: BatchOperation[] = [];
  const write = async (): Promise<void> => {
    const operations = batch;
    batch = [];
    if (operations.length > 0) await fromCallback<void>((callback) => store.db.batch(operations, callback));
  };
  for await (const item of everyItem(store, table)) {
    if (!fits(item)) continue;
    batch.push(...operationsOn('global', [index], { table, before: undefined, after: item }));
    if (batch.length >= FILLED_AT_ONCE) await write();
  }
  await write();
}

/** All items of the table, a page of them in memory at a time. */
export function everyItem(store: Store, table: TableDescription): AsyncIterable<Item> {
  const prefix = itemPrefix(table.TableName);
  return store.db.values({ gte: prefix, lt: endOf(prefix) });
}

/** The item with this key; `keyOrItem` has been validated against the table. */
export async function findItem(
  store: Store,
  table: TableDescription,
  keyOrItem: Item,
): Promise<Item | undefined> {
  const key = storeModule.createKey(keyOrItem, table);
  return (await readEntry(store, itemPrefix(table.TableName) + key)) as Item | undefined;
}

/** At once: a callback would come in a later turn of the event loop, and a write keeps all others waiting for it. */
export async function readEntry(store: Store, key: string): Promise<object | undefined> {
  if (store.db.status === 'opening') await store.db.open();
  return store.db.getSync(key);
}

/**
 * Applies all changes or, on an error, none.
 * @param beside - what is applied with them
 */
export async function commit(
  store: Store,
  changes: readonly ItemChange[],
  beside: readonly BatchOperation[] = [],
): Promise<void> {
  const effective = changes.filter(({ before, after }) => before !== after);
  const operations = [
    ...effective.flatMap((change) => [itemOperation(change), ...indexOperations(change)]),
    ...beside,
  ];
  if (operations.length > 0) await fromCallback<void>((callback) => store.db.batch(operations, callback));
}

function itemOperation({ table, before, after }: ItemChange): BatchOperation {
  const key = itemPrefix(table.TableName) + storeModule.createKey((after ?? before) as Item, table);
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
  const entry = (index: string, key: string): string => indexPrefix(kind, table.TableName, index) + key;
  return [
    ...deletes.map(({ index, key }) => ({ type: 'del' as const, key: entry(index, key) })),
    ...puts.map(({ index, key, item }) => ({ type: 'put' as const, key: entry(index, key), value: item })),
  ];
}

/** All entries that were applied beside items under keys with this prefix, with the rest of their keys. */
export async function* entriesBeside(
  store: Store,
  prefix: string,
): AsyncGenerator<readonly [name: string, value: object]> {
  for await (const [key, value] of store.db.iterator({ gte: prefix, lt: endOf(prefix) })) {
    yield [key.slice(prefix.length), value];
  }
}

// The prefixes under which dynalite keeps its entries. `~` sorts after every character of a name or key.

const TABLE_PREFIX = 'table~';

export function itemPrefix(table: string): string {
  return `item-${table}~`;
}

export function indexPrefix(kind: 'local' | 'global', table: string, index: string): string {
  return `index-${kind}~${table}~${index}~`;
}

function endOf(prefix: string): string {
  return `${prefix}~`;
}
