import { Readable } from 'node:stream';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultInput } from '../../local/faults.ts';
import type { ObservedCall } from '../../local/service.ts';
import {
  clientOptions,
  inlineFunction,
  invoke,
  start,
  startWithFunction,
  type TestCloud,
} from './support.ts';

const Bucket = 'faulty';
const TableName = 'faulty';
const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    },
  },
};

/** One way to make a service do something, to see whether it did, and what it fails with. */
interface Subject {
  readonly fault: Pick<FaultInput, 'service' | 'operation' | 'error' | 'status'>;
  act(cloud: TestCloud, abortSignal?: AbortSignal): Promise<unknown>;
  applied(cloud: TestCloud): Promise<boolean>;
}

const s3Of = (cloud: TestCloud): S3Client => client(new S3Client(clientOptions(cloud)));
const dynamoOf = (cloud: TestCloud): DynamoDBClient => client(new DynamoDBClient(clientOptions(cloud)));
const statesOf = (cloud: TestCloud): SFNClient => client(new SFNClient(clientOptions(cloud)));

function client<Client extends { destroy(): void }>(made: Client): Client {
  onTestFinished(() => made.destroy());
  return made;
}

const putObject = (
  cloud: TestCloud,
  Key = 'k',
  Body: string | Uint8Array = 'content',
  abortSignal?: AbortSignal,
) => s3Of(cloud).send(new PutObjectCommand({ Bucket, Key, Body }), { abortSignal });

const hasObject = (cloud: TestCloud, Key = 'k'): Promise<boolean> =>
  s3Of(cloud)
    .send(new HeadObjectCommand({ Bucket, Key }))
    .then(
      () => true,
      (error: Error) => error.name !== 'NotFound',
    );

const SUBJECTS: Readonly<Record<string, Subject>> = {
  s3: {
    fault: { service: 's3', operation: 'PutObject', error: 'SlowDown', status: 503 },
    act: (cloud, signal) => putObject(cloud, 'k', 'content', signal),
    applied: (cloud) => hasObject(cloud),
  },
  dynamodb: {
    fault: { service: 'dynamodb', operation: 'PutItem', error: 'InternalServerError' },
    act: (cloud, abortSignal) =>
      dynamoOf(cloud).send(new PutItemCommand({ TableName, Item: { id: { S: 'k' } } }), { abortSignal }),
    applied: async (cloud) => {
      const command = new GetItemCommand({ TableName, Key: { id: { S: 'k' } }, ConsistentRead: true });
      return (await dynamoOf(cloud).send(command)).Item !== undefined;
    },
  },
  states: {
    fault: { service: 'states', operation: 'StartExecution', error: 'ExecutionLimitExceeded', status: 400 },
    act: (cloud, abortSignal) =>
      statesOf(cloud).send(new StartExecutionCommand({ stateMachineArn: 'arn:m', input: '{}' }), {
        abortSignal,
      }),
    applied: async (cloud) => cloud.started.length > 0,
  },
};

