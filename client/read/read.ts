// Reads an item together with its objects, so that they belong together although two services hold them.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { keyAttributes } from '../../core/keys/item-key.ts';
import { promisedDigest } from '../../core/keys/promised-digest.ts';
import { inParallel } from '../calls/parallel.ts';
import { abortable, ownSignal } from '../calls/signal.ts';
import { copyOf } from '../content/copy.ts';
import { IntegrityError, ItemChanged, ReadContended, ReadFailed } from '../errors/read-errors.ts';
import { decodeItem } from '../values.ts';
import { loadContent, ObjectGone, type Pointer, readError } from './content-reader.ts';
import type { DownloadOptions, GetOptions, LargeItem } from './item.ts';
import { StoredObject, type WhyGone } from './large-object.ts';
import { headObject } from './object.ts';
import { type Snapshot, snapshotsOf } from './snapshot.ts';

export interface ReadContext {
  readonly store: StoreDescriptor;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
}

/** Each attempt fails only if the item was rewritten during it. */
const MAX_ATTEMPTS = 10;
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
  let gone: ObjectGone | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const snapshot = await take(options.signal);
    if (snapshot === undefined) return undefined;
    if (gone !== undefined) checkMoved(gone, snapshot);
    try {
      // After a miss all objects are got again: those got before belong to an older item (hazard B10).
      return largeItem(context.store, snapshot, await getObjects(context, snapshot, options, whyGone));
    } catch (error) {
      if (!(error instanceof ObjectGone)) throw error;
      gone = error;
    }
  }
  throw new ReadContended(MAX_ATTEMPTS);
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
async function loaded(pointer: Pointer, whyGone: WhyGone, options: DownloadOptions): Promise<StoredObject> {
  const { head, bytes } = await loadContent(pointer, options);
  return new StoredObject(pointer, head, whyGone, bytes);
}

/** The object without its content. */
async function known(pointer: Pointer, whyGone: WhyGone, signal: AbortSignal): Promise<StoredObject> {
  const head = await headObject(pointer.place, signal).catch((error: unknown) => {
    throw readError(pointer, error);
  });
  return new StoredObject(pointer, head, whyGone);
}

function pointerOf({ store, s3 }: ReadContext, attribute: string, uri: string): Pointer {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new IntegrityError(attribute, uri, 'expected a pointer, s3://bucket/key');
  }
  return { attribute, uri, place: { s3, bucket, key }, promised: promisedDigest(store, bucket, key) };
}

/** @throws when the item still points at what is gone: another try would find the same */
function checkMoved(gone: ObjectGone, snapshot: Snapshot): void {
  const isReplaced = gone.status === 412;
  if (snapshot.uris.get(gone.attribute) === gone.uri && !isReplaced) throw explain(gone, snapshot);
}

/** Why an object is gone that a pointer named a moment ago. A key that has left its item never comes back. */
function explain({ attribute, uri, status, cause }: ObjectGone, now: Snapshot | undefined): Error {
  if (now === undefined) return new ItemChanged(attribute, uri, 'the item was deleted', { cause });
  if (now.uris.get(attribute) !== uri) {
    return new ItemChanged(attribute, uri, 'the item was written since', { cause });
  }
  switch (status) {
    case 412:
      return new ItemChanged(attribute, uri, 'the object was overwritten', { cause });
    case 403:
      return new ReadFailed(attribute, uri, cause);
    default:
      return new IntegrityError(attribute, uri, 'the item points at it, but it is gone', { cause });
  }
}

function largeItem(
  { key: schema }: StoreDescriptor,
  { item, version, uris }: Snapshot,
  objects: readonly (readonly [name: string, object: StoredObject])[],
): LargeItem {
  const values = Object.entries(decodeItem(item));
  const isKey = (name: string) => keyAttributes(schema).some((attribute) => attribute.name === name);
  return {
    key: Object.fromEntries(values.filter(([name]) => isKey(name))),
    version,
    attributes: Object.fromEntries(
      values.filter(([name]) => !isKey(name) && name !== SAGA_ATTRIBUTE && !uris.has(name)),
    ),
    large: Object.fromEntries(objects),
  };
}
