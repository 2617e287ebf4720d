// Replays a run: finds out what would happen, and makes it happen once.

import { createHash } from 'node:crypto';
import { RedriveExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { toRequest } from '../../core/contract/parse-request.ts';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { SagaError } from '../../core/errors/errors.ts';
import { type AuditContext, type CallOptions, patiently, timeNow } from '../context.ts';
import { ReplayRefused } from '../errors.ts';
import { factsOf } from '../history/facts.ts';
import { runTree } from '../history/history.ts';
import { readHistory } from '../history/read-history.ts';
import { type ItemState, readItem, stateOf } from '../item/item.ts';
import { type KeyTexts, keyOfTexts } from '../item/key.ts';
import { expressExecution } from '../logs/express-arn.ts';
import { findLogged } from '../logs/logged-run.ts';
import { presenceOf, stagedIn } from '../report/objects.ts';
import { continuationIn, originalInput } from '../runs/continuation.ts';
import { expressSummary } from '../runs/express-summary.ts';
import { goesOnAs } from '../runs/goes-on.ts';
import { describe } from '../runs/list.ts';
import { nextReplay } from '../runs/replays.ts';
import { describeRun, notLogged } from '../runs/resolve.ts';
import { executionArn as arnOf, parsed, type RunSummary, summaryOf } from '../runs/summary.ts';
import { decideReplay, type ReplayDecision, refusalOfExpress } from './replay-decision.ts';
import type { StagedReport } from './replay-facts.ts';

export interface ReplayPreview extends ReplayDecision {
  readonly run: RunSummary;
  readonly force: boolean;
}

export interface ReplayOptions extends CallOptions {
  /** Go on although the item has moved on, or a person has to decide. */
  readonly force?: boolean | undefined;
}

export interface Replayed {
  /** The run that now does the work: of a redrive the same. */
  readonly executionArn: string;
  readonly kind: 'redrive' | 'new-execution';
}

/**
 * What a replay would do, without doing it. Of an Express run that goes on as a Standard one: what a replay of that would do.
 * @throws {RunNotFound} @throws {NotOfThisStore} @throws {LogsUnreadable} for an Express run
 */
export async function previewReplay(
  context: AuditContext,
  executionArn: string,
  options: ReplayOptions = {},
): Promise<ReplayPreview> {
  const express = expressExecution(executionArn, context.store);
  if (express === undefined) return previewStandard(context, executionArn, options);
  const runs = await findLogged(context, `:${express.name}:`, options);
  const logged = runs.find((each) => each.executionArn === executionArn);
  if (logged === undefined) throw notLogged(express.name, context.store);
  const run = expressSummary(logged, context.store, timeNow(context));
  const goesOn = await goesOnAs(context, run, { ...options, isOnly: runs.length === 1 });
  return goesOn === undefined
    ? { ...refusalOfExpress(run), run, force: options.force ?? false }
    : previewStandard(context, goesOn, options);
}

async function previewStandard(
  context: AuditContext,
  executionArn: string,
  { force = false, signal }: ReplayOptions,
): Promise<ReplayPreview> {
  const { store } = context;
  const description = await describeRun(context, executionArn, { signal });
  const run = summaryOf(description, store);
  const { continues } = continuationIn(run.name, parsed(description.input));
  const input = parsed(originalInput(run.name, description.input ?? '{}'));
  const [events, item, staged, next] = await Promise.all([
    readHistory(context, executionArn, { signal }),
    run.key && readState(context, run.key, { signal }),
    stagedReports(context, input, { signal }),
    nextReplay(context, description, { signal }),
  ]);
  const decision = decideReplay({
    summary: run,
    facts: factsOf(runTree(events), continues),
    cause: parsed(description.cause) ?? {},
    input,
    inputProblem: inputProblem(run, input, store),
    redrive: {
      possible: description.redriveStatus === 'REDRIVABLE',
      obstacle: description.redriveStatusReason,
    },
    item,
    staged,
    ...next,
    force,
  });
  return { ...decision, run, force };
}

/**
 * Does what a preview said, unless it would be something else by now. Called again it starts nothing again: a new run's
 * name, and the token of a redrive, follow from the run that is replayed.
 * @throws {ReplayRefused} when the preview was a refusal, or would be another one now
 */
export async function replay(
  context: AuditContext,
  preview: ReplayPreview,
  { signal }: CallOptions = {},
): Promise<Replayed> {
  const { executionArn } = preview.run;
  const now = await previewReplay(context, executionArn, { force: preview.force, signal });
  if (preview.kind === 'refused') throw refused(preview);
  const done = doneAlready(preview, now);
  if (done !== undefined) return done;
  if (now.kind === 'refused') throw refused(now);
  if (now.kind !== preview.kind || now.details.itemNow !== preview.details.itemNow) {
    const change = `then ${preview.details.itemNow ?? 'unknown'}, now ${now.details.itemNow ?? 'unknown'}`;
    throw new ReplayRefused(
      'item-moved-on',
      executionArn,
      `the item has moved on since the preview: ${change}`,
    );
  }
  return now.kind === 'redrive' ? redrive(context, now.run, signal) : startAgain(context, now, signal);
}

/** What this very preview has led to before. */
function doneAlready(preview: ReplayPreview, now: ReplayPreview): Replayed | undefined {
  if (preview.kind === 'redrive') {
    const { executionArn, redriveCount } = now.run;
    return redriveCount > preview.run.redriveCount ? { executionArn, kind: 'redrive' } : undefined;
  }
  const earlier = now.details.replayedBy;
  if (earlier === undefined || earlier.name !== preview.newName) return undefined;
  return { executionArn: earlier.executionArn, kind: 'new-execution' };
}

function refused({ code, reason, run }: ReplayPreview): ReplayRefused {
  return new ReplayRefused(code ?? 'not-redrivable', run.executionArn, reason);
}

async function redrive(
  context: AuditContext,
  run: RunSummary,
  signal: AbortSignal | undefined,
): Promise<Replayed> {
  const { executionArn, redriveCount, stoppedAt } = run;
  const clientToken = createHash('sha256')
    .update(`${executionArn}#${redriveCount}#${stoppedAt?.getTime()}`)
    .digest('hex');
  const command = new RedriveExecutionCommand({ executionArn, clientToken });
  try {
    await patiently(() => context.sfn.send(command, { abortSignal: signal }), { signal });
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'ExecutionNotRedrivable') throw error;
    const now = await describe(context, executionArn, signal);
    if ((now?.redriveCount ?? 0) === redriveCount) {
      throw new ReplayRefused('not-redrivable', executionArn, `it cannot be redriven: ${message}`);
    }
  }
  return { executionArn, kind: 'redrive' };
}

