// Task PutObject for what is staged, and for all content in runs of earlier versions.

import { copyStaged } from './copy-object.ts';
import { failureOf } from './failures.ts';
import {
  done,
  isLater,
  objectOptions,
  type PutObjectEvent,
  type PutObjectResult,
  putError,
  putInline,
} from './put-content.ts';
import { storeFromEnvironment, task } from './task.ts';

const store = storeFromEnvironment();

/** @throws one of PUT_ERRORS; PutUnavailable, CopyUnfinished and whatever else it throws is worth another attempt */
export const handler = task(async (event: PutObjectEvent, context): Promise<PutObjectResult> => {
  const { put, content } = event;
  if (content.staged === undefined) return putInline(store.bucket, event);
  const attempt = { isLater: isLater(event), remainingMs: () => context.getRemainingTimeInMillis() };
  try {
    await copyStaged(store.bucket, content.staged.key, put, objectOptions(event), attempt);
  } catch (error) {
    // Of a copy that nobody answered for, what S3 does with it may take minutes.
    throw putError(error, put, failureOf(error).status !== undefined);
  }
  return done(event);
});
