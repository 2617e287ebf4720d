// Consumer of the table's stream: deletes the objects of items that time to live has removed, or that another writer has
// deleted or overwritten.

import { referencedKeys } from '../core/item/item.ts';
import { releasedKeys } from '../core/sweep/removal.ts';
import type { Item } from '../core/values/attributes.ts';
import { deleteKeys } from './deletions.ts';
import { readItem } from './dynamodb.ts';
import { failureOf } from './failures.ts';
import { logger } from './log.ts';
import { s3 } from './s3.ts';
import { storeFromEnvironment } from './task.ts';

/** A batch of a stream with old and new images (Lambda Developer Guide, "Using Lambda with DynamoDB"). */
export interface StreamEvent {
  readonly Records: readonly StreamRecord[];
}

export interface StreamRecord {
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: Item;
    readonly OldImage?: Item;
    readonly NewImage?: Item;
  };
}

/** Records to deliver again; Lambda goes on from the first of them. */
export interface StreamBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const store = storeFromEnvironment();

/** Delivering a batch again does no harm: what is deleted stays deleted, what is referenced is kept. */
export const handler = async ({ Records }: StreamEvent): Promise<StreamBatchResponse> => {
  const releases = await Promise.all(Records.map(releaseOf));
  const doomed = releases.flatMap(({ keys }) => keys);
  const failures = await deleteKeys(s3, store.bucket, doomed, (error) => failureOf(error).code);
  const failed = releases.filter(({ problem, keys }) => problem ?? keys.some((key) => failures.has(key)));
  for (const { sequenceNumber, keys, problem } of failed) {
    const kept = keys.filter((key) => failures.has(key));
    const problems = problem ?? kept.map((key) => `${key}: ${failures.get(key)}`);
    logger.error('objects stay behind for now', { task: 'clean-up-removed', sequenceNumber, problems });
  }
  logger.info('done', {
    ...{ task: 'clean-up-removed', records: Records.length, failed: failed.length },
    deleted: doomed.length - failures.size,
  });
  return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
};

/** What a record leaves to delete, or why that cannot be told now. */
interface Release {
  readonly sequenceNumber: string;
  readonly keys: readonly string[];
  readonly problem?: string;
}

async function releaseOf({ dynamodb }: StreamRecord): Promise<Release> {
  const { SequenceNumber: sequenceNumber, Keys: key, OldImage: before, NewImage: after } = dynamodb;
  const released = releasedKeys({ before, after }, store);
  if (released.length === 0) return { sequenceNumber, keys: [] };
  try {
    const item = await readItem(store.table, key);
    const referenced = item === undefined ? new Set<string>() : referencedKeys(item, store);
    return { sequenceNumber, keys: released.filter((key) => !referenced.has(key)) };
  } catch (error) {
    return { sequenceNumber, keys: [], problem: `the item cannot be read: ${failureOf(error).code}` };
  }
}
