// Carries out replays: so many a second, each to its end, and none cut off half-way.

import { type AuditContext, sleep } from '../context.ts';
import type { RunSummary } from '../runs/summary.ts';
import { waitForRun } from '../runs/wait.ts';
import { type ReplayPreview, replay } from './replay.ts';

export interface ReplayPace {
  /** Milliseconds between starts. */
  readonly everyMs: number;
  /** Whether to wait for the runs to end. */
  readonly wait: boolean;
  /** Ends the starting and the waiting; what is started goes on. */
  readonly signal: AbortSignal;
  /** Waited for. What it throws, or rejects with, ends the starting; what is started goes on. */
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
  const waiting = [...previews];
  const underWay = new Set<Promise<void>>();
  /** Items that are being written: the next replay of one would race with it. */
  const busy = new Set<string>();
  const done: ReplayResult[] = [];
  let started = 0;
  let pause = Promise.resolve();
  let isPaused = false;
  let told: Promise<unknown> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const tell = (): void => {
    const listener = async () => onChange?.({ started, ended: started - underWay.size });
    const heard = listener().catch((error: unknown) => {
      failure ??= { error };
    });
    told = Promise.all([told, heard]);
  };
  const begin = (preview: ReplayPreview): void => {
    const work = carryOutOne(context, preview, wait ? signal : undefined).then((result) => {
      underWay.delete(work);
      if (wait) busy.delete(itemOf(preview)); // else it is not known when the run ends
      done.push(result);
      tell();
    });
    underWay.add(work);
    busy.add(itemOf(preview));
    started += 1;
    tell();
  };
  for (;;) {
    await told;
    if (failure !== undefined) throw failure.error;
    if (done.length > 0) {
      yield* done.splice(0);
      continue; // more may have ended meanwhile
    }
    if (signal.aborted) waiting.length = 0;
    const next = waiting.find((preview) => !busy.has(itemOf(preview)));
    if (next === undefined && underWay.size === 0) break;
    if (next !== undefined && !isPaused && underWay.size < IN_FLIGHT) {
      waiting.splice(waiting.indexOf(next), 1);
      begin(next);
      // No pause after the last: it would keep the process.
      isPaused = waiting.length > 0;
      if (isPaused) {
        pause = sleep(everyMs, signal)
          .catch(() => undefined) // the signal is looked at in the next turn
          .then(() => {
            isPaused = false;
          });
      }
    }
    await Promise.race([...underWay, ...(next !== undefined && isPaused ? [pause] : [])]);
  }
  yield* waiting.map((preview) => ({ preview, error: new Error(ITEM_BUSY) }));
}

const ITEM_BUSY = 'another run on the item was started just now: replay this one when that has ended';

function itemOf({ run }: ReplayPreview): string {
  return run.key === undefined ? run.executionArn : JSON.stringify(run.key);
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
