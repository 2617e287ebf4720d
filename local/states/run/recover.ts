// Retry and Catch: what a Task, Parallel or Map state does about a failure.

import type { Catcher, RecoverableState, Retrier } from '../definition/types.ts';
import { matches, StateFailure } from '../failure.ts';
import { asleep, emit } from './thread.ts';
import { leave, type Visit } from './visit.ts';

/**
 * Attempts the state until it succeeds, a catcher takes its failure up, or nothing does. Each retrier counts its own
 * attempts; the first one whose list matches decides alone.
 * @throws {StateFailure} what nothing took up
 */
export async function recovering<S extends RecoverableState>(
  visit: Visit<S>,
  attempt: () => Promise<void>,
): Promise<void> {
  const attempts = new Map<Retrier, number>();
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!(error instanceof StateFailure) || error.terminal) throw error;
      const delayMs = nextDelay(visit.state.retry, attempts, error);
      if (delayMs === undefined) {
        await catching(visit, error);
        return;
      }
      await pause(visit, delayMs);
    }
  }
}

async function pause(visit: Visit, delayMs: number): Promise<void> {
  const { thread } = visit;
  await asleep(thread, delayMs);
  visit.retryCount += 1;
  visit.decidedAfter = thread.frame.lastEventId;
  thread.frame.children = undefined;
  thread.frame.mapRun = undefined;
}

/** The pause before the next attempt in milliseconds; undefined when no retrier takes the failure up any more. */
function nextDelay(
  retriers: readonly Retrier[],
  attempts: Map<Retrier, number>,
  failure: StateFailure,
): number | undefined {
  const retrier = retriers.find(({ errorEquals }) => matches(errorEquals, failure));
  if (retrier === undefined) return undefined;
  const done = attempts.get(retrier) ?? 0;
  if (done >= retrier.maxAttempts) return undefined;
  attempts.set(retrier, done + 1);
  const grown = retrier.intervalSeconds * retrier.backoffRate ** done;
  const seconds = Math.min(grown, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return 1000 * (retrier.jitter === 'FULL' ? Math.random() * seconds : seconds);
}

async function catching(visit: Visit<RecoverableState>, failure: StateFailure): Promise<void> {
  const { frame } = visit.thread;
  visit.decidedAfter = frame.lastEventId;
  const raised = stateFailed(visit, failure);
  const catcher: Catcher | undefined = visit.state.catch.find(({ errorEquals }) =>
    matches(errorEquals, failure),
  );
  if (catcher === undefined) throw raised;
  try {
    await leave(visit, catcher, failure.output, { errorOutput: failure.output });
  } catch (error) {
    if (!(error instanceof StateFailure) || error.terminal) throw error;
    throw stateFailed(visit, error);
  }
}

/** Parallel and Map states have an event for their failure; a task's own events stand for its. */
function stateFailed(visit: Visit, failure: StateFailure): StateFailure {
  if (visit.state.type === 'Task') return failure;
  const eventId = emit(visit.thread, `${visit.state.type}StateFailed`);
  visit.thread.frame.stage = 'failed';
  return failure.at(eventId);
}
