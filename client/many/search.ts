// Queries and scans: pages of DynamoDB as results, up to a limit, with a cursor of where each segment stands.

import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { keyAttributes } from '../../core/keys/item-key.ts';
import { toItem } from '../../core/values/attributes.ts';
import { fromSdkItem, type GivenSdkValue, toSdkItem } from '../../core/values/sdk-item.ts';
import { withRetries } from '../calls/retry.ts';
import { asRejected } from '../errors/rejected.ts';
import type { LazyItem } from '../read/lazy.ts';
import type { ReadContext } from '../read/read.ts';
import type { SdkItem } from '../read/snapshot.ts';
import { fromCursor, type Reading, toCursor } from './cursor.ts';
import {
  aheadOf,
  checkNumber,
  finisher,
  heldOptions,
  isLoading,
  LOADED_PAGE,
  projectionOf,
} from './options.ts';
import { type Asked, querySearch, type Search, scanSearch } from './request.ts';
import { FoundResults, type RawPage } from './results.ts';
import type { Results, SearchOptions } from './types.ts';
import { type Answer, type Place, walk } from './walk.ts';

const MAX_SEGMENTS = 100;

type Options = SearchOptions & Asked & { readonly segments?: number | undefined };

/** What is read, in which part of it, as far as it stays the same from page to page. */
interface Plan {
  readonly context: ReadContext;
  readonly options: Options;
  readonly search: Search;
  readonly isQuery: boolean;
  readonly segments: number;
  readonly reading: Reading;
}

/** @throws {Rejected} InvalidInput */
export function query(context: ReadContext, options: object): Results<LazyItem> {
  return refusing(() => {
    const held = heldOptions(options as Options, ['partition', 'sort', 'index', 'filter', 'order', 'limit']);
    return results(context, held, querySearch(held, context.store), 'query');
  });
}

/** @throws {Rejected} InvalidInput */
export function scan(context: ReadContext, options: object): Results<LazyItem> {
  return refusing(() => {
    const held = heldOptions(options as Options, ['segments', 'index', 'filter', 'limit']);
    checkNumber('segments', held.segments, MAX_SEGMENTS);
    return results(context, held, scanSearch(held), 'scan');
  });
}

function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    asRejected(error);
  }
}

function results(
  context: ReadContext,
  options: Options,
  search: Search,
  kind: 'query' | 'scan',
): Results<LazyItem> {
  const { segments = 1, limit, cursor, signal } = options;
  checkNumber('limit', limit);
  const values = fromSdkItem(search.ExpressionAttributeValues as Readonly<Record<string, GivenSdkValue>>);
  const what = [{ ...search, ExpressionAttributeValues: values }, segments];
  const reading: Reading = { kind, store: context.store, what };
  const from = cursor === undefined ? undefined : placesOf(cursor, reading, segments);
  const plan: Plan = { context, options, search, isQuery: kind === 'query', segments, reading };
  return new FoundResults<LazyItem>({
    pages: (stop) => pagesOf(plan, from ?? new Array<Place>(segments).fill('start'), stop),
    isBounded: limit !== undefined,
    ahead: aheadOf(options),
    signal,
  });
}

async function* pagesOf(
  plan: Plan,
  from: readonly Place[],
  signal: AbortSignal,
): AsyncGenerator<RawPage<LazyItem>, void, undefined> {
  const { context, options, search, reading } = plan;
  const finish = finisher(context, options, { isItem: search.IndexName === undefined });
  const { names, consumed: before } = await keyNamesOf(plan, signal);
  const steps = {
    read: reader(plan, names ?? [], signal),
    isUnfiltered: search.FilterExpression === undefined,
    pageSize: isLoading(options) ? LOADED_PAGE : undefined,
    after: names && ((item: SdkItem) => picked(item, names)),
  };
  let more = before;
  for await (const { items, places, consumed } of walk(steps, from, options.limit)) {
    yield {
      found: items.map(finish),
      cursor: places && toCursor(reading, places.map(asText)),
      consumed: consumed === undefined ? undefined : consumed + more,
    };
    more = 0;
  }
}

