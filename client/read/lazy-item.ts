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
import { keyOf, plainOf, type Snapshot, type SnapshotOptions, snapshotsAt } from './snapshot.ts';
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

/** The item with pointers, as it was found. */
export function lazyItem(
  context: ReadContext,
  snapshot: Snapshot,
  { isItem }: Trust,
  contents: ReadonlyMap<string, StoredObject> = new Map(),
): LazyItem {
  const { key, attributes } = plainOf(snapshot, context.store);
  const { whyGone, confirm } = rereadingOf(context, snapshot);
  const large = [...snapshot.uris].map(([name, uri]) => {
    const options = { loaded: contents.get(name), confirm: isItem ? undefined : confirm };
    return [name, new PointedObject(uri, pointerOrFault(context, name, uri), whyGone, options)] as const;
  });
  return {
    key,
    // A part without `_saga` says nothing: the item may have it.
    version: (isItem ? snapshot.version : (snapshot.version ?? undefined)) as number | null,
    attributes,
    large: Object.fromEntries(large),
    get: (options = {}) => read(context, key, options),
  };
}

/**
 * The item with the content of what is to be loaded: as it was found, or as a consistent read shows it since; undefined
 * once it is deleted.
 * @throws {TwinwriteError} IntegrityError, ReadContended, ReadFailed
 */
export async function loadedItem(
  context: ReadContext,
  found: Snapshot,
  { isItem }: Trust,
  { load, signal, inTurn, onProgress, ...options }: LoadOptions,
): Promise<LazyItem | undefined> {
  const again = snapshotsAt(context.dynamodb, context.store, keyOf(found.item, context.store), options);
  let first = isItem ? found : undefined;
  const take = async (): Promise<Snapshot | undefined> => {
    const next = first ?? (await again(signal));
    first = undefined;
    return next;
  };
  return untorn(take, async (snapshot) => {
    const { whyGone } = rereadingOf(context, snapshot);
    const named = [...snapshot.uris].filter(
      ([name]) => load === true || (load !== false && load.includes(name)),
    );
    const contents = await inParallel(
      named.length,
      named.map(([name, uri]) => pointerOf(context, name, uri)),
      async (pointer, stop) => {
        const object = await inTurn(async () => {
          stop.throwIfAborted();
          return loaded(pointer, whyGone, { signal: stop, onProgress });
        });
        return [pointer.attribute, object] as const;
      },
      signal,
    );
    return lazyItem(context, snapshot, { isItem: true }, new Map(contents));
  });
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
