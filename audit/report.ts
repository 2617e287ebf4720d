// All that can be known of one run: its description, its history, its objects and its item as they are now.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { AuditContext, CallOptions } from './context.ts';
import { type Deletion, factsOf, type Phase, type RunFacts } from './facts.ts';
import { type RunTree, runTree } from './history.ts';
import { type ItemState, readItem, stateOf } from './item.ts';
import { type KeyTexts, keyOfTexts } from './key.ts';
import { nextStepsOf } from './next-steps.ts';
import { type ObjectReport, objectsOfRun, withPresence } from './objects.ts';
import { readHistory } from './read-history.ts';
import { type NextReplay, nextReplay, replayedRun } from './replays.ts';
import { consoleUrl, describeRun } from './resolve.ts';
import { type RunSummary, summaryOf } from './summary.ts';
import { type TimelineEntry, timelineOf } from './timeline.ts';

export interface RunReport {
  readonly summary: RunSummary;
  /** JSON values; a text that is not JSON as a string. */
  readonly input: unknown;
  /** Missing unless the run succeeded. */
  readonly output?: unknown;
  /** As Step Functions has them, oldest first. */
  readonly events: readonly HistoryEvent[];
  readonly timeline: readonly TimelineEntry[];
  readonly tree: RunTree;
  /** Where it is, or stopped. */
  readonly phase: Phase;
  /** Whether the item was written; `maybe` when no definite answer to the write is known. */
  readonly written: RunFacts['written'];
  /** Compensations and clean-ups that were begun. */
  readonly compensations: readonly CompensationReport[];
  readonly objects: readonly ObjectReport[];
  /** Missing when the input names no item of the table, or the caller may not read it. */
  readonly item?: ItemReport;
  /** Whether and why not it can be redriven, in the words of DescribeExecution. */
  readonly redrive: { readonly possible: boolean; readonly obstacle?: string };
  /** The run that repeated this one. */
  readonly replayedBy?: RunSummary;
  /** What to do now, a sentence each. */
  readonly nextSteps: readonly string[];
  /** The run's page in the AWS console. */
  readonly consoleUrl: string;
}

export interface CompensationReport extends Deletion {
  /** Objects that it was to delete and that exist all the same. */
  readonly left: readonly string[];
}

export interface ItemReport {
  readonly key: KeyTexts;
  readonly now: ItemState;
  /** The run that wrote the item last is this one. */
  readonly carriesThisWrite: boolean;
}

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
  const described = summaryOf(description, store);
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
    const now = stateOf(await readItem(context, keyOfTexts(key, context.store.key), options));
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
