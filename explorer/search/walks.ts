// Random walks, for what has too many states: each is determined by its seed.

import { initialState } from '../actors/initial.ts';
import type { Model } from '../model/model.ts';
import { showState } from '../model/show.ts';
import { brokenAtEnd, brokenPromises, isQuiet } from '../promises/promises.ts';
import type { State, Step } from '../state/state.ts';
import { type Exploration, Findings } from './findings.ts';
import { keyOf, outcomeOf } from './key.ts';
import { type SearchOptions, Watch } from './limits.ts';
import { stepsOf } from './steps.ts';

export interface WalkOptions extends SearchOptions {
  readonly walks: number;
  /** Of the first walk; each has the next one. Default: 1. */
  readonly seed?: number;
}

/** Longer than any walk that ends. */
const MAX_STEPS = 400;
/** Whether a walk stops where it could, or sees what else may happen. */
const STOPS = 0.3;
/** Faults are rarer than what goes well, so that they are not spent at once. */
const GOES_WELL = 0.85;

export async function walk(model: Model, options: WalkOptions): Promise<Exploration> {
  const { walks, seed = 1 } = options;
  const watch = new Watch(options);
  const findings = new Findings();
  const ends = new Set<string>();
  const first = await initialState(model);
  let [done, steps, depth] = [0, 0, 0];
  for (; done < walks && !watch.isOver(steps); done += 1) {
    const length = await walkOnce(model, first, seed + done, findings, ends);
    steps += length;
    depth = Math.max(depth, length);
    watch.tell({ states: steps, depth, frontier: walks - done });
    if (options.first && findings.size > 0) break;
  }
  return {
    states: steps,
    transitions: done,
    depth,
    ends: ends.size,
    violations: findings.violations,
    outcomes: findings.outcomes,
    complete: false,
    milliseconds: watch.milliseconds,
  };
}

/** @returns how many steps it took */
async function walkOnce(
  model: Model,
  first: State,
  seed: number,
  findings: Findings,
  ends: Set<string>,
): Promise<number> {
  const random = generator(seed);
  const schedule: string[] = [];
  let state = first;
  const report = (promises: readonly string[]): void => {
    for (const promise of promises) findings.add(promise, [...schedule], showState(model, state));
  };
  while (schedule.length < MAX_STEPS) {
    const steps = await stepsOf(model, state);
    if (isQuiet(state) && (steps.length === 0 || random() < STOPS)) {
      ends.add(keyOf(model, state));
      findings.ended(outcomeOf(model, state));
      report(await brokenAtEnd(model, state));
      return schedule.length;
    }
    if (steps.length === 0) {
      report(['deadlock: nothing can happen, and something waits']);
      return schedule.length;
    }
    const step = chosen(steps, state, random);
    schedule.push(step.label);
    state = step.state;
    const broken = brokenPromises(model, state);
    report(broken);
    if (broken.length > 0) return schedule.length;
  }
  return schedule.length;
}

function chosen(steps: readonly Step[], { faultsLeft }: State, random: () => number): Step {
  const well = steps.filter(({ state }) => state.faultsLeft === faultsLeft);
  const pool = well.length > 0 && random() < GOES_WELL ? well : steps;
  return pool[Math.floor(random() * pool.length)] as Step;
}

/** Numbers from 0 up to but not including 1, the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
