// How many schedules there are, and how many of them break a promise: exact, where the states are few.

import { initialState } from '../actors/initial.ts';
import type { Model } from '../model/model.ts';
import { brokenAtEnd, brokenPromises, isQuiet } from '../promises/promises.ts';
import type { State } from '../state/state.ts';
import { keyOf } from './key.ts';
import { stepsOf } from './steps.ts';

export interface ScheduleCount {
  /** Ways from the start to an end, or to the first broken promise. */
  readonly schedules: bigint;
  readonly broken: bigint;
}

const BROKEN: ScheduleCount = { schedules: 1n, broken: 1n };

export async function countSchedules(model: Model): Promise<ScheduleCount> {
  const known = new Map<string, ScheduleCount>();
  const countFrom = async (state: State): Promise<ScheduleCount> => {
    if (brokenPromises(model, state).length > 0) return BROKEN;
    const key = keyOf(model, state);
    const before = known.get(key);
    if (before !== undefined) return before;
    let schedules = 0n;
    let broken = 0n;
    const add = (count: ScheduleCount): void => {
      schedules += count.schedules;
      broken += count.broken;
    };
    const steps = await stepsOf(model, state);
    if (isQuiet(state)) {
      const isBroken = (await brokenAtEnd(model, state)).length > 0;
      // What may come after an end that is not the last is another schedule.
      if (isBroken || steps.length === 0) add({ schedules: 1n, broken: isBroken ? 1n : 0n });
      if (isBroken) return remember(key, BROKEN);
    }
    for (const step of steps) add(await countFrom(step.state));
    return remember(key, { schedules, broken });
  };
  const remember = (key: string, count: ScheduleCount): ScheduleCount => {
    known.set(key, count);
    return count;
  };
  return countFrom(await initialState(model));
}
