// What a search finds: broken promises, each with the shortest way to it that was met.

/** A promise that a schedule breaks. */
export interface Violation {
  readonly promise: string;
  /** The steps' labels. */
  readonly schedule: readonly string[];
  /** The state at its end, in a line. */
  readonly end: string;
  /** How often the search met it. */
  readonly count: number;
}

export interface Exploration {
  readonly states: number;
  /** Steps between them; of walks, how many walks. */
  readonly transitions: number;
  readonly depth: number;
  /** States in which nothing was under way. */
  readonly ends: number;
  readonly violations: readonly Violation[];
  /** How often each combination of the runs' ends was met. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Whether every state was looked at. */
  readonly complete: boolean;
  readonly milliseconds: number;
}

export class Findings {
  readonly #violations = new Map<string, Violation>();
  readonly outcomes = new Map<string, number>();

  get size(): number {
    return this.#violations.size;
  }

  get violations(): readonly Violation[] {
    return [...this.#violations.values()];
  }

  /** Of several ways to one broken promise the shortest is kept. */
  add(promise: string, schedule: readonly string[], end: string): void {
    const known = this.#violations.get(promise);
    const shortest =
      known !== undefined && known.schedule.length <= schedule.length ? known : { promise, schedule, end };
    this.#violations.set(promise, { ...shortest, count: (known?.count ?? 0) + 1 });
  }

  ended(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}
