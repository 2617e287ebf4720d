// Items that a read of many has found, with the content of those large attributes that are to be loaded.

import { inParallel } from '../calls/parallel.ts';
import { ownSignal } from '../calls/signal.ts';
import { IntegrityError } from '../errors/read-errors.ts';
import type { Pointer } from './content-reader.ts';
import type { DownloadOptions } from './item.ts';
import type { StoredObject, WhyGone } from './large-object.ts';
import type { LazyItem } from './lazy.ts';
import { type Confirm, PointedObject } from './lazy-object.ts';
import { loaded, type ReadContext, read } from './read.ts';
import {
  keyOf,
  plainOf,
  type SdkItem,
  type Snapshot,
  type SnapshotOptions,
  SpoiledItem,
  snapshotOf,
  snapshotsAt,
} from './snapshot.ts';
import { explain, movedFrom, pointerOf, untorn } from './untorn.ts';

/** How far a snapshot is to be trusted. */
export interface Trust {
  /** It is of the table itself. Otherwise the item is read again before content is fetched. */
  readonly isItem: boolean;
}

export interface LoadOptions extends SnapshotOptions {
  /** Whose content to fetch. */
  readonly load: boolean | readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Lets so many downloads run at a time. */
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>;
  readonly onProgress?: DownloadOptions['onProgress'];
}

/** An item as DynamoDB gave it, with pointers; one with a spoiled `_saga` fails by itself. */
export function foundItem(context: ReadContext, item: SdkItem, trust: Trust): LazyItem {
  try {
    return lazyItem(context, snapshotOf(item, context.store), trust);
  } catch (error) {
    return spoiledItem(context, error);
  }
}

/** The item with pointers, as it was found. */
export function lazyItem(
  context: ReadContext,
  snapshot: Snapshot,
  { isItem }: Trust,
  contents: ReadonlyMap<string, StoredObject | IntegrityError> = new Map(),
): LazyItem {
  const { key, attributes } = plainOf(snapshot, context.store);
  const { whyGone, confirm } = rereadingOf(context, snapshot);
  const large = [...snapshot.uris].map(([name, uri]) => {
    const content = contents.get(name);
    const fault = content instanceof IntegrityError ? content : undefined;
    const loaded = content instanceof IntegrityError ? undefined : content;
    const pointer = fault ?? pointerOrFault(context, name, uri);
    const options = { loaded, confirm: isItem ? undefined : confirm };
    return [name, new PointedObject(uri, pointer, whyGone, options)] as const;
  });
  return {
    key,
    problem: undefined,
    // A part without `_saga` says nothing: the item may have it.
    version: (isItem ? snapshot.version : (snapshot.version ?? undefined)) as number | null,
    attributes,
    large: Object.fromEntries(large),
    get: (options = {}) => read(context, key, options),
  };
}

/**
 * The item with the content of what is to be loaded: as it was found, or as a consistent read shows it since; undefined
 * once it is deleted. What is spoiled of it, the item itself or an object, fails by itself.
 * @throws {TwinwriteError} ReadContended, ReadFailed
 */
export async function loadedItem(
  context: ReadContext,
  found: SdkItem,
  { isItem }: Trust,
  { load, signal, inTurn, onProgress, ...options }: LoadOptions,
): Promise<LazyItem | undefined> {
  const again = snapshotsAt(context.dynamodb, context.store, keyOf(found, context.store), options);
  const faults = new Map<string, IntegrityError>();
  const isWanted = (name: string) => load === true || (load !== false && load.includes(name));
  const contentOf = async (name: string, uri: string, whyGone: WhyGone, stop: AbortSignal) => {
    const fault = faults.get(uri);
    if (fault !== undefined) return fault;
    const pointer = pointerOf(context, name, uri);
    return inTurn(async () => {
      stop.throwIfAborted();
      return loaded(pointer, whyGone, { signal: stop, onProgress });
    });
  };
  const loadedOf = async (snapshot: Snapshot): Promise<LazyItem> => {
    const { whyGone } = rereadingOf(context, snapshot);
    const named = [...snapshot.uris].filter(([name]) => isWanted(name));
    const contents = await inParallel(
      named.length,
      named,
      async ([name, uri], stop) => [name, await contentOf(name, uri, whyGone, stop)] as const,
      signal,
    );
    return lazyItem(context, snapshot, { isItem: true }, new Map(contents));
  };
  let first = isItem ? found : undefined;
  const take = async (): Promise<Snapshot | undefined> => {
    const given = first;
    first = undefined;
    return given === undefined ? again(signal) : snapshotOf(given, context.store);
  };
  try {
    return await pastFaults(faults, () => untorn(take, loadedOf));
  } catch (error) {
    return spoiledItem(context, error);
  }
}

/** Runs again for each object that is not what was written; an object's key is never put anew, so that its fault stays. */
async function pastFaults<T>(faults: Map<string, IntegrityError>, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof IntegrityError) || error.uri === undefined || faults.has(error.uri)) throw error;
      faults.set(error.uri, error);
    }
  }
}

/** The item that the error is about. @throws any other error */
function spoiledItem(context: ReadContext, error: unknown): LazyItem {
  if (!(error instanceof SpoiledItem)) throw error;
  const { key, attributes } = plainOf({ item: error.item, uris: new Map() }, context.store);
  return {
    key,
    problem: error,
    attributes,
    get version(): never {
      throw error;
    },
    get large(): never {
      throw error;
    },
    get: (options = {}) => read(context, key, options),
  };
}

/** An attribute that another program has spoiled spoils nothing but itself. */
function pointerOrFault(context: ReadContext, name: string, uri: string): Pointer | IntegrityError {
  try {
    return pointerOf(context, name, uri);
  } catch (error) {
    if (error instanceof IntegrityError) return error;
    throw error;
  }
}

/** What reading the item again tells. */
function rereadingOf(
  context: ReadContext,
  { item }: Snapshot,
): { readonly whyGone: WhyGone; readonly confirm: Confirm } {
  const take = snapshotsAt(context.dynamodb, context.store, keyOf(item, context.store));
  return {
    whyGone: async (gone, signal) => explain(gone, await take(ownSignal(signal))),
    confirm: async ({ attribute, uri }, signal) => {
      const moved = movedFrom(attribute, uri, await take(ownSignal(signal)));
      if (moved !== undefined) throw moved;
    },
  };
}
