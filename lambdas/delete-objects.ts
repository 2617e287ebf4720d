// Tasks DeleteReplacedObjects and DeleteCreatedObjects: delete objects that nothing needs any more (rule 6).

import { SagaError, someOf } from '../core/errors/errors.ts';
import { referencedKeys } from '../core/item/item.ts';
import { objectPlace } from '../core/keys/pointer.ts';
import type { Item } from '../core/values/attributes.ts';
import { deleteAll } from './deletions.ts';
import { readItem } from './dynamodb.ts';
import { s3 } from './s3.ts';
import { storeFromEnvironment, task } from './task.ts';
import { abortUploads, uploadsOf } from './uploads.ts';

export interface DeleteObjectsEvent {
  readonly key: Item;
  /** Of objects in another bucket, the whole URIs. */
  readonly objectKeys: readonly string[];
  /**
   * A compensation undoes the run's own puts; a clean-up follows a write that took effect; for `uploads` objects stay, and
   * only unfinished uploads to their keys are ended.
   */
  readonly purpose: 'compensation' | 'cleanup' | 'uploads';
}

export interface DeleteObjectsResult {
  readonly deleted: number;
  /** Keys left alone because the item references them. */
  readonly kept: readonly string[];
}

const store = storeFromEnvironment();

/**
 * @throws {SagaError} StillReferenced when a compensation would delete what the item references: then the write
 * did take effect, so nothing is deleted. DeleteFailed when S3 reports errors for single keys.
 */
export const handler = task(async (event: DeleteObjectsEvent): Promise<DeleteObjectsResult> => {
  if (event.objectKeys.length === 0) return { deleted: 0, kept: [] };
  if (event.purpose === 'uploads') {
    await endUploads(event.objectKeys);
    return { deleted: 0, kept: event.objectKeys };
  }
  const item = await readItem(store.table, event.key);
  const referenced = item === undefined ? new Set<string>() : referencedKeys(item, store);
  const kept = event.objectKeys.filter((key) => referenced.has(key));
  if (event.purpose === 'compensation' && kept.length > 0) {
    throw new SagaError(
      'StillReferenced',
      'the item references objects of a run that was to be rolled back',
      someOf(kept),
    );
  }
  const doomed = event.objectKeys.filter((key) => !referenced.has(key));
  if (event.purpose === 'compensation') await endUploads(doomed);
  for (const [bucket, keys] of byBucket(doomed)) await deleteAll(s3, bucket, keys);
  return { deleted: doomed.length, kept };
});

/** Ends copies that the run left half-way; the keys name the run, so nobody else's. */
async function endUploads(keys: readonly string[]): Promise<void> {
  const uploads = await uploadsOf(store.bucket, keys);
  if (uploads.length === 0) return;
  await abortUploads(store.bucket, uploads);
  // A part that was under way can make it necessary to abort again (S3 API reference, AbortMultipartUpload).
  const left = await uploadsOf(store.bucket, keys);
  if (left.length === 0) return;
  throw new SagaError('DeleteFailed', `${left.length} unfinished uploads could not be ended`, {
    failed: left.slice(0, 10).map(({ Key }) => ({ key: Key, code: 'UploadNotEnded' })),
  });
}

/** All but those of a legacy place lie in the store's bucket. */
function byBucket(objects: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  for (const object of objects) {
    const { bucket, key } = objectPlace(object, store);
    keys.set(bucket, [...(keys.get(bucket) ?? []), key]);
  }
  return keys;
}
