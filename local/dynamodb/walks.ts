// A page of a query or scan, once dynalite's action has found the range of keys to walk: over LevelDB's iterator itself. Node's
// streams and the library on top of them, which dynalite would use, cost more than all else of a page.

import { type KeyRange, type Request, type Store, storeModule, type TableDescription } from './dynalite.ts';
import { indexPrefix, itemPrefix, readEntry } from './storage.ts';
import type { Item } from './values.ts';

const READ_AT_ONCE = 100;
/** Of a page; the item that passes it is in it. */
const MAX_PAGE_BYTES = 1024 * 1024;
const BYTES_PER_UNIT = 4096;

/** Makes dynalite's actions read their pages here. */
export function walkPages(): void {
  storeModule.queryTable = (store, table, data, range, isLocal, fetches, startKeyNames, callback) => {
    const walk = { store, table, data, isLocal, fetches, startKeyNames };
    readPage(walk, range).then((page) => callback(null, page), callback);
  };
}

interface Walk {
  readonly store: Store;
  readonly table: TableDescription;
  readonly data: Request;
  /** Of the index: a local one, or a global one. */
  readonly isLocal: boolean | undefined;
  /** Whether the index has only a part of what is asked for, so that each item is read from the table. */
  readonly fetches: boolean;
  readonly startKeyNames: readonly string[];
}

async function readPage(walk: Walk, range: KeyRange): Promise<object> {
  const { store, table, data, isLocal, fetches, startKeyNames } = walk;
  const { IndexName, Limit = Number.POSITIVE_INFINITY } = data as { IndexName?: string; Limit?: number };
  const prefix =
    IndexName === undefined
      ? itemPrefix(table.TableName)
      : indexPrefix(isLocal ? 'local' : 'global', table.TableName, IndexName);
  const rangeKey = table.KeySchema[1]?.AttributeName;
  const items: Item[] = [];
  const read = { table: 0, index: 0 };
  let bytes = 0;
  const isFull = (): boolean => items.length >= Limit || bytes >= MAX_PAGE_BYTES;
  for await (const entry of entries(store, below(prefix, range))) {
    if (isFull()) break;
    const item = fetches ? await itemOf(store, table, entry) : entry;
    if (data.ReturnConsumedCapacity !== undefined) {
      if (IndexName !== undefined) read.index += storeModule.itemSize(entry);
      if (IndexName === undefined || fetches) read.table += storeModule.itemSize(item);
    }
    bytes += storeModule.itemSize(item, true, true, rangeKey);
    items.push(item);
  }
  const last = items.at(-1);
  return {
    ScannedCount: items.length,
    ...(isFull() && last && { LastEvaluatedKey: keyOf(last, startKeyNames) }),
    Count: items.length,
    ...(data.Select !== 'COUNT' && { Items: items }),
    ...capacity(walk, read),
  };
}

async function* entries(store: Store, range: KeyRange): AsyncGenerator<Item> {
  const values = store.db.values(range);
  try {
    for (;;) {
      const some = await values.nextv(READ_AT_ONCE);
      if (some.length === 0) return;
      yield* some;
    }
  } finally {
    await values.close();
  }
}

async function itemOf(store: Store, table: TableDescription, entry: Item): Promise<Item> {
  const key = itemPrefix(table.TableName) + storeModule.createKey(entry, table);
  return (await readEntry(store, key)) as Item;
}

function keyOf(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
}

function below(prefix: string, { gt, gte, lt, lte, ...rest }: KeyRange): KeyRange {
  const lower = gt === undefined ? { gte: prefix + (gte ?? '') } : { gt: prefix + gt };
  const upper = lte === undefined ? { lt: prefix + (lt ?? '~') } : { lte: prefix + lte };
  return { ...rest, ...lower, ...upper };
}

/** What `ReturnConsumedCapacity` asks for, of the bytes that were read. */
function capacity({ table, data, isLocal }: Walk, read: { readonly table: number; readonly index: number }) {
  const mode = data.ReturnConsumedCapacity;
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return {};
  const unitsOf = (bytes: number) => Math.ceil(bytes / BYTES_PER_UNIT) * (data.ConsistentRead ? 1 : 0.5);
  const units = { table: unitsOf(read.table), index: unitsOf(read.index) };
  const indexes = isLocal ? 'LocalSecondaryIndexes' : 'GlobalSecondaryIndexes';
  return {
    ConsumedCapacity: {
      CapacityUnits: units.table + units.index,
      TableName: table.TableName,
      ...(mode === 'INDEXES' && { Table: { CapacityUnits: units.table } }),
      ...(mode === 'INDEXES' &&
        data.IndexName !== undefined && {
          [indexes]: { [String(data.IndexName)]: { CapacityUnits: units.index } },
        }),
    },
  };
}
