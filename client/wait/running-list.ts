// Which runs of one state machine still run, and which have succeeded: one list tells of up to 1,000 of them, for all who wait.

import { ListExecutionsCommand, type ListExecutionsInput, type SFNClient } from '@aws-sdk/client-sfn';
import { isPassing, jittered, sleep } from '../calls/pause.ts';
import { abortable } from '../calls/signal.ts';

/** Up to this many waits, or runs that a page did not show, looking at each costs no more than a further page. */
export const FEW = 5;
const LONGEST_PAUSE_MS = 2000;
const GROWTH = 1.5;
const PAGE = 1000;
/** Lists in a row that may fail before those who wait look for themselves. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface RunningListOptions {
  readonly sfn: SFNClient;
  readonly stateMachineArn: string;
  /** Milliseconds between two lists while runs end; up to 2 s when none does. */
  readonly pauseMs: number;
}

/**
 * What a list told of a run: nothing, while few wait; that it is not among those that run; or that it has succeeded, and when it
 * was started.
 */
export type Sighting = 'none' | 'missing' | { readonly succeededFrom: Date };

/** What one list shows. */
interface Shown {
  readonly running: ReadonlySet<string>;
  /** When those that have succeeded were started. */
  readonly succeeded: ReadonlyMap<string, Date>;
}

/**
 * A list says mostly where a look is worth while: it is eventually consistent (API reference, ListExecutions), so a run
 * that is not on it may be too new, and one that is on it as running may have ended. A success is a last word: it is shown once it
 * is there, and nothing follows it.
 */
export class RunningList {
  readonly #sfn: SFNClient;
  readonly #stateMachineArn: string;
  readonly #pauseMs: number;
  readonly #waiting = new Set<string>();
  #next: Promise<Shown | undefined> | undefined;
  #stop = new AbortController();
  #pause: number;
  #failures = 0;
  #refused = false;

  constructor({ sfn, stateMachineArn, pauseMs }: RunningListOptions) {
    this.#sfn = sfn;
    this.#stateMachineArn = stateMachineArn;
    this.#pauseMs = pauseMs;
    this.#pause = pauseMs;
  }

  /** How many wait for a run of this state machine. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Whether the caller may not list, so that everyone looks at runs one by one. */
  get refused(): boolean {
    return this.#refused;
  }

  join(executionArn: string): void {
    this.#waiting.add(executionArn);
  }

  leave(executionArn: string): void {
    this.#waiting.delete(executionArn);
    if (this.#waiting.size > 0) return;
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#next = undefined;
  }

  /** Settles once there is reason to look at the run itself, or none any more: at once, while few wait. */
  async untilSeen(executionArn: string, signal: AbortSignal | undefined): Promise<Sighting> {
    while (!this.#refused && this.#waiting.size > FEW) {
      this.#next ??= this.#nextList(this.#stop.signal);
      const shown = await abortable(this.#next, signal);
      const succeededFrom = shown?.succeeded.get(executionArn);
      if (succeededFrom !== undefined) return { succeededFrom };
      if (!shown?.running.has(executionArn)) return shown === undefined ? 'none' : 'missing';
    }
    return 'none';
  }

  /** What the next list shows; undefined when it cannot be had. */
  async #nextList(stop: AbortSignal): Promise<Shown | undefined> {
    try {
      await sleep(jittered(this.#pause), stop);
      const shown = await this.#list(stop);
      const someEnded = [...this.#waiting].some((arn) => !shown.running.has(arn));
      this.#pause = someEnded ? this.#pauseMs : this.#longer();
      this.#failures = 0;
      return shown;
    } catch (error) {
      this.#pause = this.#longer();
      if (!stop.aborted && !isPassing(error)) this.#refused = true;
      this.#failures = (this.#failures + 1) % MAX_FAILURES_IN_A_ROW;
      // No news for now, as if all were running; a list that fails for long helps nobody.
      return this.#refused || this.#failures === 0
        ? undefined
        : { running: new Set(this.#waiting), succeeded: new Map() };
    } finally {
      if (!stop.aborted) this.#next = undefined;
    }
  }

  #longer(): number {
    return Math.max(this.#pauseMs, Math.min(Math.max(this.#pause, 1) * GROWTH, LONGEST_PAUSE_MS));
  }

  /**
   * The newest runs, whatever has become of them; then, if more than a few are older than these, pages of those that run, as long
   * as they can tell of more than a few.
   */
  async #list(abortSignal: AbortSignal): Promise<Shown> {
    const running = new Set<string>();
    const succeeded = new Map<string, Date>();
    const unseen = new Set(this.#waiting);
    const read = async (filter: Partial<ListExecutionsInput>) => {
      const input = { stateMachineArn: this.#stateMachineArn, maxResults: PAGE, ...filter };
      const page = await this.#sfn.send(new ListExecutionsCommand(input), { abortSignal });
      for (const { executionArn = '', status, startDate } of page.executions ?? []) {
        if (status === 'RUNNING' || status === 'PENDING_REDRIVE') running.add(executionArn);
        if (status === 'SUCCEEDED' && startDate !== undefined) succeeded.set(executionArn, startDate);
        unseen.delete(executionArn);
      }
      return page.nextToken;
    };
    let nextToken = await read({});
    if (nextToken === undefined) return { running, succeeded };
    nextToken = undefined;
    while (unseen.size > FEW) {
      nextToken = await read({ statusFilter: 'RUNNING', nextToken });
      if (nextToken === undefined) break;
    }
    return { running, succeeded };
  }
}
