// Looks at every state that can be reached, the nearest first: so a violation's schedule is a shortest one. Exact: states are
// told apart by all that they hold.

import { initialState } from '../actors/initial.ts';
import type { Model } from '../model/model.ts';
import { showState } from '../model/show.ts';
import { brokenAtEnd, brokenPromises, isQuiet } from '../promises/promises.ts';
import type { State } from '../state/state.ts';
import { type Exploration, Findings } from './findings.ts';
import { keyOf, outcomeOf } from './key.ts';
import { type SearchOptions, Watch } from './limits.ts';
import { stepsOf } from './steps.ts';

/** A state, and its number among all. */
type Reached = readonly [state: State, number: number];

export async function explore(model: Model, options: SearchOptions = {}): Promise<Exploration> {
  const search = new Search(model, options);
  return search.run();
}

class Search {
  readonly #model: Model;
  readonly #options: SearchOptions;
  readonly #watch: Watch;
  readonly #findings = new Findings();
  readonly #seen = new Set<string>();
  /** How each state was reached first: from which, and by which step. */
  readonly #parents: number[] = [-1];
  readonly #labels: string[] = [''];
  readonly #knownLabels = new Map<string, string>();
  #transitions = 0;
  #ends = 0;

  constructor(model: Model, options: SearchOptions) {
    this.#model = model;
    this.#options = options;
    this.#watch = new Watch(options);
  }

  async run(): Promise<Exploration> {
    const first = await initialState(this.#model);
    this.#seen.add(keyOf(this.#model, first));
    let frontier: readonly Reached[] = [[first, 0]];
    let depth = 0;
    let complete = true;
    while (frontier.length > 0 && complete) {
      const following: Reached[] = [];
      for (const reached of frontier) {
        complete = await this.#lookAt(reached, following);
        this.#watch.tell({ states: this.#parents.length, depth, frontier: frontier.length });
        if (!complete) break;
      }
      if (!complete) break;
      frontier = following;
      depth += 1;
    }
    return {
      states: this.#parents.length,
      transitions: this.#transitions,
      depth,
      ends: this.#ends,
      violations: this.#findings.violations,
      outcomes: this.#findings.outcomes,
      complete,
      milliseconds: this.#watch.milliseconds,
    };
  }

  /** @returns whether the search goes on */
  async #lookAt([state, number]: Reached, following: Reached[]): Promise<boolean> {
    const steps = await stepsOf(this.#model, state);
    if (isQuiet(state)) await this.#lookAtEnd(state, number);
    else if (steps.length === 0)
      this.#report('deadlock: nothing can happen, and something waits', state, number);
    for (const { label, state: next } of steps) {
      this.#transitions += 1;
      const key = keyOf(this.#model, next);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const reached = this.#reach(number, label);
      const broken = brokenPromises(this.#model, next);
      for (const promise of broken) this.#report(promise, next, reached);
      // What comes after a loss tells nothing.
      if (broken.length === 0) following.push([next, reached]);
    }
    if (this.#options.first && this.#findings.size > 0) return false;
    return !this.#watch.isOver(this.#parents.length);
  }

  async #lookAtEnd(state: State, number: number): Promise<void> {
    this.#ends += 1;
    this.#findings.ended(outcomeOf(this.#model, state));
    for (const promise of await brokenAtEnd(this.#model, state)) this.#report(promise, state, number);
  }

  #reach(from: number, label: string): number {
    const known = this.#knownLabels.get(label) ?? label;
    this.#knownLabels.set(known, known);
    this.#labels.push(known);
    return this.#parents.push(from) - 1;
  }

  #report(promise: string, state: State, number: number): void {
    const schedule: string[] = [];
    for (let at = number; at > 0; at = this.#parents[at] as number)
      schedule.unshift(this.#labels[at] as string);
    this.#findings.add(promise, schedule, showState(this.#model, state));
  }
}
