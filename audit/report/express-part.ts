// What the log of an Express run tells, as a part of a report.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { continuedId } from '../../core/keys/run.ts';
import { type AuditContext, type CallOptions, timeNow } from '../context.ts';
import { LogsUnreadable } from '../errors.ts';
import { type Failure, failureOf, meaningOf } from '../events.ts';
import { loggedTree } from '../history/history.ts';
import { timelineOf } from '../history/timeline.ts';
import { expressExecution } from '../logs/express-arn.ts';
import { findLogged, idOf, isRun, isWhole, type LoggedRun, namedIn } from '../logs/logged-run.ts';
import { expressSummary } from '../runs/express-summary.ts';
import { notLogged } from '../runs/resolve.ts';
import type { RunSummary } from '../runs/summary.ts';
import type { ExpressPart } from './run-report.ts';

/**
 * @throws {RunNotFound} when the log has nothing of the execution
 * @throws {LogsUnreadable}
 */
export async function readExpressPart(
  context: AuditContext,
  executionArn: string,
  options: CallOptions = {},
): Promise<ExpressPart & { readonly summary: RunSummary }> {
  const name = expressExecution(executionArn, context.store)?.name ?? executionArn;
  const runs = await findLogged(context, `:${name}:`, options);
  const run = runs.find((each) => each.executionArn === executionArn);
  if (run === undefined) throw notLogged(name, context.store);
  const others = runs.filter((each) => each !== run).map((each) => each.executionArn);
  return { ...partOf(run, context), others };
}

/**
 * The Express run that a Standard execution goes on with, or settles; undefined for executions that do neither. What its log does
 * not tell, or may not, is no reason to tell nothing of the execution.
 */
export async function expressPartOf(
  context: AuditContext,
  { name, operation, continues, settles, startedAt }: RunSummary,
  options: CallOptions = {},
): Promise<ExpressPart | undefined> {
  const id = continues === undefined && settles === undefined ? undefined : continuedId(name);
  if (id === undefined || context.store.express === undefined) return undefined;
  try {
    const hint = continues === undefined ? {} : { startedAt: startedAt.getTime() };
    const runs = (await findLogged(context, id, { ...options, ...hint })).filter(
      ({ executionArn }) =>
        idOf(executionArn, context) === id &&
        expressExecution(executionArn, context.store)?.operation === operation,
    );
    const fitting = runs.filter((each) => !continues || isRun(namedIn(each), continues.run) !== 'no');
    const named = fitting.find((each) => continues && isRun(namedIn(each), continues.run) === 'yes');
    const run = named ?? (fitting.length === 1 ? fitting[0] : undefined);
    const others = runs.filter((each) => each !== run).map(({ executionArn }) => executionArn);
    if (run !== undefined) return { ...partOf(run, context), others };
    const gap =
      fitting.length === 0
        ? `its log group has no event of it${runs.length === 0 ? '' : ', but of others of its name'}`
        : 'its name was started more than once';
    return { events: [], timeline: [], failures: [], isWhole: false, gap, others };
  } catch (error) {
    if (!(error instanceof LogsUnreadable)) throw error;
    return { events: [], timeline: [], failures: [], isWhole: false, gap: error.message, others: [] };
  }
}

function partOf(
  run: LoggedRun,
  context: AuditContext,
): Omit<ExpressPart, 'others'> & { readonly summary: RunSummary } {
  const tree = loggedTree(run.events);
  const whole = isWhole(run);
  return {
    summary: expressSummary(run, context.store, timeNow(context)),
    events: run.events,
    timeline: timelineOf(tree),
    tree,
    failures: strayFailures(run.events),
    isWhole: whole,
    ...(!whole && {
      gap: 'its log has some of its events only, by its level, or since others were lost or are late',
    }),
  };
}

/** Failures whose state is not told: that it was entered is not among the events before them. */
function strayFailures(events: readonly HistoryEvent[]): readonly Failure[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const hasState = ({ previousEventId }: HistoryEvent): boolean => {
    let before = byId.get(previousEventId);
    while (before !== undefined && meaningOf(before) !== 'entered') before = byId.get(before.previousEventId);
    return before !== undefined;
  };
  return events.filter((event) => meaningOf(event) === 'attempt failed' && !hasState(event)).map(failureOf);
}
