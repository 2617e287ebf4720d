// Which runs of one state machine still run: one list tells of up to 1,000 of them, for all who wait.

import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
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
 * A list says only where a look is worth while: it is eventually consistent (API reference, ListExecutions), so a run
 * that is not on it may be too new, and one that is on it may have ended.
 */
export class RunningList {
  readonly #sfn: SFNClient;
  readonly #stateMachineArn: string;
  readonly #pauseMs: number;
  readonly #waiting = new Set<string>();
  #next: Promise<ReadonlySet<string> | undefined> | undefined;
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

  /**
   * Settles once there is reason to look at the run itself: at once, while few wait.
   * @returns whether a list has shown that it does not run any more, or not yet
   */
  async untilMissing(executionArn: string, signal: AbortSignal | undefined): Promise<boolean> {
    while (!this.#refused && this.#waiting.size > FEW) {
      this.#next ??= this.#nextList(this.#stop.signal);
      const running = await abortable(this.#next, signal);
      if (!running?.has(executionArn)) return running !== undefined;
    }
    return false;
  }

  /** The runs that the next list shows; undefined when it cannot be had. */
  async #nextList(stop: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    try {
      await sleep(jittered(this.#pause), stop);
      const running = await this.#list(stop);
      const someEnded = [...this.#waiting].some((arn) => !running.has(arn));
      this.#pause = someEnded ? this.#pauseMs : this.#longer();
      this.#failures = 0;
      return running;
    } catch (error) {
      this.#pause = this.#longer();
      if (!stop.aborted && !isPassing(error)) this.#refused = true;
      this.#failures = (this.#failures + 1) % MAX_FAILURES_IN_A_ROW;
      // No news for now, as if all were running; a list that fails for long helps nobody.
      return this.#refused || this.#failures === 0 ? undefined : new Set(this.#waiting);
    } finally {
      if (!stop.aborted) this.#next = undefined;
    }
  }

  #longer(): number {
    return Math.max(this.#pauseMs, Math.min(Math.max(this.#pause, 1) * GROWTH, LONGEST_PAUSE_MS));
  }

  /** Newest first; older pages are read while they can tell of more than a few. */
  async #list(abortSignal: AbortSignal): Promise<ReadonlySet<string>> {
    const running = new Set<string>();
    const unseen = new Set(this.#waiting);
    let nextToken: string | undefined;
    do {
      const page = await this.#sfn.send(
        new ListExecutionsCommand({
          stateMachineArn: this.#stateMachineArn,
          statusFilter: 'RUNNING',
          maxResults: PAGE,
          nextToken,
        }),
        { abortSignal },
      );
      for (const { executionArn = '' } of page.executions ?? []) {
        running.add(executionArn);
        unseen.delete(executionArn);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined && unseen.size > FEW);
    return running;
  }
}
