// Follows a schedule again, step by step.

import { initialState } from '../actors/initial.ts';
import type { Model } from '../model/model.ts';
import { showState } from '../model/show.ts';
import { brokenAtEnd, brokenPromises, isQuiet } from '../promises/promises.ts';
import { stepsOf } from '../search/steps.ts';
import type { State } from '../state/state.ts';

/** A schedule that cannot be followed: the message says from which step on, and what could happen instead. */
export class CannotFollow extends Error {
  override readonly name = 'CannotFollow';
}

export interface Replayed {
  /** The steps that were taken. */
  readonly steps: readonly string[];
  /** The state before each, and the last one. */
  readonly states: readonly State[];
  /** The promises that are broken where it ends. */
  readonly broken: readonly string[];
  /** The last state, in a line. */
  readonly end: string;
}

/**
 * Takes every step, until a promise is broken.
 * @throws {CannotFollow}
 */
export async function replay(model: Model, labels: readonly string[]): Promise<Replayed> {
  return follow(model, labels, (label, possible) => {
    const could = possible.map((one) => `\n  ${one}`).join('');
    throw new CannotFollow(`this cannot happen here: ${label}\nwhat can:${could}`);
  });
}

/** Takes the steps that can be taken where they stand, and leaves out the others. */
export function replayWhatCanBe(model: Model, labels: readonly string[]): Promise<Replayed> {
  return follow(model, labels, () => undefined);
}

async function follow(
  model: Model,
  labels: readonly string[],
  onImpossible: (label: string, possible: readonly string[]) => void,
): Promise<Replayed> {
  let state = await initialState(model);
  const taken: string[] = [];
  const states: State[] = [state];
  let broken = brokenPromises(model, state);
  for (const label of labels) {
    if (broken.length > 0) break;
    const steps = await stepsOf(model, state);
    const step = steps.find((one) => one.label === label);
    if (step === undefined) {
      onImpossible(
        label,
        steps.map((one) => one.label),
      );
      continue;
    }
    taken.push(label);
    state = step.state;
    states.push(state);
    broken = brokenPromises(model, state);
  }
  return {
    steps: taken,
    states,
    broken: await allBroken(model, state, broken),
    end: showState(model, state),
  };
}

async function allBroken(model: Model, state: State, broken: readonly string[]): Promise<readonly string[]> {
  return broken.length === 0 && isQuiet(state) ? brokenAtEnd(model, state) : broken;
}