/** Waits, in steps of a turn of the event loop, for what happens by itself. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(Object.entries(SUBJECTS))('a fault of %s', (_, { fault, act, applied }) => {
  test('before: the call is refused and not applied, once', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, when: 'before' });
    await expect(act(cloud)).rejects.toMatchObject({
      name: fault.error,
      $metadata: { httpStatusCode: fault.status ?? 500 },
    });
    expect(await applied(cloud)).toBe(false);
    await act(cloud);
    expect(await applied(cloud)).toBe(true);
    expect(cloud.faults.list()).toMatchObject([{ fired: 1 }]);
  });

  test('after: the call is applied and reported as failed', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, when: 'after' });
    await expect(act(cloud)).rejects.toMatchObject({ name: fault.error });
    expect(await applied(cloud)).toBe(true);
  });

  test("late: the call is reported as failed at once and lands later, by the cloud's clock", async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, when: 'late', lateSeconds: 3600 });
    await expect(act(cloud)).rejects.toMatchObject({ name: fault.error });
    cloud.faults.clear();
    expect(await applied(cloud)).toBe(false);
    cloud.clock.advance(3_600_000);
    await until(() => applied(cloud));
  });

  test('NoAnswer: nobody answers, until the caller gives up', async () => {
    const ends: Promise<void>[] = [];
    const cloud = await start({ template, onCall: ({ ended }) => ends.push(ended) });
    const calls: string[] = [];
    const over = new AbortController();
    cloud.faults.inject({ ...fault, error: 'NoAnswer', status: undefined, when: 'after' });
    const unanswered = act(cloud, over.signal);
    unanswered.then(
      () => calls.push('answered'),
      () => calls.push('given up'),
    );
    await until(() => applied(cloud));
    expect(calls).toEqual([]);
    over.abort();
    await expect(unanswered).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all(ends);
    await act(cloud);
  });

  test('ECONNRESET: the connection closes without an answer', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, error: 'ECONNRESET', status: undefined, when: 'after' });
    await expect(act(cloud)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await applied(cloud)).toBe(true);
  });
});

describe('a fault of lambda', () => {
  const source = 'exports.handler = async () => { console.log("ran"); return "fine" }';
  const ran = (cloud: TestCloud): boolean => cloud.logs('fn').includes('ran');
  const fault = { service: 'lambda', operation: 'Invoke' } as const;

  test('before: of the service, with its own status', async () => {
    const cloud = await startWithFunction(source);
    cloud.faults.inject({ ...fault, when: 'before', error: 'TooManyRequestsException' });
    const { status, headers } = await invoke(cloud);
    expect([status, headers.get('x-amzn-errortype')]).toEqual([429, 'TooManyRequestsException']);
    expect(ran(cloud)).toBe(false);
    expect((await invoke(cloud)).payload).toBe('fine');
  });

  test.each(['Sandbox.Timedout', 'Runtime.ExitError', 'MyError'])(
    'after: the function ran and is reported as failed with %s',
    async (error) => {
      const cloud = await startWithFunction(source);
      cloud.faults.inject({ ...fault, when: 'after', error, message: 'as if' });
      const { status, headers, payload } = await invoke(cloud);
      expect([status, headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
      expect(payload).toEqual({ errorType: error, errorMessage: 'as if' });
      expect(ran(cloud)).toBe(true);
    },
  );

  test('after: of the service, with the status asked for', async () => {
    const cloud = await startWithFunction(source);
    cloud.faults.inject({ ...fault, when: 'after', error: 'ServiceException', status: 502 });
    const { status, payload } = await invoke(cloud);
    expect({ status, payload }).toMatchObject({ status: 502, payload: { Type: 'Service' } });
    expect(ran(cloud)).toBe(true);
  });

  test('late: reported as failed at once, runs later', async () => {
    const cloud = await startWithFunction(source);
    cloud.faults.inject({ ...fault, when: 'late', error: 'Sandbox.Timedout' });
    expect((await invoke(cloud)).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(ran(cloud)).toBe(false);
    cloud.clock.advance(5000);
    await until(async () => ran(cloud));
  });

  test('happens to calls from other services in memory too', async () => {
    const cloud = await startWithFunction(source);
    const call = () =>
      cloud.dispatch('lambda', {
        method: 'POST',
        path: '/2015-03-31/functions/fn/invocations',
        query: new URLSearchParams(),
        headers: {},
        body: Readable.from([]),
      });
    cloud.faults.inject({ ...fault, when: 'before', error: 'ServiceException' });
    cloud.faults.inject({ ...fault, when: 'before', error: 'ECONNRESET' });
    expect(await call()).toMatchObject({ status: 500 });
    await expect(call()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await call()).toMatchObject({ status: 200, body: '"fine"' });
  });
});

describe('which calls a fault happens to', () => {
  const names = async (cloud: TestCloud, keys: readonly string[]): Promise<readonly string[]> => {
    const outcomes = [];
    for (const key of keys) {
      outcomes.push(
        await putObject(cloud, key).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    }
    return outcomes;
  };
  const fault = { service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError' } as const;

  test('as many as `times` says, after `skip` others', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, skip: 1, times: 2 });
    expect(await names(cloud, ['a', 'b', 'c', 'd'])).toEqual(['ok', 'InternalError', 'InternalError', 'ok']);
    expect(cloud.faults.list()).toMatchObject([{ fired: 2, skip: 1, times: 2 }]);
  });

  test('all, until it is dropped', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, times: 'always' });
    expect(await names(cloud, ['a', 'b', 'c'])).toEqual(Array(3).fill('InternalError'));
    cloud.faults.clear();
    expect(await names(cloud, ['a'])).toEqual(['ok']);
    expect(cloud.faults.list()).toEqual([]);
  });

  test('those whose subject contains `match`; others are not counted', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, match: '/x/', skip: 1 });
    expect(await names(cloud, ['y', 'x/x/1', 'y', 'x/x/2'])).toEqual(['ok', 'ok', 'ok', 'InternalError']);
  });

  test('not those of another operation or service', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, operation: 'DeleteObject' });
    cloud.faults.inject({ ...fault, service: 'dynamodb' });
    expect(await names(cloud, ['a'])).toEqual(['ok']);
    expect(cloud.faults.list()).toMatchObject([{ fired: 0 }, { fired: 0 }]);
  });

  test('the first that is left, in the order in which they were injected', async () => {
    const cloud = await start({ template });
    cloud.faults.inject({ ...fault, error: 'First' });
    cloud.faults.inject({ ...fault, error: 'Second' });
    expect(await names(cloud, ['a', 'b', 'c'])).toEqual(['First', 'Second', 'ok']);
  });
});

test('a late call keeps its whole body, after its connection is gone', async () => {
  const cloud = await start({ template });
  const body = Buffer.alloc(3_000_000, 'abc');
  cloud.faults.inject({
    service: 's3',
    operation: 'PutObject',
    when: 'late',
    error: 'ECONNRESET',
  });
  await expect(putObject(cloud, 'large', body)).rejects.toMatchObject({ code: 'ECONNRESET' });
  cloud.clock.advance(5000);
  await until(() => hasObject(cloud, 'large'));
  const stored = await s3Of(cloud).send(new GetObjectCommand({ Bucket, Key: 'large' }));
  expect(Buffer.from((await stored.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
});

test('a late call that has not landed when the cloud stops never does, and does not hold the stop up', async () => {
  const cloud = await start({
    template: { Resources: { Fn: inlineFunction('exports.handler = async () => console.log("ran")') } },
  });
  cloud.faults.inject({
    service: 'lambda',
    operation: 'Invoke',
    when: 'late',
    error: 'ServiceException',
    lateSeconds: 1000,
  });
  expect((await invoke(cloud)).status).toBe(500);
  await cloud.stop();
  cloud.clock.advance(1_000_000);
  expect(cloud.logs('fn')).toEqual([]);
});

test('a call that nobody answers does not hold the stop up', async () => {
  const cloud = await startWithFunction('exports.handler = async () => "fine"');
  cloud.faults.inject({ service: 'lambda', operation: 'Invoke', when: 'before', error: 'NoAnswer' });
  const cutOff = expect(invoke(cloud)).rejects.toThrow('fetch failed');
  await until(async () => cloud.faults.list()[0]?.fired === 1);
  await cloud.stop();
  await cutOff;
});

test('every call is told of, and again when it lands late', async () => {
  const calls: string[] = [];
  const onCall = ({ service, operation, subject, ended }: ObservedCall): void => {
    calls.push(`${service} ${operation} ${subject}`);
    void ended.then(() => calls.push('ended'));
  };
  const cloud = await startWithFunction('exports.handler = async () => "fine"', {}, { onCall });
  const late = { service: 'lambda', operation: 'Invoke', when: 'late', error: 'ServiceException' } as const;
  await invoke(cloud);
  cloud.faults.inject(late);
  await invoke(cloud);
  const told = ['lambda Invoke fn {}', 'ended'];
  expect(calls).toEqual([...told, ...told]);
  expect(cloud.clock.advanceToNext(2000)).toBe(2000);
  expect(calls).toHaveLength(4);
  expect(cloud.clock.advanceToNext()).toBeLessThanOrEqual(3000);
  await until(async () => calls.length === 6);
  expect(calls.slice(4)).toEqual(told);
  expect(cloud.clock.advanceToNext()).toBe(0);
});

test('an operation that fails by itself keeps its own error', async () => {
  const cloud = await start({ template });
  await expect(
    statesOf(cloud).send(new DescribeExecutionCommand({ executionArn: 'arn:x' })),
  ).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  await expect(s3Of(cloud).send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
});

test.each([
  [{ service: 'sns' }, 'service', '"sns"'],
  [{ operation: 'put object' }, 'operation', '"put object"'],
  [{ when: 'sometimes' }, 'when', '"sometimes"'],
  [{ error: undefined }, 'error', 'nothing'],
  [{ error: '' }, 'error', '""'],
  [{ status: 200 }, 'status', '200'],
  [{ times: 0 }, 'times', '0'],
  [{ times: 'never' }, 'times', '"never"'],
  [{ skip: -1 }, 'skip', '-1'],
  [{ lateSeconds: '5' }, 'lateSeconds', '"5"'],
  [{ matches: 'x' }, 'matches', '"x"'],
])('a fault with %j is refused by field and value', async (wrong, field, value) => {
  const cloud = await start();
  const fault = { service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError', ...wrong };
  const refused = expect.stringMatching(new RegExp(`^${field}: .*got ${value}$`));
  expect(() => cloud.faults.inject(fault as FaultInput)).toThrow(
    expect.objectContaining({ name: 'InvalidFault', message: refused }),
  );
  const response = await fetch(`${cloud.endpoint}/_local/faults`, {
    method: 'POST',
    body: JSON.stringify(fault),
  });
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 400,
    body: { error: refused },
  });
  expect(cloud.faults.list()).toEqual([]);
});
