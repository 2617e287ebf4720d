import './environment.ts';

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatRun } from '../../core/keys/run.ts';
import { ownObject } from '../../core/sweep/named-object.ts';
import { sweepCalls } from '../../lambdas/sweep-calls.ts';
import { run, SHA256, STORE } from '../core/fixtures.ts';
import { pointer } from '../core/items.ts';
import { awsError, dynamodbMock, s3Mock } from './environment.ts';

const ARN = 'arn:aws:states:eu-central-1:1:stateMachine:';
process.env.SWEEP = JSON.stringify({
  reportPrefix: 'sweeps',
  metricName: 'Docs',
  stateMachines: { create: `${ARN}C`, update: `${ARN}U`, delete: `${ARN}D` },
});
// Loaded once its environment is there.
const { handler } = await import('../../lambdas/find-orphans.ts');

const sfnMock = mockClient(SFNClient);
const STARTED = Date.parse(run('create').startTime);
const NOW = new Date(STARTED + 30 * 86_400_000).toISOString();

function keyOf(id: string, name = 'create'): string {
  return objectKey(STORE, { id: { S: id } }, 'page', SHA256.x, formatRun(run('create', name)));
}

function sweep(keys: readonly string[], dryRun = false) {
  const items = keys.map((Key) => ({ Key, Size: 1, LastModified: STARTED / 1000, Etag: '"e"' }));
  return handler({ items, dryRun, legacy: false, cutoff: NOW, now: NOW });
}

function reads(): BatchGetItemCommandInput[] {
  return dynamodbMock.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input);
}

function deleted(): number[] {
  return s3Mock
    .commandCalls(DeleteObjectsCommand)
    .map(({ args }) => args[0].input.Delete?.Objects?.length ?? 0);
}

beforeEach(() => {
  sfnMock.reset();
  sfnMock.on(DescribeExecutionCommand).resolves({
    status: 'SUCCEEDED',
    startDate: new Date(STARTED),
    stopDate: new Date(STARTED),
    redriveStatus: 'NOT_REDRIVABLE',
  });
  dynamodbMock.on(BatchGetItemCommand).resolves({});
  s3Mock.on(DeleteObjectsCommand).resolves({});
});

