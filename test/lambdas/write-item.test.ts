import './environment.ts';

import {
  GetItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { TOKEN_LIFETIME_SECONDS } from '../../core/errors/limits.ts';
import { formatRun } from '../../core/keys/run.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { dynamodb } from '../../lambdas/dynamodb.ts';
import { s3 } from '../../lambdas/s3.ts';
import { handler, type WriteItemEvent } from '../../lambdas/write-item.ts';
import { run } from '../core/fixtures.ts';
import { keyOf, plan, pointer, sagaItem } from '../core/items.ts';
import { awsError, dynamodbMock, failure, s3Mock } from './environment.ts';

const PLAN = plan('update', { item: sagaItem(), content: { page: 'y' } });

function event(given: Partial<WriteItemEvent> = {}): WriteItemEvent {
  const now = new Date().toISOString();
  const input = { key: { id: '1' }, set: { title: 'Hi' } };
  return {
    operation: 'update',
    input,
    plan: PLAN,
    startedAt: now,
    now,
    retries: 0,
    redriven: false,
    ...given,
  };
}

function canceled(Code: string, Item?: Record<string, never>): TransactionCanceledException {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: [{ Code, Message: `because of ${Code}`, ...(Item && { Item }) }],
  });
}

const long = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

test('every call is made once: retries are the state machine to decide', async () => {
  expect([await dynamodb.config.maxAttempts(), await s3.config.maxAttempts()]).toEqual([1, 1]);
});

test("writes the item in one transaction with the plan's token", async () => {
  dynamodbMock.on(TransactWriteItemsCommand).resolves({});
  expect(await handler(event())).toEqual({ written: true });
  expect(dynamodbMock).toHaveReceivedCommandTimes(TransactWriteItemsCommand, 1);
  const [call] = dynamodbMock.commandCalls(TransactWriteItemsCommand);
  expect(call?.args[0].input).toMatchObject({
    ClientRequestToken: expect.stringMatching(/^[0-9a-f]{36}$/),
    TransactItems: [{ Update: { TableName: 'Docs', Key: { id: { S: '1' } } } }],
  });
});

test('sends the same request again, whenever the attempt is made', async () => {
  dynamodbMock.on(TransactWriteItemsCommand).resolves({});
  await handler(event());
  await handler(event({ retries: 3, startedAt: long(200) }));
  const [first, second] = dynamodbMock
    .commandCalls(TransactWriteItemsCommand)
    .map(({ args }) => args[0].input);
  expect(second).toEqual(first);
});

test('sends binary values as bytes', async () => {
  dynamodbMock.on(TransactWriteItemsCommand).resolves({});
  const input = { key: { id: { S: '1' } }, set: { b: { L: [{ B: 'AAE=' }] } }, attributeFormat: 'dynamodb' };
  await handler(event({ input }));
  const [call] = dynamodbMock.commandCalls(TransactWriteItemsCommand);
  const values = call?.args[0].input.TransactItems?.[0]?.Update?.ExpressionAttributeValues;
  expect(Object.values(values ?? {})).toContainEqual({ L: [{ B: Buffer.of(0, 1) }] });
});

describe('a definite answer', () => {
  test.each([
    ['the item has moved on', sagaItem(undefined, { version: 2 }), 'WriteConflict'],
    ['the item is gone', undefined, 'WriteConflict'],
    ["the item is as planned: the caller's own condition failed", sagaItem(), 'ConditionFailed'],
  ])('to a failed condition: %s', async (_, found, name) => {
    const item = found && (toSdkItem(found) as Record<string, never>);
    dynamodbMock.on(TransactWriteItemsCommand).rejects(canceled('ConditionalCheckFailed', item));
    const input = { key: { id: '1' }, set: { title: 'Hi' }, condition: { expression: 'title <> title' } };
    expect((await failure(handler(event({ input })))).name).toBe(name);
  });

  test.each([
    [awsError('ValidationException', 400, 'Item size has exceeded')],
    [awsError('AccessDeniedException', 400, 'not authorized')],
    [awsError('ResourceNotFoundException', 400, 'no table')],
    [canceled('ValidationError')],
  ])('to a first attempt: refused by %s', async (error) => {
    dynamodbMock.on(TransactWriteItemsCommand).rejects(error);
    const { name, cause } = await failure(handler(event()));
    expect(name).toBe('WriteRefused');
    expect(cause.message).toContain('DynamoDB refuses the item');
  });
});

describe('an answer that leaves doubt', () => {
  test.each([
    [awsError('InternalServerError', 500)],
    [awsError('ServiceUnavailable', 503)],
    [awsError('TimeoutError')],
    [awsError('TransactionInProgressException', 400)],
    [awsError('IdempotentParameterMismatchException', 400)],
  ])('%s', async (error) => {
    dynamodbMock.on(TransactWriteItemsCommand).rejects(error);
    expect((await failure(handler(event()))).name).toBe('WriteInDoubt');
  });

  test.each([
    ['after a retry', { retries: 1 }],
    ['after a redrive', { retries: 1, redriven: true }],
    ['when the first attempt may not be the first', { startedAt: long(16) }],
  ])('B6: a refusal %s', async (_, given) => {
    dynamodbMock.on(TransactWriteItemsCommand).rejects(awsError('AccessDeniedException', 400));
    expect((await failure(handler(event(given)))).name).toBe('WriteInDoubt');
  });
});

