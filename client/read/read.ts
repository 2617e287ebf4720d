// Reads an item together with its objects, so that they belong together although two services hold them.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { inParallel } from '../calls/parallel.ts';
import { abortable, ownSignal } from '../calls/signal.ts';
import { copyOf } from '../content/copy.ts';
import { loadContent, type Pointer, readError } from './content-reader.ts';
import type { DownloadOptions, GetOptions, LargeItem } from './item.ts';
import { StoredObject, type WhyGone } from './large-object.ts';
import { headObject } from './object.ts';
import { plainOf, type Snapshot, snapshotsOf } from './snapshot.ts';
import { explain, pointerOf, untorn } from './untorn.ts';

export interface ReadContext {
  readonly store: StoreDescriptor;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
}

/** Objects that are asked for at a time. */
const PARALLEL_OBJECTS = 8;

/**
 * Reads the item, then its objects: what is known of them, and the content of those that are to be loaded.
 * @throws {TwinwriteError} Rejected InvalidInput for a wrong key, IntegrityError, ReadContended, ReadFailed
 */
export async function read(
  context: ReadContext,
  key: object,
  options: GetOptions,
): Promise<LargeItem | undefined> {
  const signal = ownSignal(options.signal);
  const { attributes, load, onProgress } = options;
  signal?.throwIfAborted();
  const held = { attributes: copyOf(attributes), load: copyOf(load), onProgress, signal };
  return abortable(readWhole(context, key, held), signal);
}

async function readWhole(
  context: ReadContext,
  key: object,
  options: GetOptions,
): Promise<LargeItem | undefined> {
  const take = snapshotsOf(context.dynamodb, context.store, key);
  const whyGone: WhyGone = async (gone, signal) => explain(gone, await take(signal));
  return untorn(
    () => take(options.signal),
    async (snapshot) =>
      largeItem(context.store, snapshot, await getObjects(context, snapshot, options, whyGone)),
  );
}

/** @throws {ObjectGone} when one is missing */
function getObjects(
  context: ReadContext,
  { uris }: Snapshot,
  { attributes, load = false, onProgress, signal }: GetOptions,
  whyGone: WhyGone,
): Promise<(readonly [name: string, object: StoredObject])[]> {
  const isNamed = (name: string) => Array.isArray(load) && load.includes(name);
  const pointers = [...uris]
    .filter(([name]) => (attributes?.includes(name) ?? true) || isNamed(name))
    .map(([name, uri]) => pointerOf(context, name, uri));
  return inParallel(
    PARALLEL_OBJECTS,
    pointers,
    async (pointer, stop) => {
      const isLoaded = load === true || isNamed(pointer.attribute);
      const download = { signal: stop, onProgress };
      const object = await (isLoaded ? loaded(pointer, whyGone, download) : known(pointer, whyGone, stop));
      return [pointer.attribute, object] as const;
    },
    signal,
  );
}

/** The object with its content. */
export async function loaded(
  pointer: Pointer,
  whyGone: WhyGone,
  options: DownloadOptions,
): Promise<StoredObject> {
  const { head, bytes } = await loadContent(pointer, options);
  return new StoredObject(pointer, head, whyGone, bytes);
}

/** The object without its content. */
export async function known(
  pointer: Pointer,
  whyGone: WhyGone,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const head = await headObject(pointer.place, signal).catch((error: unknown) => {
    throw readError(pointer, error);
  });
  return new StoredObject(pointer, head, whyGone);
}

function largeItem(
  store: StoreDescriptor,
  snapshot: Snapshot,
  objects: readonly (readonly [name: string, object: StoredObject])[],
): LargeItem {
  return {
    ...plainOf(snapshot, store),
    version: snapshot.version,
    createdBy: snapshot.createdBy,
    large: Object.fromEntries(objects),
  };
}
