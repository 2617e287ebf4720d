// What becomes of a task's error: a retry, a catcher, or the run's failure at this task.

import type { Retrier } from '../asl/definitions.ts';
import type { Model } from '../model/model.ts';
import { type State, type TaskError, TOP, withFrame } from '../state/state.ts';
import { failRun, leave } from './leave.ts';
import { type Place, placeOf } from './scope.ts';

/**
 * A task, or a whole Map, has failed.
 * @param forGood - whether every retry that there is has failed in the same way
 */
export async function recover(
  model: Model,
  state: State,
  index: number,
  kid: number,
  error: TaskError,
  forGood = false,
): Promise<State> {
  const place = placeOf(model, state, index, kid);
  const { definition, run } = place;
  const retrier = (definition.Retry ?? []).findIndex(({ ErrorEquals }) => matches(ErrorEquals, error.name));
  const retried = retrier < 0 ? undefined : retry(state, place, retrier, forGood);
  if (retried !== undefined) return retried;

  const catchers = definition.Catch ?? [];
  const catcher = catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error.name));
  const exit = catchers[catcher];
  if (exit !== undefined) {
    const errorOutput = { Error: error.name, Cause: error.cause };
    return leave(model, state, place, {
      by: `catch${catcher}`,
      exit,
      more: { errorOutput },
      fallback: errorOutput,
    });
  }
  // A Map that fails keeps its iterations: a redrive goes on with those that have not ended.
  if (place.frame.phase === 'iterating') return failRun(state, run.index, error.name, error.cause);
  const failed = { ...place.frame, phase: 'failed', invocation: undefined } as const;
  if (kid !== TOP) return withFrame(state, index, kid, { ...failed, failure: error });
  return failRun(withFrame(state, index, kid, failed), run.index, error.name, error.cause);
}

function matches(names: readonly string[], name: string): boolean {
  return names.some((one) => one === name || one === 'States.ALL');
}

function retry(
  state: State,
  { run, kid, frame, definition }: Place,
  at: number,
  forGood: boolean,
): State | undefined {
  const retrier = definition.Retry?.[at] as Retrier;
  if (forGood && retrier.MaxAttempts > 0) return undefined;
  const before = frame.counts[at] ?? 0;
  if (before >= retrier.MaxAttempts) return undefined;
  const counts = { ...frame.counts, [at]: before + 1 };
  const delay = delayMs(retrier, before);
  const again = { ...frame, counts, invocation: undefined };
  return withFrame(
    state,
    run.index,
    kid,
    delay === 0
      ? { ...again, phase: 'entering', retries: frame.retries + 1 }
      : { ...again, phase: 'retrying', until: run.clock + delay },
  );
}

/** With jitter the shortest that it can be. */
function delayMs(
  { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds, JitterStrategy }: Retrier,
  before: number,
) {
  if (JitterStrategy === 'FULL') return 0;
  const seconds = IntervalSeconds * BackoffRate ** before;
  return Math.min(seconds, MaxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000;
}
