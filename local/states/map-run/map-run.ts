// A Map Run: the child executions that a Distributed Map starts, and what is told of them.

import { basename } from 'node:path/posix';
import type { Clock } from '../../clock.ts';
import type { Execution } from '../execution.ts';
import { STATES, StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Batch } from './batches.ts';
import { Counts } from './counts.ts';

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** What UpdateMapRun can change while it runs. */
export interface MapRunSettings {
  /** 0: as many as there can be. */
  maxConcurrency: number;
  /** How many items may fail. Without a count or a percentage, none may. */
  toleratedFailureCount: number | undefined;
  toleratedFailurePercentage: number | undefined;
}

/** What a Map Run is made of; the same for all its children. */
export interface MapRunOrigin {
  readonly arn: string;
  /** Of the execution whose state it is. */
  readonly executionArn: string;
  /** `{state machine}/{label}`. */
  readonly stateMachineArn: string;
  readonly executionType: 'STANDARD' | 'EXPRESS';
}

/** A child execution, and what it was started with. */
export interface Child {
  readonly batch: Batch;
  readonly execution: Execution;
}

/** What a Map Run has to do, and where the results go. */
export interface MapRunWork {
  readonly batches: AsyncIterator<Batch>;
  /** How many items and children there will be; 0 where that is not known before the items are read. */
  readonly expected: { readonly items: number; readonly executions: number };
  readonly results: Results;
}

/** Where the results of one Map Run go. A redriven Map Run goes on with the same. */
export interface Results {
  /** Whether they are written to a bucket, be it that the Map Run fails. */
  readonly exported: boolean;
  /** Takes the result of a child that succeeded. @throws {StateFailure} where it cannot be kept */
  add(child: Child): Promise<void>;
  /** @returns the state's result @throws {StateFailure} */
  finish(mapRun: MapRun): Promise<Json>;
}

export class MapRun {
  readonly origin: MapRunOrigin;
  readonly settings: MapRunSettings;
  readonly executions = new Counts();
  readonly items = new Counts();
  readonly startedAt: number;
  /** What has not been started yet; a redrive goes on with it. */
  readonly batches: AsyncIterator<Batch>;
  readonly results: Results;
  /** Batches that were read and never started. */
  pending: Batch[] = [];
  /** Children that did not succeed, by the index of their batch. */
  readonly unsuccessful = new Map<number, Child>();
  status: MapRunStatus = 'RUNNING';
  stoppedAt: number | undefined;
  redriveCount = 0;
  redrivenAt: number | undefined;
  readonly #clock: Clock;
  /** Whether everything has been read, so that a share of the items can be told. */
  #allRead = false;
  #failure: StateFailure | undefined;

  constructor(origin: MapRunOrigin, settings: MapRunSettings, work: MapRunWork, clock: Clock) {
    this.origin = origin;
    this.settings = settings;
    this.batches = work.batches;
    this.results = work.results;
    this.items.expected = work.expected.items;
    this.executions.expected = work.expected.executions;
    this.#clock = clock;
    this.startedAt = clock.now();
  }

  /** The last part of its ARN. */
  get id(): string {
    return basename(this.origin.arn.replaceAll(':', '/'));
  }

  /**
   * Whether a redrive goes on with it; otherwise it starts another. "Redriving Map Runs" in the Developer Guide: what
   * failed for the size of its results, or could not read or write, is started again.
   */
  get redrivable(): boolean {
    if (this.status === 'ABORTED') return true;
    return this.status === 'FAILED' && this.#failure?.error === STATES.exceedToleratedFailureThreshold;
  }

  started({ batch }: Child): void {
    this.#count((counts, count) => counts.enter('RUNNING', count), batch);
  }

  /** Redriven children leave the queue as others start. */
  restarted({ batch }: Child): void {
    this.#count((counts, count) => counts.leaveQueue(count), batch);
    this.#count((counts, count) => counts.enter('RUNNING', count), batch);
  }

  childEnded(child: Child): void {
    const { batch, execution } = child;
    this.#count((counts, count) => counts.leave('RUNNING', count), batch);
    this.#count((counts, count) => counts.enter(execution.status, count), batch);
    if (execution.status !== 'SUCCEEDED') this.unsuccessful.set(batch.index, child);
  }

  readAll(): void {
    this.#allRead = true;
  }

  /** The failure of too many items; a percentage is told once all items have been read, or where their number is known. */
  thresholdFailure(): StateFailure | undefined {
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = this.settings;
    const failed = this.items.unsuccessful;
    const known = this.#allRead || this.items.expected > 0;
    const tooMany =
      (count !== undefined && failed > count) ||
      (percentage !== undefined && known && failed * 100 > percentage * this.items.total) ||
      (count === undefined && percentage === undefined && failed > 0);
    if (!tooMany) return undefined;
    const cause = 'The specified tolerated failure threshold was exceeded';
    return new StateFailure(STATES.exceedToleratedFailureThreshold, cause);
  }

  ended(status: MapRunStatus, failure?: StateFailure): void {
    this.status = status;
    this.#failure = failure;
    this.stoppedAt = this.#clock.now();
    if (this.redrivable) return;
    this.unsuccessful.clear();
    this.pending = [];
  }

  /** Queues what did not succeed. @returns the children to run again */
  redrive(): Child[] {
    this.status = 'RUNNING';
    this.stoppedAt = undefined;
    this.redriveCount += 1;
    this.redrivenAt = this.#clock.now();
    const children = [...this.unsuccessful.values()].sort((a, b) => a.batch.index - b.batch.index);
    for (const { batch, execution } of children) {
      this.#count((counts, count) => counts.queueForRedrive(execution.status, count), batch);
    }
    this.unsuccessful.clear();
    return children;
  }

  /** Takes back children that were queued and not run again. */
  leaveUnsuccessful(children: readonly Child[]): void {
    for (const child of children) {
      const { batch, execution } = child;
      this.#count((counts, count) => counts.leaveQueue(count), batch);
      this.#count((counts, count) => counts.enter(execution.status, count), batch);
      this.unsuccessful.set(batch.index, child);
    }
  }

  #count(change: (counts: Counts, count: number) => void, { itemCount }: Batch): void {
    change(this.executions, 1);
    change(this.items, itemCount);
  }
}