describe('find-orphans', () => {
  test('reads consistently, each item once, 100 a call, whole: any attribute may hold a pointer', async () => {
    const keys = Array.from({ length: 250 }, (_, at) => keyOf(`item-${at % 125}`, `run-${at}`));
    await sweep(keys, true);
    expect(reads().map(({ RequestItems }) => RequestItems?.Docs?.Keys?.length)).toEqual([100, 25, 100, 25]);
    for (const { RequestItems } of reads()) {
      expect(Object.keys(RequestItems?.Docs ?? {}).sort()).toEqual(['ConsistentRead', 'Keys']);
      expect(RequestItems?.Docs?.ConsistentRead).toBe(true);
    }
  });

  test('asks for unprocessed keys again until there are none', async () => {
    const [one, two] = [keyOf('1'), keyOf('2')];
    const left = { Docs: { Keys: [{ id: { S: '2' } }], ConsistentRead: true } };
    dynamodbMock
      .on(BatchGetItemCommand)
      .resolvesOnce({
        Responses: { Docs: [{ id: { S: '1' }, page: { S: pointer(one) } }] },
        UnprocessedKeys: left,
      })
      .resolvesOnce({ UnprocessedKeys: left })
      .resolvesOnce({
        Responses: { Docs: [{ id: { S: '2' }, page: { S: pointer(two) } }] },
        UnprocessedKeys: {},
      });
    expect(await sweep([one, two])).toMatchObject({ referenced: 2, orphans: 0 });
    expect(reads()).toHaveLength(3);
    expect(reads()[2]?.RequestItems).toEqual(left);
  });

  test('gives up, and deletes nothing, when DynamoDB goes on leaving keys unprocessed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const UnprocessedKeys = { Docs: { Keys: [{ id: { S: '1' } }], ConsistentRead: true } };
      dynamodbMock.on(BatchGetItemCommand).resolves({ UnprocessedKeys });
      const failed = expect(sweep([keyOf('1')])).rejects.toThrow(/leaves keys unprocessed/);
      await vi.runAllTimersAsync();
      await failed;
      expect(deleted()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('deletes 1,000 keys a call, of one run by one question without its data', async () => {
    const keys = Array.from({ length: 1_500 }, (_, at) => keyOf(`item-${at}`));
    expect(await sweep(keys)).toMatchObject({ orphans: 1_500, deleted: 1_500, bytes: 1_500 });
    expect(deleted()).toEqual([1_000, 500]);
    expect(sfnMock.commandCalls(DescribeExecutionCommand).map(({ args }) => args[0].input)).toEqual([
      { executionArn: 'arn:aws:states:eu-central-1:1:execution:C:create', includedData: 'METADATA_ONLY' },
    ]);
  });

  test('reports the keys that S3 refuses, each with its code', async () => {
    const [one, two] = [keyOf('1'), keyOf('2')];
    s3Mock.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: two, Code: 'AccessDenied' }] });
    expect(await sweep([one, two])).toMatchObject({
      orphans: 2,
      deleted: 1,
      failed: 1,
      objects: [{ outcome: 'deleted' }, { key: two, outcome: 'failed', reason: 'AccessDenied' }],
    });
  });

  test('a call that fails as a whole may have deleted some: all are left to the next sweep', async () => {
    s3Mock.on(DeleteObjectsCommand).rejects(awsError('SlowDown', 503));
    expect(await sweep([keyOf('1')])).toMatchObject({
      deleted: 0,
      failed: 1,
      objects: [{ reason: 'SlowDown' }],
    });
  });

  test.each([
    ['ThrottlingException', 400],
    ['InternalServerException', 500],
    ['TimeoutError', undefined],
  ])(
    'when %s keeps it from asking about runs, it asks about a few and leaves the others',
    async (name, status) => {
      sfnMock.on(DescribeExecutionCommand).rejects(awsError(name, status));
      const keys = Array.from({ length: 50 }, (_, at) => keyOf(`item-${at}`, `run-${at}`));
      expect(await sweep(keys)).toMatchObject({
        orphans: 0,
        failed: 50,
        objects: expect.arrayContaining([]),
      });
      expect(sfnMock.commandCalls(DescribeExecutionCommand)).toHaveLength(3);
      expect(deleted()).toEqual([]);
    },
  );

  test('a run that Step Functions does not know may be too new, or of another state machine: it stays', async () => {
    for (const name of ['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException']) {
      sfnMock.on(DescribeExecutionCommand).rejects(awsError(name, 400));
      expect(await sweep([keyOf('1')])).toMatchObject({ redrivable: 1, orphans: 0 });
    }
  });

  test('a missing right fails the batch: something is wrong with the sweep', async () => {
    sfnMock.on(DescribeExecutionCommand).rejects(awsError('AccessDeniedException', 400));
    await expect(sweep([keyOf('1')])).rejects.toThrow('AccessDeniedException');
  });

  test('nothing to look at makes no call', async () => {
    expect(await sweep(['items/notes.txt'])).toMatchObject({ scanned: 1, foreign: 1 });
    for (const mock of [dynamodbMock, s3Mock, sfnMock]) expect(mock.calls()).toHaveLength(0);
  });
});

test('of the items that it reads it holds one answer at a time', async () => {
  const alive = new Set<WeakRef<object>>();
  let most = 0;
  const collect = collector();
  // No mock: it would keep every answer.
  const send = async ({ input }: BatchGetItemCommand) => {
    const Keys = input.RequestItems?.Docs?.Keys ?? [];
    const Items = Keys.slice(0, 40).map((key) => ({ ...key, text: { S: 'x'.repeat(1_000) } }));
    for (const item of Items) alive.add(new WeakRef(item));
    await collect();
    most = Math.max(most, [...alive].filter((each) => each.deref() !== undefined).length);
    const left = Keys.slice(40);
    return {
      Responses: { Docs: Items },
      ...(left.length > 0 && { UnprocessedKeys: { Docs: { Keys: left } } }),
    };
  };
  const dynamodb = { send } as unknown as DynamoDBClient;
  const store = { ...STORE, reportPrefix: 'sweeps' };
  const { referenced } = sweepCalls({
    dynamodb,
    store,
    s3: new S3Client({}),
    sfn: new SFNClient({}),
    stateMachines: { create: '', update: '', delete: '' },
  });
  const objects = Array.from({ length: 500 }, (_, at) => keyOf(`item-${at}`)).flatMap(
    (key) => ownObject({ key, size: 1, lastModified: 0 }, store) ?? [],
  );
  expect(await referenced(objects)).toEqual(new Set());
  expect(alive.size).toBe(500);
  expect(most).toBeLessThanOrEqual(80);
});

/** Collects garbage, once what awaits has moved on: a WeakRef holds its object until then. */
function collector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  };
}
