// All that can be known of one run: its description, its history, its objects and its item as they are now.

import type { AuditContext, CallOptions } from '../context.ts';
import { factsOf, type RunFacts } from '../history/facts.ts';
import { runTree } from '../history/history.ts';
import { readHistory } from '../history/read-history.ts';
import { timelineOf } from '../history/timeline.ts';
import { expressExecution } from '../logs/express-arn.ts';
import { continuationIn } from '../runs/continuation.ts';
import { compensatedFor, failureBefore } from '../runs/first-failure.ts';
import { goesOnAs } from '../runs/goes-on.ts';
import { type NextReplay, nextReplay, replayedRun } from '../runs/replays.ts';
import { consoleUrl, describeRun } from '../runs/resolve.ts';
import { outcomeOf, parsed, type RunSummary, summaryOf } from '../runs/summary.ts';
import { expressPartOf, readExpressPart } from './express-part.ts';
import { expressReport } from './express-report.ts';
import { readItemReport } from './item-report.ts';
import { nextStepsOf } from './next-steps.ts';
import { jsonOr, leftOf, objectsOfRun, withPresence } from './objects.ts';
import type { ExpressPart, RunReport } from './run-report.ts';

/**
 * An Express run with which an execution of the Standard lane goes on, or that one settles, is told as that execution, which tells
 * what became of it.
 * @throws {RunNotFound} @throws {NotOfThisStore} @throws the signal's reason
 * @throws {LogsUnreadable} for an Express run
 */
export async function readRun(
  context: AuditContext,
  executionArn: string,
  options: CallOptions = {},
): Promise<RunReport> {
  if (expressExecution(executionArn, context.store) === undefined) {
    return readStandardRun(context, executionArn, undefined, options);
  }
  const part = await readExpressPart(context, executionArn, options);
  const goesOn = await goesOnAs(context, part.summary, { ...options, isOnly: part.others.length === 0 });
  return goesOn === undefined
    ? expressReport(context, part, options)
    : readStandardRun(context, goesOn, part, options);
}

/** @param express - the Express run that it goes on with, where that is read already */
async function readStandardRun(
  context: AuditContext,
  executionArn: string,
  express: ExpressPart | undefined,
  options: CallOptions,
): Promise<RunReport> {
  const { store } = context;
  const [description, events] = await Promise.all([
    describeRun(context, executionArn, options),
    readHistory(context, executionArn, options),
  ]);
  const isStuck = outcomeOf(description) === 'stuck';
  const because = isStuck ? (compensatedFor(events) ?? failureBefore(description)) : undefined;
  const described = summaryOf(description, store, because);
  const none: NextReplay = {};
  const [replayOf, { earlier: replayedBy }, part] = await Promise.all([
    replayedRun(context, described, options),
    described.outcome === 'committed' ? none : nextReplay(context, description, options),
    express ?? expressPartOf(context, described, options),
  ]);
  const summary = { ...described, ...(replayOf !== undefined && { replayOf }) };
  const tree = runTree(events);
  const input = jsonOr(description.input);
  const { continues, settles } = continuationIn(summary.name, input);
  const facts = settles === undefined ? factsOf(tree, continues) : settled(factsOf(tree), summary);
  const isOver = summary.outcome !== 'running';
  const run = runOf(facts, description.output);
  const [objects, item] = await Promise.all([
    withPresence(context, objectsOfRun(facts, input, { isOver, store }), options),
    summary.key && readItemReport(context, summary.key, (writtenBy) => writtenBy === run, options),
  ]);
  const { redriveStatus, redriveStatusReason } = description;
  const report = {
    summary,
    input,
    ...(description.output !== undefined && { output: jsonOr(description.output) }),
    events,
    timeline: timelineOf(tree),
    tree,
    phase: facts.phase,
    written: facts.written,
    compensations: facts.deletions.map((deletion) => ({ ...deletion, ...leftOf(deletion, objects) })),
    objects,
    tellsObjects: settles === undefined && facts.tellsObjects,
    ...(item && { item }),
    redrive: {
      possible: redriveStatus === 'REDRIVABLE',
      ...(redriveStatusReason !== undefined && { obstacle: redriveStatusReason }),
    },
    ...(replayedBy && { replayedBy }),
    ...(part && { express: part }),
    consoleUrl: consoleUrl(executionArn),
  };
  return { ...report, nextSteps: nextStepsOf(report) };
}

/** What whoever settles an Express run says of that run's write. */
function settled(facts: RunFacts, { outcome }: RunSummary): RunFacts {
  const isWritten = outcome === 'committed' || outcome === 'cleanup-deferred';
  const written = isWritten ? 'yes' : outcome === 'rolled-back' ? 'no' : 'maybe';
  return { ...facts, phase: facts.phase === 'ended' ? 'ended' : 'settling', written };
}

/** The run as its item would name it: of a settled one the output tells. */
function runOf({ plans }: RunFacts, output: string | undefined): string | undefined {
  const told = parsed(output)?.run;
  return plans.at(-1)?.run ?? (typeof told === 'string' ? told : undefined);
}
