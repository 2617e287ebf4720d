// Runs as they end, by looking again and again: AWS tells of ends on its own only by best effort.

import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { invalidInput } from '../../core/errors/errors.ts';
import { type AuditContext, sleep } from '../context.ts';
import { canonicalKey, sameKey } from '../item/key.ts';
import { ExpressWatch } from './express-follow.ts';
import { describe, listExecutions, type RunFilter, summarized } from './list.ts';
import { LANES, OUTCOMES, type RunSummary } from './summary.ts';

export interface FollowOptions extends Omit<RunFilter, 'until' | 'since'> {
  /** Milliseconds between looks, up to an hour. Default: 3000. */
  readonly intervalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told after each look, with the number of runs that are in flight. */
  readonly onLook?: ((inFlight: number) => void) | undefined;
}

const INTERVAL_MS = 3000;
const LONGEST_INTERVAL_MS = 60 * 60 * 1000;
/** ListExecutions may lag behind: runs that started this long before a look are looked for again. */
const LAG_MS = 60_000;

/**
 * Each run that ends from now on, once for each end: a run that is redriven ends again. Of Express runs those whose end their log
 * tells. Goes on until the signal is aborted, and then returns.
 * @throws {SagaError} InvalidInput when the key is not the table's, and for an interval that timers do not keep
 * @throws {LogsUnreadable} where Express runs are asked for, too
 */
export async function* followRuns(
  context: AuditContext,
  {
    operations,
    outcomes = OUTCOMES,
    lanes = LANES,
    intervalMs = INTERVAL_MS,
    signal,
    onLook,
    ...filter
  }: FollowOptions = {},
): AsyncGenerator<RunSummary, void, undefined> {
  const key = filter.key && canonicalKey(filter.key, context.store.key);
  if (!(intervalMs >= 0 && intervalMs <= LONGEST_INTERVAL_MS)) {
    throw invalidInput('intervalMs', String(intervalMs), `expected 0 to ${LONGEST_INTERVAL_MS}`);
  }
  const watches = [
    ...(lanes.includes('standard') ? [new Watch(context, operations, signal)] : []),
    ...(lanes.includes('express') && context.store.express
      ? [new ExpressWatch(context, operations, signal)]
      : []),
  ];
  try {
    for (const watch of watches) await watch.begin();
    for (;;) {
      for (const watch of watches) {
        for await (const run of watch.look()) {
          if (outcomes.includes(run.outcome) && (key === undefined || sameKey(run.key, key))) yield run;
        }
      }
      onLook?.(watches.reduce((sum, { inFlight }) => sum + inFlight, 0));
      await sleep(intervalMs, signal);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** What is in flight and which ends were seen, between looks. Times are those of the runs: clocks may differ. */
class Watch {
  readonly #context: AuditContext;
  readonly #operations: RunFilter['operations'];
  readonly #signal: AbortSignal | undefined;
  /** Ends that were told of, with the start of their runs. */
  readonly #ends = new Map<string, number>();
  #running: ReadonlySet<string> = new Set();
  #newestStart = 0;

  constructor(context: AuditContext, operations: RunFilter['operations'], signal: AbortSignal | undefined) {
    this.#context = context;
    this.#operations = operations;
    this.#signal = signal;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  /** What has ended by now is the past. */
  async begin(): Promise<void> {
    for await (const execution of this.#list()) {
      const start = startOf(execution);
      this.#newestStart = Math.max(this.#newestStart, start);
      if (start < this.#newestStart - LAG_MS) break;
      if (execution.status !== 'RUNNING') this.#isNewEnd(execution);
    }
  }

  /** Runs that ended since the last look. */
  async *look(): AsyncGenerator<RunSummary, void, undefined> {
    const running = new Set<string>();
    for await (const { executionArn = '' } of this.#list({ outcomes: ['running'] }))
      running.add(executionArn);
    const ended: string[] = [];
    const since = new Date(this.#newestStart - LAG_MS);
    for await (const execution of this.#list({ since })) {
      this.#newestStart = Math.max(this.#newestStart, startOf(execution));
      const isEnd = execution.status !== 'RUNNING' && !this.#ends.has(endOf(execution));
      if (isEnd) ended.unshift(execution.executionArn ?? '');
    }
    const gone = [...this.#running].filter((arn) => !running.has(arn));
    for (const arn of new Set([...gone, ...ended])) {
      const description = await describe(this.#context, arn, this.#signal);
      if (description?.status === 'RUNNING') running.add(arn);
      else if (description && this.#isNewEnd(description)) {
        yield await summarized(this.#context, description, this.#signal);
      }
    }
    this.#running = running;
    // Of older runs no list tells any more.
    for (const [end, start] of this.#ends) if (start < since.getTime()) this.#ends.delete(end);
  }

  #list(options: Omit<RunFilter, 'operations'> = {}): AsyncGenerator<ExecutionListItem, void, undefined> {
    return listExecutions(this.#context, { operations: this.#operations, signal: this.#signal, ...options });
  }

  #isNewEnd(execution: Execution): boolean {
    const end = endOf(execution);
    if (this.#ends.has(end)) return false;
    this.#ends.set(end, startOf(execution));
    return true;
  }
}

type Execution = Pick<ExecutionListItem, 'startDate' | 'stopDate'> & {
  readonly executionArn?: string | undefined;
};

function startOf({ startDate }: Execution): number {
  return startDate?.getTime() ?? 0;
}

function endOf({ executionArn = '', stopDate }: Execution): string {
  return `${executionArn}#${stopDate?.getTime() ?? 0}`;
}
