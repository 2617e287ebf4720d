// Which run repeats which: told by their names, since AWS keeps no other note of it.

import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import type { AuditContext, CallOptions } from '../context.ts';
import { originalInput } from './continuation.ts';
import { describe, listExecutions } from './list.ts';
import { isShortOf, replayName } from './replay-name.ts';
import { executionArn as arnOf, nameOf, operationOf, type RunSummary, summaryOf } from './summary.ts';

/** How many names of replays of older runs are passed over. */
const MAX_SKIPPED = 20;
/** How many runs are looked through for one whose name was too long to be part of its replay's. */
const MAX_SEARCHED = 20_000;

export interface NextReplay {
  /** The replay that there is already; of a replay that was replayed in turn, the last. */
  readonly earlier?: RunSummary;
  /** The name that a replay gets, if there is none yet; missing also when there is no number left. */
  readonly newName?: string;
}

export async function nextReplay(
  context: AuditContext,
  { executionArn = '', input: given = '{}', startDate = new Date(0) }: DescribeExecutionOutput,
  { signal }: CallOptions = {},
): Promise<NextReplay> {
  const operation = operationOf(executionArn, context.store);
  const input = originalInput(nameOf(executionArn), given);
  let earlier: RunSummary | undefined;
  for (let skipped = 0; skipped <= MAX_SKIPPED; skipped += 1) {
    const newName = replayName(nameOf(executionArn), skipped);
    if (newName === undefined) break;
    const found = await describe(context, arnOf(context.store, operation, newName), signal);
    if (found === undefined) return earlier === undefined ? { newName } : { earlier };
    // A name is free again after 90 days: a replay from before this run is another's.
    if (found.input === input && (found.startDate ?? startDate) >= startDate) {
      earlier = summaryOf(found, context.store);
    }
  }
  return earlier === undefined ? {} : { earlier };
}

/** The whole name of the run that a run repeats; undefined for one that repeats none. */
export async function replayedRun(
  context: AuditContext,
  { name, operation, startedAt, replayOf }: RunSummary,
  { signal }: CallOptions = {},
): Promise<string | undefined> {
  if (replayOf === undefined || !replayOf.endsWith('…')) return replayOf;
  let searched = 0;
  for await (const each of listExecutions(context, { operations: [operation], until: startedAt, signal })) {
    if (isShortOf(name, each.name ?? '')) return each.name;
    if (++searched === MAX_SEARCHED) break;
  }
  return replayOf;
}
