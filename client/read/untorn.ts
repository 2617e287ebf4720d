// What keeps a read from mixing two versions of an item (hazards A15, B10): once an object is missing, the item is read
// again, and everything of it is read anew.

import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { promisedDigest } from '../../core/keys/promised-digest.ts';
import { IntegrityError, ItemChanged, ReadContended, ReadFailed } from '../errors/read-errors.ts';
import { ObjectGone, type Pointer } from './content-reader.ts';
import type { Snapshot } from './snapshot.ts';

/** Each attempt fails only if the item was rewritten during it. */
const MAX_ATTEMPTS = 10;

/**
 * What `work` makes of a snapshot whose objects were all there; undefined once there is no item.
 * @param take - the next snapshot; one after a miss is a consistent one
 * @throws {ReadContended} when the item was rewritten during each of several attempts
 * @throws {IntegrityError | ReadFailed} when the item still points at what is missing
 */
export async function untorn<T>(
  take: () => Promise<Snapshot | undefined>,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T | undefined> {
  let gone: ObjectGone | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const snapshot = await take();
    if (snapshot === undefined) return undefined;
    if (gone !== undefined) checkMoved(gone, snapshot);
    try {
      // After a miss all objects are got again: those got before belong to an older item (hazard B10).
      return await work(snapshot);
    } catch (error) {
      if (!(error instanceof ObjectGone)) throw error;
      gone = error;
    }
  }
  throw new ReadContended(MAX_ATTEMPTS);
}

/** @throws {IntegrityError} when the item's attribute is no pointer */
export function pointerOf(
  { store, s3 }: { readonly store: StoreDescriptor; readonly s3: S3Client },
  attribute: string,
  uri: string,
): Pointer {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new IntegrityError(attribute, uri, 'expected a pointer, s3://bucket/key');
  }
  return { attribute, uri, place: { s3, bucket, key }, promised: promisedDigest(store, bucket, key) };
}

/** Why an object is gone that a pointer named a moment ago. A key that has left its item never comes back. */
export function explain({ attribute, uri, status, cause }: ObjectGone, now: Snapshot | undefined): Error {
  const moved = movedFrom(attribute, uri, now, cause);
  if (moved !== undefined) return moved;
  switch (status) {
    case 412:
      return new ItemChanged(attribute, uri, 'the object was overwritten', { cause });
    case 403:
      return new ReadFailed(attribute, uri, cause);
    default:
      return new IntegrityError(attribute, uri, 'the item points at it, but it is gone', { cause });
  }
}

/** The error for an item that does not point there any more; undefined while it does. */
export function movedFrom(
  attribute: string,
  uri: string,
  now: Snapshot | undefined,
  cause?: unknown,
): ItemChanged | undefined {
  const because = cause === undefined ? {} : { cause };
  if (now === undefined) return new ItemChanged(attribute, uri, 'the item was deleted', because);
  if (now.uris.get(attribute) === uri) return undefined;
  return new ItemChanged(attribute, uri, 'the item was written since', because);
}

/** @throws when the item still points at what is gone: another try would find the same */
function checkMoved(gone: ObjectGone, snapshot: Snapshot): void {
  const isReplaced = gone.status === 412;
  if (snapshot.uris.get(gone.attribute) === gone.uri && !isReplaced) throw explain(gone, snapshot);
}