test.each([
  [canceled('TransactionConflict')],
  [canceled('ThrottlingError')],
  [canceled('ProvisionedThroughputExceeded')],
  [awsError('ThrottlingException', 400)],
  [awsError('ProvisionedThroughputExceededException', 400)],
  [awsError('RequestLimitExceeded', 400)],
])('throttling is not written, and worth a fast retry: %s', async (error) => {
  dynamodbMock.on(TransactWriteItemsCommand).rejects(error);
  expect((await failure(handler(event()))).name).toBe('WriteThrottled');
});

describe('V9: throttling puts nothing in doubt', () => {
  const throttling = canceled('ThrottlingError');

  test('a refusal after it is definite, also by a clock that is ahead', async () => {
    dynamodbMock.on(TransactWriteItemsCommand).rejects(awsError('AccessDeniedException', 400));
    const later = event({ throttles: 3, startedAt: long(20), now: long(20) });
    expect((await failure(handler(later))).name).toBe('WriteRefused');
  });

  test.each([
    ['after an attempt in doubt', { retries: 1 }],
    ['when it does not end', { throttles: 10 }],
  ])('%s it counts as doubt', async (_, given) => {
    dynamodbMock.on(TransactWriteItemsCommand).rejects(throttling);
    expect((await failure(handler(event(given)))).name).toBe('WriteInDoubt');
  });
});

test('B5: the first attempt after a redrive only waits for its predecessor', async () => {
  expect((await failure(handler(event({ redriven: true })))).name).toBe('WriteInDoubt');
  expect(dynamodbMock.calls()).toEqual([]);
});

describe("past the token's life, a consistent read decides", () => {
  const late = event({ retries: 8, startedAt: long(TOKEN_LIFETIME_SECONDS) });

  beforeEach(() => {
    s3Mock.on(HeadObjectCommand).resolves({});
  });

  test.each([
    ['written', sagaItem(undefined, { version: 2, writtenBy: formatRun(run('update')) }), undefined],
    ['not written, so plan again', sagaItem(), 'WriteConflict'],
    ['unknown', sagaItem(undefined, { version: 9 }), 'OutcomeUnknown'],
  ])('%s', async (_, found, name) => {
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(found) });
    if (name === undefined) expect(await handler(late)).toEqual({ written: true });
    else expect((await failure(handler(late))).name).toBe(name);
    expect(dynamodbMock).toHaveReceivedCommandWith(GetItemCommand, { ConsistentRead: true });
    expect(dynamodbMock).toHaveReceivedCommandTimes(TransactWriteItemsCommand, 0);
  });

  test('V1, V7: and whether the objects that the item would point at are there', async () => {
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem()) });
    const told = { ...late, throttles: 0 };
    expect(await failure(handler(told))).toMatchObject({
      name: 'NotWritten',
      cause: { plan: 1, proof: 'reading' },
    });
    expect(s3Mock).toHaveReceivedCommandWith(HeadObjectCommand, { Key: keyOf('page', 'y', 'update') });

    s3Mock.on(HeadObjectCommand).rejects(awsError('NotFound', 404));
    const undone = await failure(handler(told));
    expect(undone.name).toBe('OutcomeUnknown');
    expect(undone.cause.message).toContain('was undone since');

    s3Mock.on(HeadObjectCommand).rejects(awsError('Forbidden', 403));
    expect((await failure(handler(told))).name).toBe('Forbidden');
  });

  test('by the clock of this task, should the state machine repeat an old time', async () => {
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem()) });
    const stale = event({ retries: 8, startedAt: long(900), now: long(890) });
    expect((await failure(handler(stale))).name).toBe('WriteConflict');
  });

  test('an unknown outcome names some of the objects in question, never more than a cause holds', async () => {
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem(undefined, { version: 9 })) });
    const created = Array.from({ length: 300 }, (_, at) => `${keyOf('page', 'y', 'update')}${at}`);
    const { cause } = await failure(handler({ ...late, plan: { ...PLAN, created } }));
    expect(cause).toMatchObject({ objectCount: 300, objects: created.slice(0, 10) });
  });
});

test('a plan with a reused pointer writes that pointer', async () => {
  dynamodbMock.on(TransactWriteItemsCommand).resolves({});
  const reused = plan('update', { item: sagaItem(), content: { page: 'x' }, reusable: ['page'] });
  await handler(event({ plan: reused }));
  const [call] = dynamodbMock.commandCalls(TransactWriteItemsCommand);
  const values = call?.args[0].input.TransactItems?.[0]?.Update?.ExpressionAttributeValues;
  expect(Object.values(values ?? {})).toContainEqual({ S: pointer(keyOf('page', 'x', 'create')) });
});
