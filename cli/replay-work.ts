// Carries out replays: so many a second, each to its end, and none cut off half-way.

import type { AuditContext } from '../audit/context.ts';
import { type ReplayPreview, type RunSummary, replay, sleep, waitForRun } from '../audit/index.ts';

export interface ReplayPace {
  /** Milliseconds between starts. */
  readonly everyMs: number;
  /** Whether to wait for the runs to end. */
  readonly wait: boolean;
  /** Ends the starting and the waiting; what is started goes on. */
  readonly signal: AbortSignal;
  readonly onChange?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly started: number;
  readonly ended: number;
}

/** What became of one replay. */
export interface ReplayResult {
  readonly preview: ReplayPreview;
  /** The run that does the work; missing when none was started. */
  readonly executionArn?: string;
  /** That run, once it has ended. */
  readonly run?: RunSummary;
  /** Why it was not started, or could not be watched. */
  readonly error?: Error;
}

/** Replays that may be under way at a time, so that watching them does not use up AWS's rate of calls. */
const IN_FLIGHT = 20;

/** In the order in which they ended. Those that were not begun when the signal came are missing. */
export async function* carryOut(
  context: AuditContext,
  previews: readonly ReplayPreview[],
  { everyMs, wait, signal, onChange }: ReplayPace,
): AsyncGenerator<ReplayResult, void, undefined> {
  const underWay = new Set<Promise<ReplayResult>>();
  const done: ReplayResult[] = [];
  let [started, ended] = [0, 0];
  const begin = (preview: ReplayPreview): void => {
    const work = carryOutOne(context, preview, wait ? signal : undefined).then((result) => {
      underWay.delete(work);
      done.push(result);
      ended += 1;
      onChange?.({ started, ended });
      return result;
    });
    underWay.add(work);
    started += 1;
    onChange?.({ started, ended });
  };
  for (const [at, preview] of previews.entries()) {
    if (at > 0) await sleep(everyMs, signal).catch(() => undefined); // the signal is looked at next
    while (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
    if (signal.aborted) break;
    begin(preview);
    yield* done.splice(0);
  }
  while (underWay.size > 0) {
    await Promise.race(underWay);
    yield* done.splice(0);
  }
  yield* done.splice(0);
}

/** @param signal - ends the waiting; undefined: does not wait. The start is not cut off. */
async function carryOutOne(
  context: AuditContext,
  preview: ReplayPreview,
  signal: AbortSignal | undefined,
): Promise<ReplayResult> {
  let executionArn: string | undefined;
  try {
    ({ executionArn } = await replay(context, preview));
    if (signal === undefined) return { preview, executionArn };
    return { preview, executionArn, run: await waitForRun(context, executionArn, { signal }) };
  } catch (error) {
    if (signal?.aborted && executionArn !== undefined) return { preview, executionArn };
    return { preview, ...(executionArn !== undefined && { executionArn }), error: error as Error };
  }
}
