// Waits for the end of an execution by looking at it from time to time.

import { DescribeExecutionCommand, type DescribeExecutionOutput, type SFNClient } from '@aws-sdk/client-sfn';
import { WaitInterrupted } from './errors.ts';
import { isPassing, jittered, sleep } from './pause.ts';

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
      } else if (hasEnded(description)) {
        return description;
      }
      await sleep(jittered(pause), signal);
      pause = Math.max(pollIntervalMs, Math.min(pause * GROWTH, LONGEST_PAUSE_MS));
    }
  } catch (error) {
    throw new WaitInterrupted(executionArn, signal?.aborted ? signal.reason : error);
  }
}

export function hasEnded({ status }: DescribeExecutionOutput): boolean {
  return status !== 'RUNNING' && status !== 'PENDING_REDRIVE';
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
    // An execution may be so new that it is not seen everywhere yet.
    if (isPassing(error) || (error as Error).name === 'ExecutionDoesNotExist') return error as Error;
    throw error;
  }
}
