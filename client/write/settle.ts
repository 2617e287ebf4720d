// What has become of an Express run whose answer was lost: the item tells at once if it shows the run; else the Standard execution does
// that goes on with it, or one that is started in its place to settle it. There is at most one of the two.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { invalidInput } from '../../core/errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { isSpoiled, readSaga } from '../../core/item/item.ts';
import { toKey } from '../../core/keys/item-key.ts';
import { continuedName, expressId, OPERATIONS } from '../../core/keys/run.ts';
import { isOf, type Settles } from '../../core/saga/settle.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { notify } from '../calls/notify.ts';
import { isPassing } from '../calls/pause.ts';
import { ownSignal } from '../calls/signal.ts';
import { copyOf } from '../content/copy.ts';
import { IdempotencyConflict, NotWritten, OutcomeUnknown, WaitInterrupted } from '../errors/write-errors.ts';
import type { ExpressRun, Outcome, OutcomeOptions } from '../inputs.ts';
import { executionArn, findExecution, startOnce } from './execution.ts';
import { resultOf, whyNotAbout } from './outcome.ts';
import type { WriteContext } from './write.ts';

/** A run whose key is one of the table's. */
type TypedRun = Omit<ExpressRun, 'key'> & { readonly key: Item };

/** @throws {SagaError} InvalidInput; {@link TwinwriteError} of the Standard execution; the signal's reason, when it is aborted before */
export async function outcomeOf(
  context: WriteContext,
  given: ExpressRun,
  { before, onProgress, ...options }: OutcomeOptions,
): Promise<Outcome> {
  const run = checkedRun(copyOf(given), context);
  const settles = settlesOf(run, copyOf(before));
  const signal = ownSignal(options.signal);
  signal?.throwIfAborted();
  const shown = await shownByItem(context, run, signal);
  if (shown !== undefined) return shown;
  const arn = executionArn(context.store.stateMachines[run.operation], continuedName(run.id));
  const earlier = await findExecution(context.sfn, arn, { signal });
  if (earlier === undefined) await startSettling(context, run, settles, signal);
  await tellWaiting(onProgress, arn, signal);
  const execution = await context.waiter.wait(arn, signal);
  return endOf(context, run, execution);
}

/**
 * A run as a caller has it, also from JSON.
 * @throws {SagaError} InvalidInput
 */
function checkedRun(run: ExpressRun, { store }: WriteContext): TypedRun {
  if (typeof run !== 'object' || run === null)
    throw invalidInput('run', run, 'expected the run of an AnswerLost');
  const { operation, id, key, inline } = run;
  if (!OPERATIONS.includes(operation)) {
    throw invalidInput('run.operation', operation, `expected one of ${OPERATIONS.join(', ')}`);
  }
  if (typeof id !== 'string' || id.length > 36 || expressId(id) !== id) {
    throw invalidInput('run.id', id, 'expected the ULID or UUID of an Express run');
  }
  if (typeof inline !== 'boolean') throw invalidInput('run.inline', inline, 'expected true or false');
  if (typeof key !== 'object' || key === null) throw invalidInput('run.key', key, 'expected an object');
  return { ...run, key: toKey(key, store.key, 'dynamodb') };
}

/** @throws {SagaError} InvalidInput */
function settlesOf({ id, inline }: TypedRun, before: OutcomeOptions['before']): Settles {
  const common = { id, ...(inline && { inline }) };
  if (before === undefined) return common;
  const { createdBy, version } = Object(before) as NonNullable<typeof before>;
  if (createdBy === null && version === null) return common; // no saga had written it, which proves nothing
  if (typeof createdBy !== 'string' || !Number.isInteger(version)) {
    throw invalidInput('before', before, 'expected createdBy and version of an item');
  }
  return { ...common, before: { createdBy, version: version as number } };
}

/** That the item is of this run proves that it was written. What the item does not show proves nothing. */
async function shownByItem(
  context: WriteContext,
  { operation, id, key }: TypedRun,
  signal: AbortSignal | undefined,
): Promise<Outcome | undefined> {
  const item = await readMark(context, key, signal);
  if (item === undefined || isSpoiled(item)) return undefined;
  const { writtenBy = '', createdBy = '', version } = readSaga(item) ?? {};
  if (isOf(writtenBy, operation, id)) return { outcome: 'written', version };
  return operation === 'create' && isOf(createdBy, operation, id) ? { outcome: 'written' } : undefined;
}

/** `_saga` of the item as it is now; undefined where it cannot be had. */
async function readMark(
  { dynamodb, store }: WriteContext,
  key: Item,
  abortSignal: AbortSignal | undefined,
): Promise<Item | undefined> {
  const command = new GetItemCommand({
    TableName: store.table,
    Key: toSdkItem(key),
    ConsistentRead: true,
    ProjectionExpression: '#saga',
    ExpressionAttributeNames: { '#saga': SAGA_ATTRIBUTE },
  });
  try {
    const { Item: found } = await dynamodb.send(command, { abortSignal });
    return found && fromSdkItem(found);
  } catch (error) {
    if (abortSignal?.aborted) throw abortSignal.reason;
    // Whoever may write need not be allowed to read. The execution tells, too.
    if (isPassing(error) || (error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

async function startSettling(
  { sfn, store }: WriteContext,
  { operation, key }: TypedRun,
  settles: Settles,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = {
    stateMachineArn: store.stateMachines[operation],
    name: continuedName(settles.id),
    input: JSON.stringify({ key, attributeFormat: 'dynamodb', settles }),
  };
  try {
    await startOnce(sfn, request, { signal });
  } catch (error) {
    // The run itself has gone on meanwhile, or somebody else settles it.
    if (!(error instanceof IdempotencyConflict)) throw error;
  }
}

/** @throws {WaitInterrupted} what the callback fails with */
async function tellWaiting(
  onProgress: OutcomeOptions['onProgress'],
  arn: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await notify(onProgress, { phase: 'waiting', executionArn: arn }, signal);
  } catch (error) {
    throw new WaitInterrupted(arn, error);
  }
}

/**
 * What the end of the execution says of the run.
 * @throws {TwinwriteError} Stuck, Aborted: it does not say yet
 */
async function endOf(
  { sfn, store }: WriteContext,
  { operation, id, key }: TypedRun,
  execution: DescribeExecutionOutput,
): Promise<Outcome> {
  const arn = execution.executionArn;
  const unknown = (message: string): Outcome => ({ outcome: 'unknown', executionArn: arn, message });
  const isIts = (run: string): boolean => isOf(run, operation, id);
  const why = whyNotAbout(execution, isIts, { key, schema: store.key });
  if (why !== undefined) return unknown(why);
  try {
    const { version } = await resultOf(sfn, execution);
    return { outcome: 'written', version, executionArn: arn };
  } catch (error) {
    if (error instanceof OutcomeUnknown) return unknown(error.message);
    if (!(error instanceof NotWritten)) throw error;
    return { outcome: 'not-written', executionArn: arn, message: error.message };
  }
}
