// GetItem, BatchGetItem, Query and Scan. dynalite walks keys and indexes; filters and projections are applied here,
// since its comparisons miss maps, lists and binary.

import { own } from '../records.ts';
import { capacityByTable, consumedCapacity, readUnits } from './capacity.ts';
import { meets } from './condition.ts';
import {
  assertValid,
  type ParsedExpressions,
  perform,
  type Request,
  type Store,
  storeModule,
  type TableCallback,
  type TableDescription,
  validated,
} from './dynalite.ts';
import { validationError } from './errors.ts';
import { checkKeySizes, checkNoEmptyKey, keyNames } from './keys.ts';
import { checkExpressionSizes, checkOperands } from './limits.ts';
import { itemSize } from './sizes.ts';
import { findItem, findTable } from './storage.ts';
import type { Item, Path } from './values.ts';
import { walkPages } from './walks.ts';

walkPages();

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** A read of one item whose request has been validated. */
export interface KeyedRead {
  readonly tableName: string;
  readonly key: Item;
  readonly request: Request & ParsedExpressions;
}

export async function getItem(store: Store, input: Request): Promise<object> {
  const read = parseGet(store, input);
  const item = await readItem(store, read);
  const units = readUnits(item, input.ConsistentRead ? 'strong' : 'eventual');
  return {
    Item: item && project(item, read.request),
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, read.tableName, units),
  };
}

/** @throws {ServiceError} ValidationException, SerializationException */
export function parseGet(store: Store, input: Request): KeyedRead {
  checkExpressionSizes(input);
  const request = validated('getItem', input, store);
  return { tableName: request.TableName as string, key: request.Key as Item, request };
}

/** @throws {ServiceError} ResourceNotFoundException; ValidationException when the key does not fit the table */
export async function readItem(
  store: Store,
  { tableName, key, request }: KeyedRead,
): Promise<Item | undefined> {
  const table = await findTable(store, tableName);
  checkNoEmptyKey(key, table);
  assertValid(storeModule.validateKey(key, table));
  checkKeySizes(key, table);
  assertValid(storeModule.validateKeyPaths(request._projection?.nestedPaths, table));
  return findItem(store, table, key);
}

export function project(item: Item, request: Request & ParsedExpressions): Item {
  const paths = request._projection?.paths ?? (request.AttributesToGet as readonly string[] | undefined);
  return paths ? storeModule.mapPaths(paths as readonly (Path | string)[], item) : item;
}

interface KeysAndAttributes extends ParsedExpressions {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
  readonly [member: string]: unknown;
}

export async function batchGetItem(store: Store, input: Request): Promise<object> {
  const request = validated('batchGetItem', input, store);
  const tables = Object.entries(request.RequestItems as Readonly<Record<string, KeysAndAttributes>>);
  const responses = new Map<string, Item[]>();
  const unprocessed = new Map<string, object>();
  const uses: { tableName: string; units: number }[] = [];
  let bytes = 0;
  for (const [tableName, wanted] of tables) {
    const found: Item[] = [];
    responses.set(tableName, found);
    const left: Item[] = [];
    for (const key of wanted.Keys) {
      const item = await readItem(store, { tableName, key, request: wanted });
      if (item && bytes + itemSize(item) > MAX_BATCH_BYTES) {
        left.push(key);
        continue;
      }
      bytes += item ? itemSize(item) : 0;
      uses.push({ tableName, units: readUnits(item, wanted.ConsistentRead ? 'strong' : 'eventual') });
      if (item) found.push(project(item, wanted));
    }
    if (left.length > 0) unprocessed.set(tableName, { ...originalOf(input, tableName), Keys: left });
  }
  return {
    Responses: Object.fromEntries(responses),
    UnprocessedKeys: Object.fromEntries(unprocessed),
    ConsumedCapacity: capacityByTable(input.ReturnConsumedCapacity, uses),
  };
}

function originalOf(input: Request, tableName: string): object {
  return own(input.RequestItems as Readonly<Record<string, object>>, tableName) ?? {};
}

interface Page {
  readonly Items?: readonly Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
  readonly ConsumedCapacity?: unknown;
}

/** A page of Query or Scan; `Limit` and the 1 MB of a page count what was read, before the filter. */
export async function readPage(store: Store, operation: 'query' | 'scan', input: Request): Promise<Page> {
  checkExpressionSizes(input);
  const request = validated(operation, input, store);
  checkOperands('FilterExpression', request._filter?.expression);
  const table = await findTable(store, request.TableName as string);
  checkPaths(operation, request, table);
  const { _filter, _projection, QueryFilter, ScanFilter, AttributesToGet, Select, ...unfiltered } = request;
  const selection = Select === 'COUNT' ? {} : { Select };
  const page = await perform<Page>(operation, withTable(store, table), { ...unfiltered, ...selection });
  const items = (page.Items ?? []).filter((item) => passes(item, request));
  const { Items: _, ...rest } = page;
  return {
    ...rest,
    Count: items.length,
    ...(Select !== 'COUNT' && { Items: items.map((item) => project(item, request)) }),
  };
}

function passes(item: Item, request: Request & ParsedExpressions): boolean {
  if (request._filter) return meets(item, request._filter.expression);
  const filter = request.QueryFilter ?? request.ScanFilter;
  return !filter || storeModule.matchesFilter(item, filter, request.ConditionalOperator);
}

function checkPaths(
  operation: 'query' | 'scan',
  request: Request & ParsedExpressions,
  table: TableDescription,
): void {
  assertValid(storeModule.validateKeyPaths(request._projection?.nestedPaths, table));
  assertValid(storeModule.validateKeyPaths(request._filter?.nestedPaths, table));
  if (operation === 'scan') return;
  const filtered = request._filter?.pathHeads ?? request.QueryFilter ?? {};
  const key = keysRead(request, table).find((name) => name in (filtered as object));
  if (key !== undefined) {
    throw validationError(
      `${request._filter ? 'Filter Expression' : 'QueryFilter'} can only contain non-primary key attributes: ` +
        `Primary key attribute: ${key}`,
    );
  }
}

/** The key attributes of the index that is read, or of the table. */
function keysRead(request: Request, table: TableDescription): string[] {
  const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  const index = indexes.find((candidate) => candidate.IndexName === request.IndexName);
  return index ? index.KeySchema.map((element) => element.AttributeName) : keyNames(table);
}

/** A store that answers for the table at once, so that what dynalite throws on the way reaches the caller. */
function withTable(store: Store, table: TableDescription): Store {
  const getTable = (_name: string, ...rest: [boolean, TableCallback] | [TableCallback]): void => {
    const callback = rest.at(-1) as TableCallback;
    callback(undefined, table);
  };
  return { ...store, getTable };
}
