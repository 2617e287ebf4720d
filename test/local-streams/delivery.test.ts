import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consumer, type StreamCloud, startConsumer } from './support.ts';

/** Puts items at one time, so that they come in one batch. */
async function putTogether({ client }: StreamCloud, ...ids: string[]): Promise<void> {
  const TransactItems = ids.map((id) => ({ Put: { TableName: 'items', Item: { id: { S: id } } } }));
  await client.send(new TransactWriteItemsCommand({ TransactItems }));
}

describe('a change of the table', () => {
  test('reaches the function in the order of the changes, in the shape that AWS gives it', async () => {
    const cloud = await startConsumer(consumer(), { BatchSize: 1 });
    await cloud.put('a', { size: { N: '1' } });
    await cloud.put('a', { size: { N: '2' } });
    await cloud.put('a', { size: { N: '2' } });
    await cloud.remove('a');

    const records = (await cloud.events(3)).map(({ Records }) => Records[0]);

    expect(records.map((record) => record?.eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: expect.stringMatching(
        /^arn:aws:dynamodb:us-east-1:000000000000:table\/items\/stream\/.+$/,
      ),
      dynamodb: {
        ApproximateCreationDateTime: expect.toSatisfy(Number.isInteger),
        Keys: { id: { S: 'a' } },
        OldImage: { id: { S: 'a' }, size: { N: '1' } },
        NewImage: { id: { S: 'a' }, size: { N: '2' } },
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
  });

  test('passes a filter on deletions by time to live only if that is what it is', async () => {
    const byService = { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] };
    const cloud = await startConsumer(consumer(), {
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ userIdentity: byService }) }] },
    });
    const expires = { N: String(Math.floor(cloud.clock.now() / 1000) + 60) };
    await cloud.put('deleted', { expires });
    await cloud.put('expired', { expires });
    await cloud.remove('deleted');
    cloud.clock.advance(120_000);
    await cloud.expire();

    const [event] = await cloud.events(1);

    expect(event?.Records).toMatchObject([
      {
        eventName: 'REMOVE',
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        dynamodb: { Keys: { id: { S: 'expired' } } },
      },
    ]);
  });

  test('waits for a full batch, or for the batching window to end', async () => {
    const mapping = { BatchSize: 2, MaximumBatchingWindowInSeconds: 300 };
    const cloud = await startConsumer(consumer(), mapping, { timeScale: 1 });
    await cloud.put('a');
    await cloud.put('b');
    expect(await cloud.batches(1)).toEqual([['a', 'b']]);
    await cloud.put('c');
    await cloud.put('c', { again: { S: 'yes' } });
    expect(await cloud.batches(2)).toEqual([
      ['a', 'b'],
      ['c', 'c'],
    ]);
  });

  test('comes alone once the batching window is over', async () => {
    const mapping = { BatchSize: 10, MaximumBatchingWindowInSeconds: 300 };
    const cloud = await startConsumer(consumer(), mapping, { timeScale: 1 });
    await cloud.put('a');
    await cloud.put('b');
    cloud.clock.advance(300_000);
    expect(await cloud.batches(1)).toEqual([['a', 'b']]);
  });
});