/**
 * Names of the attributes that tell the place of an item: the table's key, of an index its own besides. Those are
 * known by where a page ends, so that a page of one item is read where a page may have to be cut.
 */
async function keyNamesOf(
  plan: Plan,
  signal: AbortSignal,
): Promise<{ readonly names: readonly string[] | undefined; readonly consumed: number }> {
  const { context, options, search, segments } = plan;
  const tableKey = keyAttributes(context.store.key).map(({ name }) => name);
  if (search.IndexName === undefined) return { names: tableKey, consumed: 0 };
  const mayBeCut = search.FilterExpression !== undefined || segments > 1;
  if (options.limit === undefined || !mayBeCut) return { names: undefined, consumed: 0 };
  const { next, consumed = 0 } = await send(plan, { ...unfiltered(plan), Limit: 1 }, signal);
  return { names: next && Object.keys(next), consumed };
}

/** The same search for all there is, filter and projection left out. */
function unfiltered({ search }: Plan): object {
  const isOwn = ([placeholder]: [string, unknown]) => /^[#:]tw_k/.test(placeholder);
  const {
    FilterExpression: _,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ...rest
  } = search;
  return {
    ...rest,
    ExpressionAttributeNames: Object.fromEntries(Object.entries(names).filter(isOwn)),
    ExpressionAttributeValues: Object.fromEntries(Object.entries(values).filter(isOwn)),
  };
}

function reader(plan: Plan, placeNames: readonly string[], signal: AbortSignal) {
  const { context, options, search, segments } = plan;
  const isTable = search.IndexName === undefined;
  const projection = projectionOf(options, context.store, [...search.keyNames, ...placeNames], isTable);
  const request = {
    ...search,
    ...projection,
    ExpressionAttributeNames: { ...search.ExpressionAttributeNames, ...projection?.ExpressionAttributeNames },
  };
  return (segment: number, after: SdkItem | undefined, most: number | undefined): Promise<Answer> => {
    const part = {
      ...(segments > 1 && { Segment: segment, TotalSegments: segments }),
      ...(after !== undefined && { ExclusiveStartKey: after }),
      ...(most !== undefined && { Limit: most }),
    };
    return send(plan, { ...request, ...part }, signal);
  };
}

async function send(
  { context: { store, dynamodb }, options, isQuery }: Plan,
  { keyNames: _, ...search }: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Answer> {
  const { consistent = search.IndexName === undefined, consumed: isCounted = false } = options;
  const input = {
    ...search,
    TableName: store.table,
    ConsistentRead: consistent,
    // DynamoDB refuses empty ones.
    ExpressionAttributeNames: filled(search.ExpressionAttributeNames as Record<string, string>),
    ExpressionAttributeValues: filled(search.ExpressionAttributeValues as Record<string, never>),
    ...(isCounted && { ReturnConsumedCapacity: 'TOTAL' as const }),
  };
  const answer = await withRetries(
    () =>
      isQuery
        ? dynamodb.send(new QueryCommand(input), { abortSignal: signal })
        : dynamodb.send(new ScanCommand(input), { abortSignal: signal }),
    signal,
  );
  return {
    items: answer.Items ?? [],
    next: answer.LastEvaluatedKey,
    consumed: isCounted ? (answer.ConsumedCapacity?.CapacityUnits ?? 0) : undefined,
  };
}

function filled<T extends object>(record: T): T | undefined {
  return Object.keys(record).length === 0 ? undefined : record;
}

function picked(item: SdkItem, names: readonly string[]): SdkItem {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

const placeSchema = z.union([z.enum(['start', 'end']), z.record(z.string(), z.unknown())]);

/** @throws {SagaError} InvalidInput */
function placesOf(cursor: unknown, reading: Reading, segments: number): readonly Place[] {
  return fromCursor(cursor, reading, z.array(placeSchema).length(segments)).map((place) =>
    typeof place === 'string' ? place : toSdkItem(toItem(place, 'dynamodb', 'cursor')),
  );
}

function asText(place: Place): unknown {
  return typeof place === 'string' ? place : fromSdkItem(place as Readonly<Record<string, GivenSdkValue>>);
}
