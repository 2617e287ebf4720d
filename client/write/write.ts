// One write from start to end: check, open the content, stage what does not fit, start the execution once, wait.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { DescribeExecutionOutput, SFNClient } from '@aws-sdk/client-sfn';
import type { CreateInput } from '../../core/contract/contract.ts';
import { largeAttributesOf, type SagaRequest } from '../../core/contract/request.ts';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { isStaged } from '../../core/keys/pointer.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { notify } from '../calls/notify.ts';
import { ownSignal } from '../calls/signal.ts';
import { asRejected } from '../errors/rejected.ts';
import { IdempotencyConflict, WaitInterrupted } from '../errors/write-errors.ts';
import type { Lane, WaitChoice, WriteOptions, WriteResult } from '../inputs.ts';
import { hasEnded, type Waiter } from '../wait/wait.ts';
import { closeAll, deleteStaged, openAll, uploadAll, uploadedBefore } from './contents.ts';
import { makeDraft } from './draft.ts';
import {
  asksForTheSame,
  executionArn,
  executionName,
  findExecution,
  type StartOptions,
  startOnce,
} from './execution.ts';
import { type ExpressWrite, startExpress } from './express.ts';
import { fitsExpress, laneOf } from './lane.ts';
import { checkRoom, inputText, layOut, stagedKey } from './layout.ts';
import { checkContinues, type ExecutionEnd, resultOf } from './outcome.ts';

export interface WriteContext {
  readonly store: StoreDescriptor;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly sfn: SFNClient;
  /** For calls of up to five minutes, which are sent once. */
  readonly syncSfn: SFNClient;
  readonly waiter: Waiter;
  /** Of calls that name none. */
  readonly lane: Lane;
}

/** What a write asks for, as far as its result is told by it. The request's own type would bring zod's types to all who import the client. */
export interface Asked {
  readonly operation: Operation;
  readonly key: Item;
  /** Names of the large attributes that it sets. */
  readonly large: readonly string[];
  /** Whether it may take the place of an item. */
  readonly overwrite: boolean;
}

/** The execution that a write has become. */
export interface Started {
  readonly executionArn: string;
  /** Keys of what was uploaded for it, and of what its input names as staged. */
  readonly staged: readonly string[];
  readonly asked: Asked;
  /** The same write of an earlier call with this idempotency key, as it was found. */
  readonly earlier: DescribeExecutionOutput | undefined;
  /** When it was started by this call, by `performance.now()`. */
  readonly startedAt: number | undefined;
  /** How it has ended, where the start gave that: by the Express lane. */
  readonly ended?: ExecutionEnd | undefined;
  /** The Express run that the execution goes on with, if it does: another run's result is not this write's. */
  readonly continues?: string | undefined;
}

/** @throws {TwinwriteError} see `errors.ts`; the signal's reason, when it is aborted before the start */
export async function write(
  context: WriteContext,
  operation: Operation,
  input: object,
  given: WriteOptions,
): Promise<WriteResult> {
  const options = { ...given, signal: ownSignal(given.signal) };
  const started = await startWrite(context, operation, input, options);
  if (started.ended === undefined) await reportWaiting(options, started.executionArn);
  return finishWrite(context, started, options.signal);
}

/** @throws {WaitInterrupted} what the callback fails with, and the name of the run, which goes on */
async function reportWaiting({ onProgress, signal }: WriteOptions, executionArn: string): Promise<void> {
  try {
    await notify(onProgress, { phase: 'waiting', executionArn }, signal);
  } catch (error) {
    throw new WaitInterrupted(executionArn, error);
  }
}

/** Everything up to the start of the execution. Throws as {@link write} does, but for what the run itself ends with. */
export async function startWrite(
  context: WriteContext,
  operation: Operation,
  input: object,
  options: WriteOptions & WaitChoice & StartOptions,
): Promise<Started> {
  return start(context, operation, input, options).catch(asRejected);
}

/**
 * Waits for the end of a run; what was staged for it is deleted once it has succeeded.
 * @throws {TwinwriteError} what the run ended with, or WaitInterrupted
 */
export async function finishWrite(
  context: WriteContext,
  {
    executionArn,
    staged = [],
    asked,
    earlier,
    startedAt,
    ended = earlier,
    continues,
  }: Pick<Started, 'executionArn'> & Partial<Started>,
  signal: AbortSignal | undefined,
): Promise<WriteResult> {
  const { sfn, store, waiter } = context;
  const execution =
    ended !== undefined && hasEnded(ended)
      ? ended
      : await waiter.wait(executionArn, ownSignal(signal), startedAt);
  checkContinues(execution, continues, asked && { key: asked.key, schema: store.key });
  const result = await resultOf(sfn, execution);
  await deleteStaged(context, new Set([...staged, ...stagedKeysIn(execution, store)]));
  return result;
}

/**
 * The same, but that a run which a list shows as succeeded is not looked at if its result can be had otherwise.
 * @param resultOfSeen - is given when the run was started; undefined: look at it
 */
