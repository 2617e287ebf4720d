// How far a search goes, and whom it tells.

export interface SearchOptions {
  /** Default: 400,000. */
  readonly maxStates?: number;
  /** Default: two minutes. */
  readonly maxMs?: number;
  /** Whether the first broken promise ends it. */
  readonly first?: boolean;
  /** Ends the search; what was explored so far is its result. */
  readonly signal?: AbortSignal;
  /** Told every second or so. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly states: number;
  readonly depth: number;
  readonly frontier: number;
  readonly milliseconds: number;
}

export const DEFAULT_MAX_STATES = 400_000;
export const DEFAULT_MAX_MS = 120_000;
const TELL_MS = 1_000;

/** Watches one search. */
export class Watch {
  readonly #options: SearchOptions;
  readonly #began = performance.now();
  #told = performance.now();

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  get milliseconds(): number {
    return performance.now() - this.#began;
  }

  /** Whether the search is to end now. */
  isOver(states: number): boolean {
    const { maxStates = DEFAULT_MAX_STATES, maxMs = DEFAULT_MAX_MS, signal } = this.#options;
    return states > maxStates || this.milliseconds > maxMs || signal?.aborted === true;
  }

  tell(progress: Omit<Progress, 'milliseconds'>): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined || performance.now() - this.#told < TELL_MS) return;
    this.#told = performance.now();
    onProgress({ ...progress, milliseconds: this.milliseconds });
  }
}
