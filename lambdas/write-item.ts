// Task WriteItem (DeleteItem in a delete): which way the saga takes, the item's one write, and what its answer proves (rules 2 to 5).

import {
  type CancellationReason,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { checkedRequest } from '../core/contract/checked-request.ts';
import type { SagaRequest } from '../core/contract/request.ts';
import { SagaError, someOf } from '../core/errors/errors.ts';
import type { Operation } from '../core/keys/run.ts';
import { branchBeforeWrite, type PutsBefore } from '../core/saga/branch.ts';
import {
  conditionFailure,
  nextAttempt,
  ownObjects,
  type Proof,
  proveOutcome,
  unprovedMessage,
} from '../core/saga/outcome.ts';
import type { Plan } from '../core/saga/plan.ts';
import { MAX_THROTTLES } from '../core/saga/waits.ts';
import { type WriteAction, writeRequest } from '../core/saga/write.ts';
import { fromSdkItem, toSdkItem } from '../core/values/sdk-item.ts';
import { dynamodb, readItem } from './dynamodb.ts';
import { failureOf } from './failures.ts';
import { storeFromEnvironment, task } from './task.ts';

export interface WriteItemEvent {
  readonly operation: Operation;
  /** The execution's input without its large attributes: the plan has their pointers. */
  readonly input: unknown;
  readonly plan: Plan;
  /** ISO 8601: when the state before this one ended, and the state machine's present time. */
  readonly startedAt: string;
  readonly now: string;
  readonly retries: number;
  readonly redriven: boolean;
  /** Attempts before this one that were throttled, and no others; not told by state machines of earlier versions. */
  readonly throttles?: number;
  /** How the puts before it went; not told by a delete, nor by state machines of earlier versions, which choose by themselves. */
  readonly puts?: PutsBefore;
}

const store = storeFromEnvironment();

/** @throws one of BRANCH_ERRORS, before anything else, or of WRITE_ERRORS */
export const handler = task(async (event: WriteItemEvent): Promise<{ readonly written: true }> => {
  const { startedAt, now } = event;
  const branch = branchBeforeWrite(event);
  if (branch !== undefined) throw branch;
  const attempt = nextAttempt({
    ...event,
    startedAt: Date.parse(startedAt),
    now: Date.parse(now),
    functionNow: Date.now(),
  });
  switch (attempt.kind) {
    case 'pause':
      throw new SagaError(
        'WriteInDoubt',
        'an attempt from before the redrive may still land; waiting for it',
      );
    case 'read':
      await proveByReading(event);
      return { written: true };
    case 'write':
      await write(event, attempt.inDoubt);
      return { written: true };
  }
});

async function write(event: WriteItemEvent, inDoubt: boolean): Promise<void> {
  const { operation, input, plan, throttles = 0 } = event;
  const request = checkedRequest(operation, input, store);
  const { ClientRequestToken, TransactItems } = writeRequest(store.table, request, plan);
  try {
    await dynamodb.send(
      new TransactWriteItemsCommand({ ClientRequestToken, TransactItems: TransactItems.map(toSdkAction) }),
    );
  } catch (error) {
    throw writeError(error, plan, request, { inDoubt, mayWaitMore: throttles < MAX_THROTTLES });
  }
}

async function proveByReading({ operation, input, plan, throttles }: WriteItemEvent): Promise<void> {
  const request = checkedRequest(operation, input, store);
  const proof = await proofOf(plan, request);
  if (proof === 'written') return;
  if (proof === 'not written') {
    // State machines of earlier versions do not know the other name; a delete has no objects that it could leave behind.
    const isKnown = throttles !== undefined && operation !== 'delete';
    throw new SagaError(isKnown ? 'NotWritten' : 'WriteConflict', 'found by reading: not written', {
      plan: plan.number,
      proof: 'reading',
    });
  }
  throw new SagaError('OutcomeUnknown', unprovedMessage(proof), {
    plan: plan.number,
    ...someOf(plan.created),
  });
}

async function proofOf(plan: Plan, request: SagaRequest): Promise<Proof> {
  const proof = proveOutcome(plan, request, await readItem(store.table, plan.key), store);
  if (proof !== 'not written') return proof;
  // S3's client is loaded here alone: hardly any run comes this far.
  const { areThere } = await import('./own-objects.ts');
  const there = await areThere(store.bucket, ownObjects(plan, store));
  return there.includes(false) ? 'undone' : proof;
}

/** Not applied, and worth another attempt soon (DynamoDB API reference, TransactWriteItems and common errors). */
const THROTTLED = new Set([
  'TransactionConflict',
  'TransactionConflictException',
  'ThrottlingError',
  'ThrottlingException',
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
]);
/** 4xx, but about an earlier attempt with the same token. */
const IN_DOUBT = new Set(['TransactionInProgressException', 'IdempotentParameterMismatchException']);

function writeError(
  error: unknown,
  plan: Plan,
  request: SagaRequest,
  { inDoubt, mayWaitMore }: { readonly inDoubt: boolean; readonly mayWaitMore: boolean },
): SagaError {
  const reason = cancellation(error);
  if (reason?.Code === 'ConditionalCheckFailed') {
    return conditionFailure(plan, request, reason.Item && fromSdkItem(reason.Item));
  }
  const { code, status } = failureOf(error);
  const details = { code: reason?.Code ?? code, status };
  const message = reason?.Message ?? (error instanceof Error ? error.message : String(error));
  // After an attempt in doubt a throttled one leaves its doubt as it is.
  if (THROTTLED.has(details.code) && !inDoubt && mayWaitMore) {
    return new SagaError('WriteThrottled', message, details);
  }
  const refused =
    status !== undefined &&
    status >= 400 &&
    status < 500 &&
    !IN_DOUBT.has(code) &&
    !THROTTLED.has(details.code);
  return refused && !inDoubt
    ? new SagaError('WriteRefused', `DynamoDB refuses the item: ${message}`, details)
    : new SagaError('WriteInDoubt', `the write may or may not take effect: ${message}`, details);
}

function cancellation(error: unknown): CancellationReason | undefined {
  return error instanceof TransactionCanceledException ? error.CancellationReasons?.[0] : undefined;
}

type SdkAction = NonNullable<TransactWriteItemsCommandInput['TransactItems']>[number];

/** Keys, items and values of the action with their bytes as bytes. */
function toSdkAction(action: WriteAction): SdkAction {
  const entries = Object.entries(action).map(([kind, { Item, Key, ExpressionAttributeValues, ...rest }]) => [
    kind,
    {
      ...rest,
      ...(Item && { Item: toSdkItem(Item) }),
      ...(Key && { Key: toSdkItem(Key) }),
      ...(ExpressionAttributeValues && { ExpressionAttributeValues: toSdkItem(ExpressionAttributeValues) }),
    },
  ]);
  return Object.fromEntries(entries);
}
