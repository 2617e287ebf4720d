// A write by the Express lane: one call that starts the run and gives its end. From the top: `startExpress` starts again what other
// writers came before, `runOnce` makes one run of it, under a new name after throttling, and `endOf` tells what an answer means:
// a definite end, a Standard execution that goes on, or nothing, which is `AnswerLost`. `sync-call.ts` makes the call itself,
// `lane.ts` chooses the lane, `settle.ts` finds out what became of a run without an answer.

import type { SFNClient, StartSyncExecutionOutput } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { causeMessage } from '../../core/errors/cause-message.ts';
import { continuedName, expressId, type Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { notify } from '../calls/notify.ts';
import { isThrottling, jittered, sleep } from '../calls/pause.ts';
import { messageOf } from '../errors/errors.ts';
import { AnswerLost, StartFailed } from '../errors/write-errors.ts';
import type { ExpressRun, WriteOptions } from '../inputs.ts';
import { ATTEMPTS, executionArn, executionName, pauseAfter, type StartOptions } from './execution.ts';
import type { ExecutionEnd } from './outcome.ts';
import { startSync } from './sync-call.ts';

/** What a run is started for. */
export interface ExpressWrite {
  readonly operation: Operation;
  readonly key: Item;
  /** The first execution's name; those after it have names of their own. */
  readonly name: string;
  readonly input: string;
  /** Whether nothing of it was staged. */
  readonly inline: boolean;
}

/** How a run by the Express lane came out. */
export type ExpressEnd =
  /** As the execution would be described. */
  | { readonly kind: 'ended'; readonly execution: ExecutionEnd }
  /** A Standard execution goes on with it. `run` is what it is to give as its own. */
  | { readonly kind: 'continued'; readonly executionArn: string; readonly run: string };

export interface ExpressContext {
  readonly store: StoreDescriptor;
  /** For calls of up to five minutes. */
  readonly syncSfn: SFNClient;
}

/** Runs after the first that others came before. */
const MAX_CONFLICTS = 4;
const CONFLICT_PAUSE_MS = 100;
const GROWTH = 2;

/**
 * @returns undefined when nothing is written, and the Standard lane may do it: other writers came first time and again, or the
 *   write has no room, with its plan, in what goes on as a Standard execution
 * @throws {AnswerLost} when nobody knows what became of it
 * @throws {StartFailed} when it was not started; the signal's reason, when it is aborted before the call is sent
 */
export async function startExpress(
  context: ExpressContext,
  write: ExpressWrite,
  options: WriteOptions & StartOptions,
): Promise<ExpressEnd | undefined> {
  let pause = CONFLICT_PAUSE_MS;
  let { name } = write;
  for (let conflicts = 0; ; conflicts++) {
    const end = await runOnce(context, { ...write, name }, options);
    if (isTooLarge(end)) return undefined;
    if (!isConflict(end)) return end;
    if (conflicts === MAX_CONFLICTS) return undefined;
    await sleep(jittered(pause), options.signal);
    pause *= GROWTH;
    name = executionName(write.operation, write.key, undefined);
  }
}

async function runOnce(
  context: ExpressContext,
  write: ExpressWrite,
  { signal, onProgress, attempts = ATTEMPTS }: WriteOptions & StartOptions,
): Promise<ExpressEnd> {
  const stateMachineArn = context.store.express?.stateMachines[write.operation] as string;
  let { name } = write;
  for (let attempt = 1; ; attempt++) {
    await notify(onProgress, { phase: 'running', executionName: name }, signal);
    const started = startedOf(context, { ...write, name });
    const call = await startSync(context.syncSfn, { stateMachineArn, name, input: write.input }, signal);
    if (call.kind === 'answered') return endOf(started, call.answer);
    if (call.kind === 'lost') throw lost(started, messageOf(call.error), call.error);
    if (signal?.aborted) throw signal.reason;
    if (!mayStart(call.error) || attempt >= attempts)
      throw new StartFailed(arnOf(stateMachineArn, name), call.error);
    await sleep(pauseAfter(attempt), signal).catch((reason: unknown) => {
      throw new StartFailed(arnOf(stateMachineArn, name), reason);
    });
    name = executionName(write.operation, write.key, undefined);
  }
}

/** Throttled, or signed by a clock that the answer has put right. */
function mayStart(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { clockSkewCorrected?: boolean } };
  return isThrottling(error) || $metadata?.clockSkewCorrected === true;
}

/** An execution that may have been started, as its caller is told of it. */
type StartedRun = Pick<AnswerLost, 'run' | 'executionName' | 'executionArn'>;

function startedOf({ store }: ExpressContext, { operation, key, name, inline }: ExpressWrite): StartedRun {
  const id = expressId(name) as string; // what `executionName` ends it in
  return {
    run: { operation, id, key: key as ExpressRun['key'], startedAt: new Date().toISOString(), inline },
    executionName: name,
    executionArn: executionArn(store.stateMachines[operation], continuedName(id)),
  };
}

function lost(started: StartedRun, instead: string, cause?: unknown): AnswerLost {
  return new AnswerLost({ ...started, instead }, { cause });
}

/** The errors of a saga that are its last word, but for `OutcomeUnknown`. */
const DEFINITE = /^(?:Rejected|RolledBack)\./;
/** What the Fail state after the hand-over names as its cause. */
const continuedSchema = z.looseObject({ executionArn: z.string(), run: z.string() });

/** @throws {AnswerLost} */
function endOf(started: StartedRun, answer: StartSyncExecutionOutput): ExpressEnd {
  const { status = 'of no status', error = '', cause = '' } = answer;
  if (status === 'SUCCEEDED') return { kind: 'ended', execution: answer };
  if (status === 'FAILED') {
    if (DEFINITE.test(error) || error === 'OutcomeUnknown') {
      return { kind: 'ended', execution: answer };
    }
    const continued = error === 'Continued' ? continuedSchema.safeParse(parsed(cause)) : undefined;
    if (continued?.success) return { kind: 'continued', ...continued.data };
  }
  const why = [error, causeMessage(cause)].filter((text) => text !== '').join(': ');
  throw lost(started, `it ended as ${status}${why && `, ${why}`}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isConflict(end: ExpressEnd): boolean {
  const { error = '' } = end.kind === 'ended' ? end.execution : {};
  return error === 'RolledBack.Conflict' || error === 'Rejected.Conflict';
}

/** Whether this is of an Express execution: a start of one that failed is proved to have started nothing. */
export function isExpressArn(arn: string): boolean {
  return arn.includes(':express:');
}

/** Whether the plan refused the input as a whole, which only it can measure. The Standard lane has more room. */
function isTooLarge(end: ExpressEnd): boolean {
  const { error, cause = '' } = end.kind === 'ended' ? end.execution : {};
  return error === 'Rejected.InvalidInput' && wholeInputSchema.safeParse(parsed(cause)).success;
}

const wholeInputSchema = z.looseObject({ field: z.literal('input') });

/** Of an Express execution, but for the id that Step Functions adds. */
function arnOf(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':express:')}:${name}`;
}
