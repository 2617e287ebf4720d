// The Express runs of a store, newest first, as their log tells them. CloudWatch Logs gives events oldest first, so the log is read
// in windows, from now back, each as long as all before it together.

import { RUN_MEMORY_MS } from '../../core/errors/limits.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';
import { type AuditContext, type CallOptions, timeNow } from '../context.ts';
import { expressExecution } from '../logs/express-arn.ts';
import { loggedEvents } from '../logs/log-events.ts';
import { type LoggedRun, LoggedRuns, RUN_SPAN_MS } from '../logs/logged-run.ts';
import { expressSummary } from './express-summary.ts';
import type { RunSummary } from './summary.ts';

export interface ExpressListOptions extends CallOptions {
  readonly operations?: readonly Operation[] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Ends and starts, and that a clean-up was put off, which an output may not be there to tell. */
const FILTER = '{ ($.type = "Execution*") || ($.details.name = "CleanupDeferred") }';
const FIRST_WINDOW_MS = 15 * 60 * 1000;

/**
 * Runs of which the log has a start or an end.
 * @throws {LogsUnreadable}
 */
export async function* listExpressRuns(
  context: AuditContext,
  { operations = OPERATIONS, since, until, signal }: ExpressListOptions,
): AsyncGenerator<RunSummary, void, undefined> {
  const now = timeNow(context);
  const oldest = Math.max(since?.getTime() ?? now - RUN_MEMORY_MS, 0);
  if (until !== undefined && until.getTime() <= oldest) return;
  const runs = new LoggedRuns();
  const isWanted = ({ executionArn, startedAt }: { executionArn: string; startedAt: Date }): boolean => {
    const operation = expressExecution(executionArn, context.store)?.operation;
    const isInTime = startedAt.getTime() >= oldest && (until === undefined || startedAt < until);
    return operation !== undefined && operations.includes(operation) && isInTime;
  };
  const isOpen = until === undefined || until.getTime() >= now;
  for (const window of windows({ oldest, newest: isOpen ? now : until.getTime(), isOpen })) {
    for await (const event of loggedEvents(context, { ...window, filterPattern: FILTER, signal }))
      runs.add(event);
    // What began earlier may have events in the next window, and what that window has may have begun as late.
    const settledFrom = window.isLast ? Number.NEGATIVE_INFINITY : window.from + RUN_SPAN_MS;
    const settled = inOrderOfStart(runs.all(), context).filter(
      ({ startedAt }) => startedAt.getTime() >= settledFrom,
    );
    yield* settled.filter(isWanted);
    for (const { executionArn } of settled) runs.take(executionArn);
  }
}

function inOrderOfStart(runs: readonly LoggedRun[], context: AuditContext): RunSummary[] {
  const now = timeNow(context);
  return runs
    .map((run) => expressSummary(run, context.store, now))
    .sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime());
}

interface Window {
  readonly from: number;
  readonly until: number | undefined;
  readonly isLast: boolean;
}

/** From the newest to the oldest start that is wanted; the first reaches as far as runs that started by then can have events. */
function* windows({
  oldest,
  newest,
  isOpen,
}: {
  readonly oldest: number;
  readonly newest: number;
  readonly isOpen: boolean;
}): Generator<Window, void, undefined> {
  const beginning = oldest - RUN_SPAN_MS;
  let until: number | undefined = isOpen ? undefined : newest + RUN_SPAN_MS;
  for (let length = FIRST_WINDOW_MS; ; length *= 2) {
    const from = Math.max(newest - length, beginning);
    const isLast = from === beginning;
    yield { from, until, isLast };
    if (isLast) return;
    until = from - 1;
  }
}
