// Items by any number of keys: a hundred at a time, and each key gets its answer.

import { BatchGetItemCommand, type BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput, SagaError } from '../../core/errors/errors.ts';
import { keyAttributes } from '../../core/keys/item-key.ts';
import { toBase64 } from '../../core/values/encoding.ts';
import { canonicalNumber } from '../../core/values/numbers.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { inOrder } from '../calls/in-order.ts';
import { jittered, sleep } from '../calls/pause.ts';
import { withRetries } from '../calls/retry.ts';
import { copyOf } from '../content/copy.ts';
import { KeysUnread } from '../errors/read-errors.ts';
import { asRejected } from '../errors/rejected.ts';
import type { ReadContext } from '../read/read.ts';
import { keyOf, type Projection, type SdkItem } from '../read/snapshot.ts';
import { decodeItem, encodeKey } from '../values.ts';
import { fromCursor, type Reading, shortDigest, toCursor } from './cursor.ts';
import { aheadOf, finisher, heldOptions, isLoading, LOADED_PAGE, projectionOf } from './options.ts';
import { type Finish, FoundResults, type RawPage } from './results.ts';
import type { GetManyOptions, KeyResult, Results } from './types.ts';

/** Keys that one BatchGetItem takes (API reference). */
const BATCH = 100;
/** Batches that are under way or wait, for keys that are all there. */
const PARALLEL_BATCHES = 4;
/** Answers in a row with which nothing of what was left was read, until it is given up: 13 s or so. */
const MAX_FAILURES = 9;
/** After an answer that leaves keys unread; doubled each time, in milliseconds. */
const FIRST_PAUSE_MS = 50;

type Keys = Iterable<object> | AsyncIterable<object>;

interface GivenKey {
  readonly given: object;
  readonly key: SdkItem;
  /** Equal for equal keys. */
  readonly identity: string;
}

interface Batch {
  readonly keys: readonly GivenKey[];
  /** After these; undefined where it is known that none follow. */
  readonly place: Place | undefined;
}

const placeSchema = z.strictObject({ taken: z.number(), digest: z.string() });
/** So many keys of the source, and a digest of them. */
type Place = z.infer<typeof placeSchema>;

/** @throws {Rejected} InvalidInput for wrong options, and for keys that are no list */
export function getMany(context: ReadContext, keys: Keys, options: GetManyOptions): Results<KeyResult> {
  try {
    const reading: Reading = { kind: 'getMany', store: context.store, what: 'keys' };
    const held = heldOptions(options, []);
    const source = heldKeys(keys);
    const { cursor, signal } = held;
    const from = cursor === undefined ? undefined : fromCursor(cursor, reading, placeSchema);
    const read = batchReader(context, held);
    return new FoundResults<KeyResult>({
      pages: (stop) => pagesOf(read, batchesOf(source, from, context.store, held), reading, stop),
      isBounded: true,
      ahead: aheadOf(held),
      signal,
    });
  } catch (error) {
    asRejected(error);
  }
}

interface Batches {
  readonly batches: AsyncIterable<Batch>;
  readonly ahead: number;
}

type ReadBatch = (
  keys: readonly GivenKey[],
  signal: AbortSignal,
) => Promise<{ readonly found: readonly Finish<KeyResult>[]; readonly consumed: number | undefined }>;