async function startAgain(
  context: AuditContext,
  { run, newName = '' }: ReplayPreview,
  signal: AbortSignal | undefined,
): Promise<Replayed> {
  const { store, sfn } = context;
  const stateMachineArn = store.stateMachines[run.operation];
  const executionArn = arnOf(store, run.operation, newName);
  const { input: given = '{}' } = await describeRun(context, run.executionArn, { signal });
  const input = originalInput(run.name, given);
  const command = new StartExecutionCommand({ stateMachineArn, name: newName, input });
  try {
    await patiently(() => sfn.send(command, { abortSignal: signal }), { signal });
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
    const other = await describe(context, executionArn, signal);
    if (other !== undefined && other.input !== input) {
      throw new ReplayRefused(
        'no-name-left',
        run.executionArn,
        `the name ${newName} is taken by another run`,
      );
    }
  }
  return { executionArn, kind: 'new-execution' };
}

/** What the saga's own rules say against the input, whatever the item. */
function inputProblem(run: RunSummary, input: unknown, store: StoreDescriptor): string | undefined {
  try {
    toRequest(run.operation, input, store);
    return undefined;
  } catch (error) {
    if (error instanceof SagaError) return error.message;
    throw error;
  }
}

async function readState(
  context: AuditContext,
  key: KeyTexts,
  options: CallOptions,
): Promise<ItemState | undefined> {
  try {
    return stateOf(await readItem(context, keyOfTexts(key, context.store.key), options), context.store);
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

function stagedReports(context: AuditContext, input: unknown, options: CallOptions): Promise<StagedReport[]> {
  return Promise.all(
    stagedIn(input).map(async ({ attribute, key, size }): Promise<StagedReport> => {
      const presence = await presenceOf(context, key, options);
      if (presence.exists === 'unknown') return { attribute, key, state: 'unknown' };
      if (presence.exists === 'no') return { attribute, key, state: 'gone' };
      const isSame = size === undefined || presence.size === size;
      return { attribute, key, state: isSame ? 'there' : 'changed' };
    }),
  );
}
