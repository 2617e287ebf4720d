// How many children of a Map Run, and items in them, are where.

import type { ExecutionStatus } from '../execution.ts';

type Place = 'running' | 'succeeded' | 'failed' | 'timedOut' | 'aborted' | 'pendingRedrive';

const PLACES: Readonly<Record<ExecutionStatus, Place>> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

/** Children, or items. */
export class Counts {
  readonly #places: Record<Place, number> = {
    running: 0,
    succeeded: 0,
    failed: 0,
    timedOut: 0,
    aborted: 0,
    pendingRedrive: 0,
  };
  /** How many there will be, where that is known before they are read. */
  expected = 0;
  resultsWritten = 0;

  enter(status: ExecutionStatus, count: number): void {
    this.#places[PLACES[status]] += count;
  }

  leave(status: ExecutionStatus, count: number): void {
    this.#places[PLACES[status]] -= count;
  }

  /** From where it stands to the queue of a redrive, or from there to running. */
  queueForRedrive(status: ExecutionStatus, count: number): void {
    this.leave(status, count);
    this.#places.pendingRedrive += count;
  }

  leaveQueue(count: number): void {
    this.#places.pendingRedrive -= count;
  }

  get unsuccessful(): number {
    const { failed, timedOut, aborted } = this.#places;
    return failed + timedOut + aborted;
  }

  get total(): number {
    const started = Object.values(this.#places).reduce((sum, count) => sum + count, 0);
    return Math.max(started, this.expected);
  }

  /** As DescribeMapRun has them. What has not been read yet is counted only where its number is known. */
  describe(): Readonly<Record<string, number>> {
    const { running, succeeded, failed, timedOut, aborted, pendingRedrive } = this.#places;
    const started = running + succeeded + failed + timedOut + aborted + pendingRedrive;
    return {
      pending: this.total - started,
      running,
      succeeded,
      failed,
      timedOut,
      aborted,
      total: this.total,
      resultsWritten: this.resultsWritten,
      failuresNotRedrivable: 0,
      pendingRedrive,
    };
  }
}