export async function finishSeen<Result>(
  context: WriteContext,
  started: Started,
  signal: AbortSignal | undefined,
  resultOfSeen: (startDate: Date) => Promise<Result | undefined>,
): Promise<WriteResult | Result> {
  const { executionArn, earlier, startedAt, ended = earlier } = started;
  if (ended !== undefined && hasEnded(ended)) return finishWrite(context, started, signal);
  const own = ownSignal(signal);
  const end = await context.waiter.waitOrSee(executionArn, own, { startedAt });
  if (!(end instanceof Date)) return finishWrite(context, { ...started, earlier: end }, signal);
  const result = await resultOfSeen(end);
  if (result === undefined) {
    return finishWrite(
      context,
      { ...started, earlier: await context.waiter.describe(executionArn, own) },
      own,
    );
  }
  await deleteStaged(context, new Set(started.staged));
  return result;
}

async function start(
  context: WriteContext,
  operation: Operation,
  input: object,
  given: WriteOptions & WaitChoice & StartOptions,
): Promise<Started> {
  const { store } = context;
  const options = { ...given, signal: ownSignal(given.signal) };
  options.signal?.throwIfAborted();
  const lane = laneOf(options, context.lane, store);
  const draft = makeDraft(operation, input, store);
  const name = executionName(operation, draft.request.key, options.idempotencyKey);
  const arn = executionArn(store.stateMachines[operation], name);
  checkRoom(draft);
  const large = await openAll(draft.large, options);
  try {
    const inlineContent = store.inlineContent !== false && options.inlineContent !== false;
    const keyOf = (attribute: string) => stagedKey(store.stagingPrefix, operation, name, attribute);
    const layout = layOut(draft, large, keyOf, { inlineContent });
    // What an earlier call staged may be in use by its run: look before writing over it.
    const mayBeStarted = options.idempotencyKey !== undefined && layout.staged.length > 0;
    const earlier = mayBeStarted ? await findExecution(context.sfn, arn, options) : undefined;
    const common = {
      staged: [...layout.staged.map((entry) => entry.stagedKey), ...stagedKeysOf(draft.request)],
      asked: askedOf(draft.request),
    };
    if (earlier === undefined) {
      const digests = await uploadAll(context, layout, options);
      const input = inputText(draft, layout, digests);
      const by = lane === 'express' && fitsExpress(input, draft.request, digests) ? byExpress : byStandard;
      const { key } = draft.request;
      const request = { operation, key, name, input, inline: common.staged.length === 0 };
      return { ...common, ...(await by(context, request, options)) };
    }
    const digests = await uploadedBefore(layout, options.signal);
    if (!asksForTheSame(earlier, inputText(draft, layout, digests))) throw new IdempotencyConflict(arn);
    return { ...common, executionArn: arn, earlier, startedAt: undefined };
  } finally {
    closeAll(large);
  }
}

type StartedBy = Omit<Started, 'staged' | 'asked'>;

async function byStandard(
  { store, sfn }: WriteContext,
  { operation, name, input }: ExpressWrite,
  options: StartOptions,
): Promise<StartedBy> {
  const stateMachineArn = store.stateMachines[operation];
  const earlier = await startOnce(sfn, { stateMachineArn, name, input }, options);
  return {
    executionArn: executionArn(stateMachineArn, name),
    earlier,
    startedAt: earlier === undefined ? performance.now() : undefined,
  };
}

async function byExpress(
  context: WriteContext,
  write: ExpressWrite,
  options: WriteOptions & StartOptions,
): Promise<StartedBy> {
  const end = await startExpress(context, write, options);
  if (end === undefined) {
    const name = executionName(write.operation, write.key, undefined);
    return byStandard(context, { ...write, name }, options);
  }
  const common = { earlier: undefined, startedAt: performance.now() };
  return end.kind === 'ended'
    ? { ...common, executionArn: end.execution.executionArn as string, ended: end.execution }
    : { ...common, executionArn: end.executionArn, continues: end.run };
}

/** What a caller has named as staged, in a request whose other contents stand in for what is uploaded. */
function askedOf(request: SagaRequest): Asked {
  return {
    operation: request.operation,
    key: request.key,
    large: Object.keys(largeAttributesOf(request)),
    overwrite: request.operation === 'create' && request.overwrite,
  };
}

function stagedKeysOf(request: SagaRequest): string[] {
  return Object.values(largeAttributesOf(request)).flatMap(({ staged }) => staged?.key ?? []);
}

/** What an execution's input names as staged: also known to a process that did not start it. */
function stagedKeysIn({ input = 'null' }: ExecutionEnd, store: StoreDescriptor): string[] {
  const { largeAttributes } = (JSON.parse(input) ?? {}) as Pick<CreateInput, 'largeAttributes'>;
  return Object.values(largeAttributes ?? {})
    .map(({ staged }) => staged?.key)
    .filter((key) => key !== undefined && isStaged(key, store)) as string[];
}
