// The runs of a store, newest first, read lazily: ListExecutions tells neither error nor input nor output, so each run
// that is asked for is described, several at a time.

import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type ExecutionListItem,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import { invalidInput } from '../../core/errors/errors.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';
import { type AuditContext, patiently } from '../context.ts';
import { canonicalKey, type KeyTexts, sameKey } from '../item/key.ts';
import { inOrder, merged } from '../streams.ts';
import { listExpressRuns } from './express-list.ts';
import { failureBefore, firstFailure } from './first-failure.ts';
import {
  LANES,
  type Lane,
  OUTCOMES,
  type Outcome,
  outcomeOf,
  type RunSummary,
  STATUSES,
  summaryOf,
} from './summary.ts';

export interface RunFilter {
  /** Default: all. */
  readonly operations?: readonly Operation[] | undefined;
  /** Default: all. */
  readonly outcomes?: readonly Outcome[] | undefined;
  /** Default: all that the store has. */
  readonly lanes?: readonly Lane[] | undefined;
  /** Runs on this item only; of Express runs those alone whose log names it. */
  readonly key?: KeyTexts | undefined;
  /** Runs that started at this time or later. */
  readonly since?: Date | undefined;
  /** Runs that started before. */
  readonly until?: Date | undefined;
}

export interface ListOptions extends RunFilter {
  /** How many runs at most. Default: all that Step Functions remembers, of the last 90 days. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told after each run that was looked at. */
  readonly onProgress?: ((progress: ListProgress) => void) | undefined;
  /** Runs that were looked at before: what has ended since need not be described again. */
  readonly known?: KnownRuns | undefined;
}

/** A memory of runs for who lists again and again. */
export interface KnownRuns {
  /** The run that an execution is, as it is listed now; undefined when it has to be described. */
  find(execution: ExecutionListItem): RunSummary | undefined;
  keep(run: RunSummary): void;
}

export interface ListProgress {
  /** Runs looked at, and those among them that were asked for. */
  readonly scanned: number;
  readonly found: number;
  /** With a key: Express runs whose item their log does not name; none of them is found. */
  readonly nameless?: number;
  /** Start of the run looked at last: how far back the search has come. */
  readonly reached: Date;
}

/** ListExecutions gives no more at once. */
const PAGE = 1000;
/** Descriptions under way at a time: AWS refills 15 to 25 a second. */
const CONCURRENCY = 8;

/**
 * Runs that match, newest start first. Express runs are those of which their log has a start or an end; one that goes on as a Standard run
 * is listed as that one alone, unless that is not asked for.
 * @throws {SagaError} InvalidInput when the key is not the table's, for what is no time, and where `since` is not before `until`
 * @throws {LogsUnreadable} where Express runs are asked for, too
 * @throws the signal's reason
 */
export async function* listRuns(
  context: AuditContext,
  { limit = Number.POSITIVE_INFINITY, ...options }: ListOptions = {},
): AsyncGenerator<RunSummary, void, undefined> {
  const key = options.key && canonicalKey(options.key, context.store.key);
  checkWindow(options);
  if (Number.isNaN(limit)) throw invalidInput('limit', 'NaN', 'expected a number');
  const { outcomes = OUTCOMES, lanes = LANES, signal, onProgress, known } = options;
  let [scanned, found, nameless] = [0, 0, 0];
  if (limit <= 0) return;
  // A short list needs no more descriptions under way than it has room for.
  const concurrency = Math.min(CONCURRENCY, limit);
  const summarize = async (execution: ExecutionListItem): Promise<RunSummary | undefined> => {
    const found = known?.find(execution);
    if (found !== undefined) return found;
    const description = await describe(context, execution.executionArn ?? '', signal);
    const run = description && (await summarized(context, description, signal));
    if (run !== undefined) known?.keep(run);
    return run;
  };
  const standard = lanes.includes('standard')
    ? [inOrder(listExecutions(context, options), concurrency, summarize)]
    : [];
  const hasExpress =
    lanes.includes('express') &&
    context.store.express !== undefined &&
    outcomes.some((outcome) => !STANDARD_ONLY.has(outcome));
  const express = hasExpress ? [listExpressRuns(context, options)] : [];
  const wentOn = new Set<string>();
  for await (const run of inOneOrder([...standard, ...express])) {
    if (run === undefined) continue; // it ended 90 days ago since it was listed
    // What goes on with an Express run has started after it: by now it is listed, or known to be of another item.
    if (run.outcome === 'continued' && wentOn.has(run.run ?? '')) continue;
    const isOfItem = key === undefined || sameKey(run.key, key);
    const matches = outcomes.includes(run.outcome) && isOfItem;
    scanned += 1;
    if (matches) found += 1;
    if (key !== undefined && run.key === undefined && run.lane === 'express') nameless += 1;
    await onProgress?.({ scanned, found, reached: run.startedAt, ...(nameless > 0 && { nameless }) });
    if (run.continues && (matches || !isOfItem)) wentOn.add(run.continues.run);
    if (matches) yield run;
    if (found >= limit) return;
  }
}

