// Runs a Map Run: starts children as places become free, up to the end of the items or to one failure too many.

import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import { MAX_CHILD_EXECUTIONS } from '../limits.ts';
import type { MapRunControl } from '../run/frame.ts';
import type { Batch } from './batches.ts';
import type { Child, MapRun } from './map-run.ts';

/** Starts and stops the children of one Map Run. */
export interface Children {
  /**
   * @param onEnd - told once of its end, later than this returns
   * @throws {StateFailure} when the role may not start it
   */
  start(batch: Batch, onEnd: (child: Child) => void): Child;
  /**
   * Goes on with a child that did not succeed; an Express one is started anew.
   * @throws {StateFailure} when the role may not redrive or start it
   */
  redrive(child: Child, onEnd: (child: Child) => void): Child;
  stop(child: Child): void;
}

/** After so many starts the process has a turn for what else it does. */
const STARTS_A_TURN = 64;

/** The Map Run for the state that starts it. */
export function controlOf(mapRun: MapRun, children: Children): MapRunControl {
  let queued: Child[] = [];
  return {
    arn: mapRun.origin.arn,
    get isRunning() {
      return mapRun.status === 'RUNNING';
    },
    get redrivable() {
      return mapRun.redrivable;
    },
    get redriveCount() {
      return mapRun.redriveCount;
    },
    redrive: () => {
      queued = mapRun.redrive();
    },
    runToEnd: (signal) => runToEnd(mapRun, children, queued.splice(0), signal),
  };
}

/** @param redriven - children of an earlier attempt to begin with */
async function runToEnd(
  mapRun: MapRun,
  children: Children,
  redriven: readonly Child[],
  signal: AbortSignal,
): Promise<Json> {
  const pool = new Pool(mapRun, children);
  const abort = (): void => {
    pool.stop();
    mapRun.ended('ABORTED');
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    const failure = await pool.runAll(redriven);
    if (signal.aborted) return null;
    if (failure !== undefined) {
      if (mapRun.results.exported) await exportFailed(mapRun);
      throw failure;
    }
    const result = await mapRun.results.finish(mapRun);
    mapRun.ended('SUCCEEDED');
    return result;
  } catch (error) {
    if (!signal.aborted && error instanceof StateFailure) mapRun.ended('FAILED', error);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Exports what there is. What was never started is read for it; a redrive goes on with that. */
async function exportFailed(mapRun: MapRun): Promise<void> {
  try {
    for (let next = await mapRun.batches.next(); !next.done; next = await mapRun.batches.next()) {
      mapRun.pending.push(next.value);
    }
  } catch {
    // The Map Run has failed already; what cannot be read is not reported.
  }
  await mapRun.results.finish(mapRun);
}

class Pool {
  readonly #mapRun: MapRun;
  readonly #children: Children;
  readonly #running = new Set<Child>();
  #failure: StateFailure | undefined;
  #stopped = false;
  #wake: () => void = () => undefined;

  constructor(mapRun: MapRun, children: Children) {
    this.#mapRun = mapRun;
    this.#children = children;
  }

  /** @returns what the Map Run fails with, once nothing runs any more */
  async runAll(redriven: readonly Child[]): Promise<StateFailure | undefined> {
    const again = [...redriven];
    try {
      await this.#startAll(again);
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error;
      this.#fail(error);
    }
    this.#mapRun.leaveUnsuccessful(again);
    if (!this.#stopped) {
      this.#mapRun.readAll();
      this.#checkThreshold();
    }
    while (this.#running.size > 0) await this.#change();
    return this.#failure;
  }

  stop(): void {
    this.#stopped = true;
    for (const child of [...this.#running]) this.#children.stop(child);
    this.#wake();
  }

  /** Starts what there is, in order, until all is started or the pool is stopped. What was not begun stays in its queue. */
  async #startAll(again: Child[]): Promise<void> {
    const onEnd = (child: Child): void => this.#ended(child);
    for (let starts = 1; ; starts += 1) {
      while (!this.#stopped && this.#running.size >= this.#limit) await this.#change();
      if (this.#stopped) return;
      const [child] = again;
      if (child !== undefined) {
        const redriven = this.#children.redrive(child, onEnd);
        again.shift();
        this.#running.add(redriven);
        this.#mapRun.restarted(redriven);
      } else {
        const batch = await this.#nextBatch();
        if (batch === undefined || this.#stopped) return;
        const started = this.#children.start(batch, onEnd);
        this.#mapRun.pending.shift();
        this.#running.add(started);
        this.#mapRun.started(started);
      }
      if (starts % STARTS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** It stays the first of those that are pending until it is started. */
  async #nextBatch(): Promise<Batch | undefined> {
    if (this.#mapRun.pending.length === 0) {
      const next = await this.#mapRun.batches.next();
      if (!next.done) this.#mapRun.pending.push(next.value);
    }
    return this.#mapRun.pending[0];
  }

  get #limit(): number {
    const { maxConcurrency } = this.#mapRun.settings;
    return Math.min(maxConcurrency || MAX_CHILD_EXECUTIONS, MAX_CHILD_EXECUTIONS);
  }

  #ended(child: Child): void {
    this.#running.delete(child);
    this.#mapRun.childEnded(child);
    if (child.execution.status === 'SUCCEEDED') {
      this.#mapRun.results.add(child).catch((error: StateFailure) => this.#fail(error));
    }
    if (!this.#stopped) this.#checkThreshold();
    this.#wake();
  }

  #checkThreshold(): void {
    const failure = this.#mapRun.thresholdFailure();
    if (failure !== undefined) this.#fail(failure);
  }

  #fail(failure: StateFailure): void {
    this.#failure ??= failure;
    this.stop();
  }

  /** Until a child has ended, or the pool is stopped. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