async function* pagesOf(
  read: ReadBatch,
  { batches, ahead }: Batches,
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<RawPage<KeyResult>, void, undefined> {
  yield* inOrder(batches, ahead, async ({ keys, place }) => ({
    ...(await read(keys, signal)),
    cursor: place && toCursor(reading, place),
  }));
}

/** Keys that are all there are taken as they are now; others as they come. */
function heldKeys(keys: Keys): Keys {
  if (Array.isArray(keys)) return keys.map((key) => copyOf(key));
  const given: unknown = keys;
  const isSource =
    typeof given === 'object' &&
    given !== null &&
    (Symbol.iterator in given || Symbol.asyncIterator in given);
  if (!isSource) throw invalidInput('keys', given, 'expected keys: an array, or any other iterable');
  return keys;
}

function batchesOf(
  keys: Keys,
  from: Place | undefined,
  store: StoreDescriptor,
  options: GetManyOptions,
): Batches {
  const size = isLoading(options) ? LOADED_PAGE : BATCH;
  // A source that waits for something must not keep what is there from being given.
  const ahead = Array.isArray(keys) ? PARALLEL_BATCHES : 1;
  return { batches: inBatches(keys, from, size, store), ahead };
}

async function* inBatches(
  keys: Keys,
  from: Place | undefined,
  size: number,
  store: StoreDescriptor,
): AsyncGenerator<Batch, void, undefined> {
  let place: Place = { taken: 0, digest: '' };
  let batch: GivenKey[] = [];
  for await (const given of keys) {
    const key = givenKey(given, place.taken, store);
    place = { taken: place.taken + 1, digest: shortDigest(place.digest + key.identity) };
    if (from !== undefined && place.taken <= from.taken) {
      if (place.taken === from.taken) checkPlace(place, from);
      continue;
    }
    batch.push(key);
    if (batch.length < size) continue;
    yield { keys: batch, place: Array.isArray(keys) && place.taken === keys.length ? undefined : place };
    batch = [];
  }
  if (from !== undefined && place.taken < from.taken) checkPlace(place, from);
  if (batch.length > 0) yield { keys: batch, place: undefined };
}

function checkPlace(place: Place, from: Place): void {
  if (place.digest === from.digest) return;
  asRejected(invalidInput('cursor', undefined, `is of other keys than the first ${from.taken} of these`));
}

function givenKey(given: object, at: number, store: StoreDescriptor): GivenKey {
  const held = copyOf(given);
  try {
    const key = toSdkItem(encodeKey(held, store.key));
    return { given: held, key, identity: identityOf(key, store) };
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    asRejected(invalidInput(`keys[${at}]`, held, error.message));
  }
}

function identityOf(item: SdkItem, { key: schema }: StoreDescriptor): string {
  return JSON.stringify(
    keyAttributes(schema).map(({ name }) => {
      const { S, N, B } = item[name] ?? {};
      if (N !== undefined) return canonicalNumber(N) ?? N;
      return B === undefined ? S : toBase64(B);
    }),
  );
}

function batchReader(context: ReadContext, options: GetManyOptions): ReadBatch {
  const finish = finisher(context, options, { isItem: true });
  const projection = projectionOf(options, context.store);
  return async (keys, signal) => {
    const { items, consumed } = await readBatch(context, keys, options, projection, signal);
    const found = keys.map(({ given, identity }): Finish<KeyResult> => {
      const item = items.get(identity);
      if (item === undefined) return () => ({ key: given as KeyResult['key'], item: null });
      return async (stop, spent) => ({
        key: given as KeyResult['key'],
        item: (await finish(item)(stop, spent)) ?? null,
      });
    });
    return { found, consumed };
  };
}

interface ReadItems {
  readonly items: ReadonlyMap<string, SdkItem>;
  readonly consumed: number | undefined;
}

/** @throws {KeysUnread} when DynamoDB leaves keys unread, time and again */
async function readBatch(
  { store, dynamodb }: ReadContext,
  keys: readonly GivenKey[],
  { consistent = true, consumed: isCounted = false }: GetManyOptions,
  projection: Projection | undefined,
  signal: AbortSignal,
): Promise<ReadItems> {
  const items = new Map<string, SdkItem>();
  let consumed: number | undefined;
  let left: SdkItem[] = [...new Map(keys.map(({ identity, key }) => [identity, key])).values()];
  for (let failures = 0; left.length > 0; ) {
    const command = new BatchGetItemCommand({
      RequestItems: {
        [store.table]: {
          Keys: left.map((key) => ({ ...key })),
          ConsistentRead: consistent,
          ...copyOf(projection),
        },
      },
      ...(isCounted && { ReturnConsumedCapacity: 'TOTAL' }),
    });
    const answer: BatchGetItemCommandOutput = await withRetries(
      () => dynamodb.send(command, { abortSignal: signal }),
      signal,
    );
    for (const item of answer.Responses?.[store.table] ?? []) {
      items.set(identityOf(item, store), item);
    }
    for (const { CapacityUnits = 0 } of answer.ConsumedCapacity ?? [])
      consumed = (consumed ?? 0) + CapacityUnits;
    const unread = answer.UnprocessedKeys?.[store.table]?.Keys ?? [];
    failures = unread.length < left.length ? 0 : failures + 1;
    left = unread;
    if (failures >= MAX_FAILURES)
      throw new KeysUnread(
        left.map((key) => decodeItem(keyOf(key, store))),
        failures,
      );
    if (left.length > 0) await sleep(jittered(FIRST_PAUSE_MS * 2 ** failures), signal);
  }
  return { items, consumed };
}
