// The API of DynamoDB Streams, through the AWS SDK.

import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DynamoDBStreams,
  type GetShardIteratorCommandInput,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure } from './behaviour.ts';
import { clientOf, type LocalEndpoint, startLocalEndpoint } from './endpoint.ts';

const TableName = 'streamed';
const MINUTE_MS = 60_000;

let local: LocalEndpoint;
let client: DynamoDB;
let streams: DynamoDBStreams;
let StreamArn: string;

beforeEach(async () => {
  local = await startLocalEndpoint();
  client = clientOf(local.url);
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  streams = new DynamoDBStreams({ endpoint: local.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const { TableDescription } = await client.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  StreamArn = TableDescription?.LatestStreamArn ?? '';
});
afterEach(async () => {
  client.destroy();
  streams.destroy();
  await local.close();
});

const put = (id: string) => client.putItem({ TableName, Item: { id: { S: id } } });

const describeStream = async () => (await streams.describeStream({ StreamArn })).StreamDescription;

async function iteratorAt(
  ShardIteratorType: GetShardIteratorCommandInput['ShardIteratorType'],
  SequenceNumber?: string,
): Promise<string | undefined> {
  const ShardId = (await describeStream())?.Shards?.[0]?.ShardId;
  const where = { StreamArn, ShardId, ShardIteratorType, SequenceNumber };
  return (await streams.getShardIterator(where)).ShardIterator;
}

const ids = (records: readonly _Record[] | undefined) =>
  records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S);

const numberOf = (record: _Record | undefined) => record?.dynamodb?.SequenceNumber ?? '';

describe('reading', () => {
  test('goes on from iterator to iterator, and waits at the end', async () => {
    for (const id of ['a', 'b', 'c']) await put(id);
    const first = await streams.getRecords({ ShardIterator: await iteratorAt('TRIM_HORIZON'), Limit: 2 });
    const second = await streams.getRecords({ ShardIterator: first.NextShardIterator });
    expect([ids(first.Records), ids(second.Records)]).toEqual([['a', 'b'], ['c']]);
    expect((await streams.getRecords({ ShardIterator: second.NextShardIterator })).Records).toEqual([]);
    await put('d');
    const third = await streams.getRecords({ ShardIterator: second.NextShardIterator });
    expect(ids(third.Records)).toEqual(['d']);
  });

  test('begins at the end, at a number, or after it', async () => {
    await put('a');
    await put('b');
    const latest = await iteratorAt('LATEST');
    const all = await streams.getRecords({ ShardIterator: await iteratorAt('TRIM_HORIZON') });
    await put('c');
    const b = numberOf(all.Records?.[1]);
    const from = async (ShardIterator: string | undefined) =>
      ids((await streams.getRecords({ ShardIterator })).Records);
    expect(await from(latest)).toEqual(['c']);
    expect(await from(await iteratorAt('AT_SEQUENCE_NUMBER', b))).toEqual(['b', 'c']);
    expect(await from(await iteratorAt('AFTER_SEQUENCE_NUMBER', b))).toEqual(['c']);
    expect(await from(await iteratorAt('AFTER_SEQUENCE_NUMBER', `1${'0'.repeat(30)}`))).toEqual([]);
    const start = (await describeStream())?.Shards?.[0]?.SequenceNumberRange?.StartingSequenceNumber;
    expect(await from(await iteratorAt('AT_SEQUENCE_NUMBER', start))).toEqual(['a', 'b', 'c']);
  });

  test('a record is as Lambda gets it, but for the ARN of its stream', async () => {
    await put('a');
    const { Records } = await streams.getRecords({ ShardIterator: await iteratorAt('TRIM_HORIZON') });
    const [kept] = local.dynamodb.records(TableName);
    const { eventSourceARN: _, ...shown } = kept ?? { eventSourceARN: '' };
    expect(Records).toEqual([
      {
        ...shown,
        dynamodb: { ...kept?.dynamodb, ApproximateCreationDateTime: expect.any(Date) },
      },
    ]);
  });

  test('an iterator expires after 15 minutes', async () => {
    const ShardIterator = await iteratorAt('TRIM_HORIZON');
    local.clock.advance(16 * MINUTE_MS);
    const error = await failure(streams.getRecords({ ShardIterator }));
    expect(error.name).toBe('ExpiredIteratorException');
  });

  test('what is older than a day is gone, and asking for it is an error', async () => {
    await put('old');
    const all = await streams.getRecords({ ShardIterator: await iteratorAt('TRIM_HORIZON') });
    local.clock.advance(25 * 60 * MINUTE_MS);
    await put('new');
    const { Records } = await streams.getRecords({ ShardIterator: await iteratorAt('TRIM_HORIZON') });
    expect(ids(Records)).toEqual(['new']);
    const old = numberOf(all.Records?.[0]);
    expect((await failure(iteratorAt('AT_SEQUENCE_NUMBER', old))).name).toBe('TrimmedDataAccessException');
    expect(await iteratorAt('AFTER_SEQUENCE_NUMBER', old)).toBeDefined();
  });

  test.each(['no iterator', 'arn|1|e30=', ''])(
    'what is no iterator is refused: %j',
    async (ShardIterator) => {
      expect((await failure(streams.getRecords({ ShardIterator }))).name).toBe('ValidationException');
    },
  );
});

describe('a stream', () => {
  test('is listed, by table and in pages', async () => {
    const listed = await streams.listStreams({ TableName });
    expect(listed.Streams).toEqual([
      { StreamArn, TableName, StreamLabel: (await describeStream())?.StreamLabel },
    ]);
    expect(await streams.listStreams({ ExclusiveStartStreamArn: StreamArn })).toMatchObject({ Streams: [] });
    expect((await streams.listStreams({ TableName: 'none' })).Streams).toEqual([]);
  });

  test('that is disabled can be read to its end, where no iterator follows', async () => {
    await put('a');
    await client.updateTable({ TableName, StreamSpecification: { StreamEnabled: false } });
    await put('unseen');
    expect(await describeStream()).toMatchObject({
      StreamStatus: 'DISABLED',
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      Shards: [{ SequenceNumberRange: { EndingSequenceNumber: expect.stringMatching(/^\d{21}$/) } }],
    });
    const read = await streams.getRecords({ ShardIterator: await iteratorAt('TRIM_HORIZON') });
    expect([ids(read.Records), read.NextShardIterator]).toEqual([['a'], undefined]);
  });

  test('that is not there, and a shard that it has not, are not found', async () => {
    const other = StreamArn.replace(TableName, 'other');
    const error = await failure(streams.describeStream({ StreamArn: other }));
    expect([error.name, error.message]).toEqual([
      'ResourceNotFoundException',
      `Requested resource not found: Stream: ${other} not found`,
    ]);
    const shard = { StreamArn, ShardId: 'shardId-00000000000000000000-00000000' };
    const call = streams.getShardIterator({ ...shard, ShardIteratorType: 'LATEST' });
    expect((await failure(call)).name).toBe('ResourceNotFoundException');
  });
});

test('the two APIs do not have each other’s operations', async () => {
  const answer = await fetch(local.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDBStreams_20120810.ListTables' },
    body: '{}',
  });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining('UnknownOperationException'),
  ]);
});
