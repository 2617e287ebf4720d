// Task PutObject for content that the execution's input holds: a function of its own, which is over within a minute, so that
// a run whose put was in doubt need not wait for as long as a copy may take.

import { type PutObjectEvent, type PutObjectResult, putInline } from './put-content.ts';
import { storeFromEnvironment, task } from './task.ts';

const store = storeFromEnvironment();

/** @throws one of PUT_ERRORS; PutUnavailable and whatever else it throws is worth another attempt */
export const handler = task(
  (event: PutObjectEvent): Promise<PutObjectResult> => putInline(store.bucket, event),
);
