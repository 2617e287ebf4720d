// All that can be known of one run: its description, its history, its objects and its item as they are now.

import type { AuditContext, CallOptions } from '../context.ts';
import { type Deletion, factsOf, type RunFacts } from '../history/facts.ts';
import { runTree } from '../history/history.ts';
import { readHistory } from '../history/read-history.ts';
import { timelineOf } from '../history/timeline.ts';
import { readItem, stateOf } from '../item/item.ts';
import { type KeyTexts, keyOfTexts } from '../item/key.ts';
import { compensatedFor } from '../runs/first-failure.ts';
import { type NextReplay, nextReplay, replayedRun } from '../runs/replays.ts';
import { consoleUrl, describeRun } from '../runs/resolve.ts';
import { outcomeOf, summaryOf } from '../runs/summary.ts';
import { nextStepsOf } from './next-steps.ts';
import { type ObjectReport, objectsOfRun, withPresence } from './objects.ts';
import type { ItemReport, RunReport } from './run-report.ts';

/**
 * @throws {RunNotFound} @throws {NotOfThisStore} @throws the signal's reason
 */
export async function readRun(
  context: AuditContext,
  executionArn: string,
  options: CallOptions = {},
): Promise<RunReport> {
  const { store } = context;
  const [description, events] = await Promise.all([
    describeRun(context, executionArn, options),
    readHistory(context, executionArn, options),
  ]);
  const isStuck = outcomeOf(description) === 'stuck';
  const described = summaryOf(description, store, isStuck ? compensatedFor(events) : undefined);
  const none: NextReplay = {};
  const [replayOf, { earlier: replayedBy }] = await Promise.all([
    replayedRun(context, described, options),
    described.outcome === 'committed' ? none : nextReplay(context, description, options),
  ]);
  const summary = { ...described, ...(replayOf !== undefined && { replayOf }) };
  const tree = runTree(events);
  const facts = factsOf(tree);
  const input = jsonOr(description.input);
  const isOver = summary.outcome !== 'running';
  const [objects, item] = await Promise.all([
    withPresence(context, objectsOfRun(facts, input, { isOver, store }), options),
    summary.key && readItemReport(context, summary.key, facts, options),
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
    compensations: facts.deletions.map((deletion) => ({ ...deletion, left: leftOf(deletion, objects) })),
    objects,
    ...(item && { item }),
    redrive: {
      possible: redriveStatus === 'REDRIVABLE',
      ...(redriveStatusReason !== undefined && { obstacle: redriveStatusReason }),
    },
    ...(replayedBy && { replayedBy }),
    consoleUrl: consoleUrl(executionArn),
  };
  return { ...report, nextSteps: nextStepsOf(report) };
}

async function readItemReport(
  context: AuditContext,
  key: KeyTexts,
  { plans }: RunFacts,
  options: CallOptions,
): Promise<ItemReport | undefined> {
  try {
    const now = stateOf(await readItem(context, keyOfTexts(key, context.store.key), options), context.store);
    const run = plans.at(-1)?.run;
    return { key, now, carriesThisWrite: now.kind === 'saga' && now.writtenBy === run };
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

function leftOf({ keys, kept }: Deletion, objects: readonly ObjectReport[]): string[] {
  return keys.filter(
    (key) => !kept.includes(key) && objects.some((object) => object.key === key && object.exists === 'yes'),
  );
}

function jsonOr(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
}
