// Task WriteItem (DeleteItem in a delete): the item's one write, and what its answer proves (rules 2 to 4).

import {
  type CancellationReason,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { toRequest } from '../core/contract/request.ts';
import { SagaError, someOf } from '../core/errors/errors.ts';
import type { Operation } from '../core/keys/run.ts';
import { conditionFailure, nextAttempt, proveOutcome } from '../core/saga/outcome.ts';
import type { Plan } from '../core/saga/plan.ts';
import { type WriteAction, writeRequest } from '../core/saga/write.ts';
import { dynamodb, failureOf, fromSdkItem, readItem, toSdkItem } from './aws.ts';
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
}

const store = storeFromEnvironment();

/** @throws one of WRITE_ERRORS */
export const handler = task(async (event: WriteItemEvent): Promise<{ readonly written: true }> => {
  // The later of two clocks: should the state machine not renew `now` for a retry, this one still tells.
  const now = Math.max(Date.parse(event.now), Date.now());
  const attempt = nextAttempt({ ...event, elapsedMs: now - Date.parse(event.startedAt) });
  switch (attempt.kind) {
    case 'pause':
      throw new SagaError(
        'WriteInDoubt',
        'an attempt from before the redrive may still land; waiting for it',
      );
    case 'read':
      await proveByReading(event.plan);
      return { written: true };
    case 'write':
      await write(event, attempt.refusalIsDefinite);
      return { written: true };
  }
});

async function write({ operation, input, plan }: WriteItemEvent, refusalIsDefinite: boolean): Promise<void> {
  const { ClientRequestToken, TransactItems } = writeRequest(
    store.table,
    toRequest(operation, input, store),
    plan,
  );
  try {
    await dynamodb.send(
      new TransactWriteItemsCommand({ ClientRequestToken, TransactItems: TransactItems.map(toSdkAction) }),
    );
  } catch (error) {
    throw writeError(error, plan, refusalIsDefinite);
  }
}

async function proveByReading(plan: Plan): Promise<void> {
  const outcome = proveOutcome(plan, await readItem(store.table, plan.key));
  if (outcome === 'not written') {
    throw new SagaError('WriteConflict', 'proved by reading: not written', { plan: plan.number });
  }
  if (outcome === 'unknown') {
    throw new SagaError(
      'OutcomeUnknown',
      'the item has moved on and the token of the write has expired: whether it took effect cannot be proved',
      { plan: plan.number, ...someOf(plan.created) },
    );
  }
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

function writeError(error: unknown, plan: Plan, refusalIsDefinite: boolean): SagaError {
  const reason = cancellation(error);
  if (reason?.Code === 'ConditionalCheckFailed') {
    return conditionFailure(plan, reason.Item && fromSdkItem(reason.Item));
  }
  const { code, status } = failureOf(error);
  const details = { code: reason?.Code ?? code, status };
  const message = reason?.Message ?? (error instanceof Error ? error.message : String(error));
  if (THROTTLED.has(details.code)) return new SagaError('WriteThrottled', message, details);
  const refused = status !== undefined && status >= 400 && status < 500 && !IN_DOUBT.has(code);
  return refused && refusalIsDefinite
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
