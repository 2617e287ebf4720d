// The report of an Express run that no other execution goes on with: what its log tells, and nothing more.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { isOf } from '../../core/saga/settle.ts';
import type { AuditContext, CallOptions } from '../context.ts';
import { detailsOf } from '../events.ts';
import { factsOf, type RunFacts } from '../history/facts.ts';
import type { RunTree } from '../history/history.ts';
import { endOf, idOf } from '../logs/logged-run.ts';
import { consoleUrl } from '../runs/resolve.ts';
import type { Outcome, RunSummary } from '../runs/summary.ts';
import { readItemReport } from './item-report.ts';
import { nextStepsOf } from './next-steps.ts';
import { jsonOr, leftOf, objectsOfRun, withPresence } from './objects.ts';
import type { ExpressPart, RunReport } from './run-report.ts';

export async function expressReport(
  context: AuditContext,
  part: ExpressPart & { readonly summary: RunSummary; readonly tree?: RunTree },
  options: CallOptions,
): Promise<RunReport> {
  const { summary, events, timeline, tree } = part;
  if (tree === undefined) throw new RangeError('a run of the log has at least one event');
  const facts = part.isWhole ? factsOf(tree) : factsOfPart(summary.outcome);
  const input = inputIn(events);
  const isOver = summary.outcome !== 'running';
  const run = facts.plans.at(-1)?.run ?? summary.run;
  const id = idOf(summary.executionArn, context);
  // Which of the executions of its id it is, its log need not tell.
  const isThis = (writtenBy: string): boolean | undefined => {
    if (facts.written === 'no') return false;
    if (run !== undefined) return writtenBy === run;
    return id !== undefined && isOf(writtenBy, summary.operation, id) ? undefined : false;
  };
  const [objects, item] = await Promise.all([
    withPresence(context, objectsOfRun(facts, input, { isOver, store: context.store }), options),
    summary.key && readItemReport(context, summary.key, isThis, options),
  ]);
  const end = endOf(events);
  const output = end && detailsOf(end).output;
  const report = {
    ...{ summary, input, events, timeline, tree },
    ...(output !== undefined && { output: jsonOr(output) }),
    ...{ phase: facts.phase, written: facts.written, objects, tellsObjects: facts.tellsObjects },
    compensations: facts.deletions.map((deletion) => ({ ...deletion, ...leftOf(deletion, objects) })),
    ...(item && { item }),
    redrive: { possible: false, obstacle: 'Step Functions redrives no Express run' },
    express: part,
    consoleUrl: consoleUrl(summary.executionArn, summary.startedAt),
  };
  return { ...report, nextSteps: nextStepsOf(report) };
}

/** What an outcome says by itself: of objects nothing. */
function factsOfPart(outcome: Outcome): RunFacts {
  const written = WRITTEN[outcome] ?? 'maybe';
  return {
    ...{ plans: [], put: [], maybePut: [], deletions: [], tellsObjects: false, written },
    phase: written === 'maybe' ? 'unknown' : 'ended',
  };
}

const WRITTEN: Readonly<Partial<Record<Outcome, RunFacts['written']>>> = {
  committed: 'yes',
  'cleanup-deferred': 'yes',
  rejected: 'no',
  'rolled-back': 'no',
};

function inputIn(events: readonly HistoryEvent[]): unknown {
  const started = events.find(({ type }) => type === 'ExecutionStarted');
  return jsonOr(started && detailsOf(started).input);
}
