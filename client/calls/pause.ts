// Pauses between calls, and which errors are worth another call.

import { shareSignal } from '../platform/platform.ts';

/** Between half the time and the whole, so that many callers do not call in step. */
export function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}

/** Rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (signal !== undefined) shareSignal(signal);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Over a rate or a number that the account may have; nothing of the call took effect. */
export function isThrottling(error: unknown): boolean {
  return (
    error instanceof Error && /Throttl|ThroughputExceeded|TooManyRequests|LimitExceeded/.test(error.name)
  );
}

/** Throttling, or a fault of the service or the network. */
export function isPassing(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    code?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  if (isThrottling(error) || (status !== undefined && status >= 500)) return true;
  return (
    status === undefined && /Timeout|ETIMEDOUT|ECONN|EPIPE|EAI_AGAIN/.test(`${error.name} ${String(code)}`)
  );
}

/** Runs at most so many functions at a time, the others in turn. */
export function limiter(atATime: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = atATime;
  const queue: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await run();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