/** A time ahead of now is taken: clocks differ. */
function checkWindow({ since, until }: Pick<RunFilter, 'since' | 'until'>): void {
  for (const [field, time] of Object.entries({ since, until })) {
    if (time !== undefined && !(time instanceof Date && !Number.isNaN(time.getTime()))) {
      throw invalidInput(field, String(time), 'expected a time');
    }
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw invalidInput('since', since, 'is not before until: no run can have started in between');
  }
}

/** Outcomes that no Express run has: what they are of can be redriven. */
const STANDARD_ONLY: ReadonlySet<Outcome> = new Set(['stuck', 'aborted']);

/** One stream is passed on as it is: merging reads one ahead. */
function inOneOrder(
  streams: readonly AsyncIterable<RunSummary | undefined>[],
): AsyncIterable<RunSummary | undefined> {
  const [only, ...more] = streams;
  if (only !== undefined && more.length === 0) return only;
  return merged(streams, (run) => (run === undefined ? Number.NEGATIVE_INFINITY : -run.startedAt.getTime()));
}

/** Executions as ListExecutions has them, of all state machines asked for, newest start first. */
export function listExecutions(
  context: AuditContext,
  { operations = OPERATIONS, outcomes = OUTCOMES, since, until, signal }: Omit<ListOptions, 'limit'>,
): AsyncGenerator<ExecutionListItem, void, undefined> {
  const statuses = new Set(outcomes.flatMap((outcome) => STATUSES[outcome]));
  const all = OUTCOMES.flatMap((outcome) => STATUSES[outcome]).every((status) => statuses.has(status));
  const streams = operations.flatMap((operation) =>
    (all ? [undefined] : [...statuses]).map((statusFilter) =>
      within(pages(context, { operation, statusFilter, signal }), since, until),
    ),
  );
  return merged(streams, (execution) => -startOf(execution));
}

interface PageRequest {
  readonly operation: Operation;
  readonly statusFilter: ExecutionListItem['status'];
  readonly signal: AbortSignal | undefined;
}

async function* pages(
  { sfn, store }: AuditContext,
  { operation, statusFilter, signal }: PageRequest,
): AsyncGenerator<ExecutionListItem, void, undefined> {
  const stateMachineArn = store.stateMachines[operation];
  let nextToken: string | undefined;
  do {
    const page = await patiently(
      () =>
        sfn.send(
          new ListExecutionsCommand({
            stateMachineArn,
            maxResults: PAGE,
            ...(statusFilter && { statusFilter }),
            ...(nextToken !== undefined && { nextToken }),
          }),
          { abortSignal: signal },
        ),
      { signal },
    );
    yield* page.executions ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** They come newest first, so what is too old ends the search. */
async function* within(
  executions: AsyncIterable<ExecutionListItem>,
  since: Date | undefined,
  until: Date | undefined,
): AsyncGenerator<ExecutionListItem, void, undefined> {
  for await (const execution of executions) {
    if (since !== undefined && startOf(execution) < since.getTime()) return;
    if (until === undefined || startOf(execution) < until.getTime()) yield execution;
  }
}

/** The run in one line, with why it compensates where it is stuck: that its description does not tell. */
export async function summarized(
  context: AuditContext,
  description: DescribeExecutionOutput,
  signal?: AbortSignal,
): Promise<RunSummary> {
  const isStuck = outcomeOf(description) === 'stuck';
  const because = isStuck
    ? ((await firstFailure(context, description.executionArn ?? '', { signal })) ??
      failureBefore(description))
    : undefined;
  return summaryOf(description, context.store, because);
}

/** The description, or undefined when there is no such execution. */
export async function describe(
  { sfn }: AuditContext,
  executionArn: string,
  signal?: AbortSignal,
): Promise<DescribeExecutionOutput | undefined> {
  try {
    return await patiently(
      () => sfn.send(new DescribeExecutionCommand({ executionArn }), { abortSignal: signal }),
      { signal },
    );
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

function startOf({ startDate }: ExecutionListItem): number {
  return startDate?.getTime() ?? 0;
}
