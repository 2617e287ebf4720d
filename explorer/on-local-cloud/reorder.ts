// Moves what others do to where the runs stand still, as long as it comes to the same: there the local cloud can follow.

import type { Model } from '../model/model.ts';
import { CannotFollow, type Replayed, replay } from '../schedules/replay.ts';
import { RUN_NAMES } from '../state/setting.ts';
import type { State } from '../state/state.ts';
import { isStill } from './script.ts';

/**
 * An equivalent schedule, in which other programs and the stream act while no run goes on, where there is one.
 * @param isSame - whether what another order comes to is what is wanted
 */
export async function reordered(
  model: Model,
  labels: readonly string[],
  isSame: (replayed: Replayed) => boolean,
): Promise<readonly string[]> {
  let order = labels;
  for (let at = 0; at < order.length; at += 1) {
    if (!isOthers(order[at] as string)) continue;
    const { states } = await replay(model, order);
    if (!standsStill(states[at] as State)) {
      order = (await movedBack(model, order, at, isSame)) ?? order;
    }
  }
  return order;
}

function isOthers(label: string): boolean {
  return /^(program|stream): /.test(label);
}

/** A run that has not begun stands still, too: it begins when the schedule says so. */
function standsStill(state: State): boolean {
  return state.runs.every(({ index, frame, redrives }) => {
    const hasBegun = redrives + frame.retries + Object.keys(frame.variables).length > 0;
    const isFirst = !hasBegun && frame.invocation?.history.length === 0;
    return isFirst || isStill(state, RUN_NAMES[index] as string);
  });
}

/** The nearest place before, at which no run goes on and from which the schedule comes to the same. */
async function movedBack(
  model: Model,
  labels: readonly string[],
  at: number,
  isSame: (replayed: Replayed) => boolean,
): Promise<readonly string[] | undefined> {
  const [label] = labels.slice(at, at + 1) as [string];
  for (let to = at - 1; to > 0; to -= 1) {
    const tried = [...labels.slice(0, to), label, ...labels.slice(to, at), ...labels.slice(at + 1)];
    if (await comesToTheSame(model, tried, to, isSame)) return tried;
  }
  return undefined;
}

async function comesToTheSame(
  model: Model,
  labels: readonly string[],
  at: number,
  isSame: (replayed: Replayed) => boolean,
): Promise<boolean> {
  try {
    const replayed = await replay(model, labels);
    return isSame(replayed) && standsStill(replayed.states[at] as State);
  } catch (error) {
    if (error instanceof CannotFollow) return false;
    throw error;
  }
}
