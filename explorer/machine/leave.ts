// How a state is left: what it assigns, what it gives, where it leads.

import type { Exit } from '../asl/definitions.ts';
import type { Model } from '../model/model.ts';
import { type Frame, runOf, type State, TOP, withFrame, withRun } from '../state/state.ts';
import { type Place, scopeOf } from './scope.ts';

export interface Leaving {
  /** Names the exit among those of its state. */
  readonly by: string;
  readonly exit: Exit;
  /** `result` or `errorOutput` of `$states`. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** The output where the exit has none. */
  readonly fallback: unknown;
}

/** Takes an exit. A run that has come to its end has succeeded. */
export async function leave(model: Model, state: State, place: Place, leaving: Leaving): Promise<State> {
  const { run, kid, frame, id } = place;
  const { by, exit, more, fallback } = leaving;
  const { expressions } = model.product;
  const scope = scopeOf(model, place, more);
  const assigned = exit.Assign && (await expressions.evaluate(`${id}/${by}/Assign`, exit.Assign, scope));
  const output =
    exit.Output === undefined
      ? fallback
      : await expressions.evaluate(`${id}/${by}/Output`, exit.Output, scope);
  const next: Frame = {
    ...frame,
    at: exit.Next ?? frame.at,
    variables: { ...frame.variables, ...(assigned as object | undefined) },
    input: output,
    phase: exit.Next === undefined ? 'ended' : 'entering',
    retries: 0,
    counts: {},
    until: 0,
    invocation: undefined,
    kids: undefined,
    ...(exit.Next === undefined && { output }),
  };
  if (exit.Next !== undefined) model.onEnter(exit.Next, kid !== TOP);
  const left = withFrame(state, run.index, kid, next);
  if (exit.Next !== undefined || kid !== TOP) return left;
  return withRun(left, run.index, { status: 'SUCCEEDED', output });
}

/** Ends a run; at a task that failed for good a redrive goes on from it. */
export function failRun(state: State, index: number, error: string, cause: string): State {
  return withRun(state, runOf(state, index).index, { status: 'FAILED', error, cause });
}