describe('a batch that fails', () => {
  test('is tried again, whole and before what comes after it, until it succeeds', async () => {
    const cloud = await startConsumer(consumer(`if (calls < 3) throw new Error('not yet')`), {
      BatchSize: 2,
    });
    await putTogether(cloud, 'a', 'b', 'c');
    expect(await cloud.batches(4)).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['c']]);
  });

  test('is tried again from the first record that the function reports', async () => {
    const report = `if (calls > 1) return { batchItemFailures: [] };
      const sequence = (id) => event.Records[ids.indexOf(id)].dynamodb.SequenceNumber;
      return { batchItemFailures: ['c', 'b'].map((id) => ({ itemIdentifier: sequence(id) })) };`;
    const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const cloud = await startConsumer(consumer(report), mapping);
    await putTogether(cloud, 'a', 'b', 'c');
    expect(await cloud.batches(2)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });

  test('is tried again whole when the report names no record of it', async () => {
    const report = `if (calls === 1) return { batchItemFailures: [{ itemIdentifier: '' }] };`;
    const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const cloud = await startConsumer(consumer(report), mapping);
    await putTogether(cloud, 'a', 'b');
    expect(await cloud.batches(2)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('is done with, whatever it reports, when reports were not asked for', async () => {
    const cloud = await startConsumer(consumer(`return { batchItemFailures: [{ itemIdentifier: '' }] }`));
    await cloud.put('a');
    await cloud.batches(1);
    await cloud.put('b');
    expect(await cloud.batches(2)).toEqual([['a'], ['b']]);
  });

  test('is split until the record that fails is alone, which then goes to the bucket for failures', async () => {
    const cloud = await startConsumer(consumer(`if (ids.includes('bad')) throw new Error('bad')`), {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failures', 'Arn'] } } },
    });
    await putTogether(cloud, 'a', 'b', 'bad', 'c');
    await cloud.batches(6);
    await cloud.put('later');

    expect(await cloud.batches(7)).toEqual([
      ['a', 'b', 'bad', 'c'],
      ['a', 'b'],
      ['bad', 'c'],
      ['bad'],
      ['bad'],
      ['c'],
      ['later'],
    ]);
    const { key, record } = await onlyFailure(cloud);
    expect(key).toMatch(
      /^aws\/lambda\/[0-9a-f-]{36}\/shardId-[\d-]+\/\d{4}\/\d\d\/\d\d\/[\dT.-]+-[0-9a-f-]{36}$/,
    );
    expect(record).toMatchObject({
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:consumer',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 4,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    expect(JSON.parse(record.payload)).toMatchObject({
      Records: [{ dynamodb: { Keys: { id: { S: 'bad' } } } }],
    });
  });

  test('is given up once its records are too old', async () => {
    const mapping = { MaximumRecordAgeInSeconds: 60 };
    const cloud = await startConsumer(consumer(`if (ids.includes('old')) throw new Error('old')`), mapping);
    await cloud.put('old');
    await cloud.batches(1);
    cloud.clock.advance(120_000);
    await cloud.put('new');
    await cloud.seen('new');
    expect(cloud.lines.join('\n')).toContain('RecordAgeExceeded, 1 record(s) given up');
  });

  test('does not use up a retry when the function is throttled', async () => {
    const cloud = await startConsumer(consumer(), { MaximumRetryAttempts: 0 });
    const fault = { service: 'lambda', operation: 'Invoke', when: 'before' } as const;
    cloud.faults.inject({ ...fault, error: 'TooManyRequestsException', times: 3 });
    await cloud.put('a');
    expect(await cloud.batches(1)).toEqual([['a']]);
  });

  test('uses up a retry when a fault makes the function fail', async () => {
    const cloud = await startConsumer(consumer(), { MaximumRetryAttempts: 1, BatchSize: 1 });
    const fault = { service: 'lambda', operation: 'Invoke', when: 'before' } as const;
    cloud.faults.inject({ ...fault, error: 'Runtime.ExitError', times: 2 });
    await putTogether(cloud, 'lost', 'a');
    expect(await cloud.batches(1)).toEqual([['a']]);
  });
});

describe('the cloud stops', () => {
  test('while the function runs', async () => {
    const cloud = await startConsumer(consumer('await new Promise((never) => setTimeout(never, 60_000))'));
    await cloud.put('a');
    await cloud.batches(1);
    await expect(cloud.stop()).resolves.toBeUndefined();
  });

  test('while a mapping pauses before it tries again', async () => {
    const cloud = await startConsumer(consumer(`throw new Error('no')`), {}, { timeScale: 0.001 });
    await cloud.put('a');
    await cloud.logged('REPORT RequestId');
    await expect(cloud.stop()).resolves.toBeUndefined();
  });

  test('while a batching window is open', async () => {
    const mapping = { MaximumBatchingWindowInSeconds: 300 };
    const cloud = await startConsumer(consumer(), mapping, { timeScale: 1 });
    await cloud.put('a');
    await expect(cloud.stop()).resolves.toBeUndefined();
  });
});

interface FailureRecord {
  readonly payload: string;
}

async function onlyFailure({ endpoint, region, credentials }: StreamCloud) {
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  onTestFinished(() => s3.destroy());
  const Bucket = 'failures';
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents).toHaveLength(1);
  const key = Contents[0]?.Key ?? '';
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
  const record = JSON.parse((await Body?.transformToString()) ?? '') as FailureRecord;
  return { key, record };
}
