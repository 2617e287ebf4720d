// Express runs as they end, by looking at their log again and again. It tells late, and of runs that went well at level ALL only.

import type { Operation } from '../../core/keys/run.ts';
import { type AuditContext, timeNow } from '../context.ts';
import { RUN_SPAN_MS } from '../logs/logged-run.ts';
import { listExpressRuns } from './express-list.ts';
import type { RunSummary } from './summary.ts';

/** Events come to a log late: this long after a run's end it is still looked for. */
const LAG_MS = 60_000;

/** Which ends were seen, between looks. */
export class ExpressWatch {
  readonly #context: AuditContext;
  readonly #operations: readonly Operation[] | undefined;
  readonly #signal: AbortSignal | undefined;
  /** Runs that were told of, with their start. */
  readonly #ended = new Map<string, number>();
  #running = 0;

  constructor(
    context: AuditContext,
    operations: readonly Operation[] | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#context = context;
    this.#operations = operations;
    this.#signal = signal;
  }

  /** Those whose start is told, and whose end is not yet. */
  get inFlight(): number {
    return this.#running;
  }

  /** What has ended by now is the past. @throws {LogsUnreadable} */
  async begin(): Promise<void> {
    // The answer to the first look may put right by which time the second one looks.
    for await (const _ of this.look());
    for await (const _ of this.look());
  }

  /** Runs whose ends the log has told since the last look, oldest start first. @throws {LogsUnreadable} */
  async *look(): AsyncGenerator<RunSummary, void, undefined> {
    const since = new Date(timeNow(this.#context) - RUN_SPAN_MS - LAG_MS);
    const [operations, signal] = [this.#operations, this.#signal];
    const ended: RunSummary[] = [];
    let running = 0;
    for await (const run of listExpressRuns(this.#context, { operations, since, signal })) {
      if (run.outcome === 'running') running += 1;
      if (run.stoppedAt !== undefined && !this.#ended.has(run.executionArn)) ended.unshift(run);
    }
    this.#running = running;
    for (const run of ended) this.#ended.set(run.executionArn, run.startedAt.getTime());
    // No later look reaches back to them.
    for (const [arn, start] of this.#ended) if (start < since.getTime()) this.#ended.delete(arn);
    yield* ended;
  }
}
