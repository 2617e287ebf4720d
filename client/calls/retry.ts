// Requests that are sent again when the answer says that another attempt may fare better.

import { isPassing, jittered, sleep } from './pause.ts';

/** Pauses between attempts, in milliseconds; beside the SDK's own quick ones, which a caller may have turned off. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000] as const;

/** 400s that another attempt may not meet again (S3 API reference, "Error responses"). */
const PASSING_CODES = new Set(['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown']);

/** Sends, and sends again; what it throws is the last attempt's error, or the signal's reason. */
export async function withRetries<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await send();
    } catch (error) {
      if (signal?.aborted || !mayPass(error)) throw error;
      await sleep(jittered(pause), signal);
    }
  }
  return send();
}

function mayPass(error: unknown): boolean {
  return isPassing(error) || PASSING_CODES.has((error as Error).name) || isFailedFetch(error);
}

/** What browsers throw when no answer came; each has a message of its own. */
function isFailedFetch(error: unknown): boolean {
  return error instanceof TypeError && /fetch|network|load failed/i.test(error.message);
}
