// How long the saga waits for what it cannot see, and what each wait must outlast (docs/protocol.md has the table). All of it
// derives from the first few numbers; test/statemachines/waits.test.ts holds the definitions and the template to it. Seconds.

import { EXPRESS_SECONDS, TOKEN_LIFETIME_SECONDS } from '../errors/limits.ts';

/**
 * Longest between Step Functions' call of a function and the first instruction of its handler: the time that Lambda gives its
 * start (Lambda Developer Guide, "Lambda execution environment").
 */
export const COLD_START_SECONDS = 10;
/**
 * Longest that a request of a few kilobytes, to DynamoDB or S3, may take effect after its caller gave up on it or was told of
 * an error. Assumed: AWS states no bound.
 */
export const REQUEST_LIFE_SECONDS = 12;
/**
 * The same of what S3 copies or puts together by itself: CopyObject, UploadPartCopy, CompleteMultipartUpload. "Several
 * minutes" (S3 API reference, CompleteMultipartUpload); five are assumed.
 */
export const COPY_LIFE_SECONDS = 5 * 60;
/** What each wait has at least over what it must outlast. */
export const MARGIN_SECONDS = 3;
/** How far Lambda's clock may be ahead without any effect. */
export const CLOCK_SKEW_SECONDS = 30;

/** How long each function may run. */
export const FUNCTION_TIMEOUT_SECONDS = {
  plan: 60,
  'put-inline': 60,
  'put-object': 900,
  'write-item': 10,
  'delete-objects': 60,
  'clean-up-removed': 60,
  'settle-run': 60,
  'plan-sweep': 60,
  'find-orphans': 120,
  'total-sweep': 900,
} as const;

/** How long a function may still run once Step Functions has lost it, or its execution was stopped. */
export function functionLife(task: keyof typeof FUNCTION_TIMEOUT_SECONDS): number {
  return COLD_START_SECONDS + FUNCTION_TIMEOUT_SECONDS[task];
}

/** What must pass before nothing of a lost function can land any more. */
export const LOST_LIVES = {
  write: functionLife('write-item') + REQUEST_LIFE_SECONDS,
  inlinePut: functionLife('put-inline') + REQUEST_LIFE_SECONDS,
  copy: functionLife('put-object') + COPY_LIFE_SECONDS,
} as const;

/** Before a write is made again that its function knows to be in doubt. */
export const WRITE_PAUSE_SECONDS = 15;
/** Before it is made again when its function may have been lost, and run on. */
export const LOST_WRITE_PAUSE_SECONDS = 40;
/**
 * Retry pauses of a write that pass after a redrive before anything is concluded: the function of the stopped run, and its
 * request, live in them.
 */
export const PAUSES_AFTER_REDRIVE = 2;
/** Before an object is put again when a function may have been lost; for inline content that function is over by then. */
export const LOST_PUT_PAUSE_SECONDS = 90;
/**
 * Puts that took no longer than this in all were not retried after {@link LOST_PUT_PAUSE_SECONDS}: no function was lost, and
 * S3 has answered each request of a copy.
 */
export const QUICK_PUTS_SECONDS = 60;
/** After puts that were tried more than once, before the run goes on (`LetRequestsExpire`). */
export const SETTLE_SECONDS = {
  /** S3 answered each attempt, or a lost one was waited for. */
  answered: 15,
  /** An inline put may still be made by the function of a stopped or lost attempt. */
  inline: 90,
  /** The same of a copy. */
  copy: 1_230,
} as const;

/**
 * How long a write's token is relied on: requests, and clocks that differ, take the rest of its lifetime. From then on only
 * a read may prove the outcome.
 */
export const RELIED_TOKEN_SECONDS = TOKEN_LIFETIME_SECONDS - 60;
/** Throttled attempts of a write in a row until it counts as in doubt, so that it ends at its task and can be redriven. */
export const MAX_THROTTLES = 10;

/**
 * How long the tasks of an Express run may take; a write as long as in the Standard lane. Whichever way the run takes, with each as often
 * as it may be tried, has come to its end by the five minutes after which it is ended, the hand-over included. A function may run on:
 * nothing comes of that of a plan, and what is lost otherwise hands over.
 */
export const EXPRESS_TASK_SECONDS = {
  plan: 20,
  put: 60,
  deletion: 15,
  uploads: 8,
  handOver: 10,
} as const;
/** Attempts of a write that DynamoDB throttles in a row, after which an Express run hands over. */
export const EXPRESS_THROTTLES = 3;
/** From so long after its start on an Express run hands over at the first of them. */
export const EXPRESS_PATIENCE_SECONDS = 100;
/**
 * From the start of an Express run until nothing of it can land any more: its end, and its longest function. Then the Standard
 * execution that goes on with it is there, or there will be none.
 */
export const EXPRESS_OVER_SECONDS = EXPRESS_SECONDS + LOST_LIVES.copy + SETTLE_SECONDS.answered;
/**
 * How long who settles a run waits, from its own start on: the call that started the Express run may have been under way by then.
 * `inline`: nothing that the run puts is staged.
 */
export const SETTLE_RUN_SECONDS = {
  inline: REQUEST_LIFE_SECONDS + EXPRESS_SECONDS + LOST_LIVES.inlinePut + MARGIN_SECONDS,
  staged: REQUEST_LIFE_SECONDS + EXPRESS_SECONDS + LOST_LIVES.copy + MARGIN_SECONDS,
} as const;
