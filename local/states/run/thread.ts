// A line of control of a run: the execution's own, or one for a branch or iteration. It writes the events of its
// frame and steps aside while it waits.

import type { Clock } from '../../clock.ts';
import type { DistributedMapState } from '../definition/types.ts';
import type { Evaluator } from '../expressions/evaluator.ts';
import type { EventDetails, History } from '../history.ts';
import type { Dispatch, Jobs } from '../integrations/integration.ts';
import type { Json, JsonObject } from '../json.ts';
import type { MapRunOrigin, MapRunSettings, MapRunWork } from '../map-run/map-run.ts';
import type { TaskTokens } from '../task-tokens.ts';
import { Aborted, type Baton, untilAborted } from './baton.ts';
import type { Frame, MapRunControl } from './frame.ts';

/** From a start or a redrive to the next end. */
export interface Run {
  /** The execution's. */
  readonly arn: string;
  readonly history: History;
  readonly clock: Clock;
  readonly dispatch: Dispatch;
  readonly tokens: TaskTokens;
  readonly jobs: Jobs;
  readonly region: string;
  readonly mapRuns: MapRunHost;
  readonly evaluator: Evaluator;
  readonly baton: Baton;
  /** `Execution` and `StateMachine` of the context object. */
  readonly context: JsonObject;
}

/** What a Distributed Map of one execution needs from outside. */
export interface MapRunHost {
  /** ARN and more of a Map Run that is about to begin. */
  originOf(state: DistributedMapState): MapRunOrigin;
  begin(
    state: DistributedMapState,
    origin: MapRunOrigin,
    settings: MapRunSettings,
    work: MapRunWork,
  ): MapRunControl;
}

export interface Thread {
  readonly run: Run;
  readonly frame: Frame;
  readonly signal: AbortSignal;
}

/**
 * Appends an event that the frame's next one follows.
 * @throws {Aborted} when the thread was stopped
 */
export function emit(thread: Thread, type: string, details?: EventDetails): number {
  thread.frame.lastEventId = emitAside(thread, type, thread.frame.lastEventId, details);
  return thread.frame.lastEventId;
}

/**
 * Appends an event that the frame's next one does not follow.
 * @throws {Aborted} when the thread was stopped
 */
export function emitAside(
  thread: Thread,
  type: string,
  previousEventId: number,
  details?: EventDetails,
): number {
  if (thread.signal.aborted) throw new Aborted();
  return thread.run.history.add(type, previousEventId, details);
}

/**
 * Lets other threads go on until `work` is done.
 * @throws {Aborted} when the thread was stopped meanwhile
 */
export async function outside<T>(thread: Thread, work: Promise<T>): Promise<T> {
  const { baton } = thread.run;
  baton.release();
  try {
    const value = await untilAborted(work, thread.signal);
    await baton.acquire(thread.signal);
    return value;
  } catch (error) {
    if (!(error instanceof Aborted)) await baton.acquire(thread.signal);
    throw error;
  }
}

/** Waits for `ms` of the cloud's time, outside of the baton. */
export function asleep(thread: Thread, ms: number): Promise<void> {
  const { clock, arn } = thread.run;
  return outside(thread, clock.sleep(ms, thread.signal, arn));
}

/** A JSON text as events carry it. */
export function textWithDetails<K extends string>(
  key: K,
  value: Json | string,
  text = JSON.stringify(value),
) {
  return { [key]: text, [`${key}Details`]: { truncated: false } };
}
