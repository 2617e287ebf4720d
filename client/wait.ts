// Waits for the end of an execution by looking at it from time to time.

import { DescribeExecutionCommand, type DescribeExecutionOutput, type SFNClient } from '@aws-sdk/client-sfn';
import { WaitInterrupted } from './errors.ts';

/** Pauses between looks: grow from the first to the longest, in milliseconds. */
export const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
const GROWTH = 1.5;
/** Looks in a row that may fail before the waiting is given up; with the SDK's own retries, a minute or so. */
const MAX_FAILURES_IN_A_ROW = 20;

export interface WaitOptions {
  /** Milliseconds until the second look. */
  readonly pollIntervalMs: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws {WaitInterrupted} when the signal is aborted, or the execution cannot be described */
export async function waitForEnd(
  sfn: SFNClient,
  executionArn: string,
  { pollIntervalMs, signal }: WaitOptions,
): Promise<DescribeExecutionOutput> {
  let pause = pollIntervalMs;
  let failures = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const description = await look(sfn, executionArn, signal);
      failures = description instanceof Error ? failures + 1 : 0;
      if (description instanceof Error) {
        if (failures > MAX_FAILURES_IN_A_ROW) throw description;
      } else if (description.status !== 'RUNNING' && description.status !== 'PENDING_REDRIVE') {
        return description;
      }
      await sleep(jittered(pause), signal);
      pause = Math.max(pollIntervalMs, Math.min(pause * GROWTH, LONGEST_PAUSE_MS));
    }
  } catch (error) {
    throw new WaitInterrupted(executionArn, signal?.aborted ? signal.reason : error);
  }
}

/** A description, or an error that the next look may not meet. */
async function look(
  sfn: SFNClient,
  executionArn: string,
  signal: AbortSignal | undefined,
): Promise<DescribeExecutionOutput | Error> {
  try {
    return await sfn.send(new DescribeExecutionCommand({ executionArn }), { abortSignal: signal });
  } catch (error) {
    if (error instanceof Error && isPassing(error)) return error;
    throw error;
  }
}

/** Throttling, a fault of the service or the network, or an execution so new that it is not seen everywhere yet. */
function isPassing(error: Error & { $metadata?: { httpStatusCode?: number } }): boolean {
  const status = error.$metadata?.httpStatusCode;
  return (
    /Throttl|TooManyRequests|LimitExceeded/.test(error.name) ||
    error.name === 'ExecutionDoesNotExist' ||
    (status === undefined ? /Timeout|ETIMEDOUT|ECONN|EPIPE|EAI_AGAIN/.test(codeOf(error)) : status >= 500)
  );
}

function codeOf(error: Error & { code?: unknown }): string {
  return `${error.name} ${String(error.code)}`;
}

/** Between half the pause and the whole, so that many waiters do not look in step. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
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
