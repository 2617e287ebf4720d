// What only the local DynamoDB has: a clock that can be moved, streams to look at, tables from templates.

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type DynamoDB,
  IdempotentParameterMismatchException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChangeRecord, DynamoDb } from '../../../local/dynamodb/index.ts';
import type { Call } from '../../../local/service.ts';
import { clientOf, type LocalEndpoint, startLocalEndpoint } from './endpoint.ts';
import { failure } from './suite.ts';

const MINUTE_MS = 60_000;
const TableName = 'Documents';
const DOCUMENTS = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  SSESpecification: { SSEEnabled: true },
};

let local: LocalEndpoint;
let client: DynamoDB;
let dynamodb: DynamoDb;

beforeEach(async () => {
  local = await startLocalEndpoint();
  ({ dynamodb } = local);
  client = clientOf(local.url);
  await dynamodb.createTable(DOCUMENTS);
});
afterEach(async () => {
  client.destroy();
  await local.close();
});

const key = (id: string) => ({ id: { S: id } });
const put = (id: string, attributes: object = {}) =>
  client.putItem({ TableName, Item: { ...key(id), ...attributes } });
const counted = async (id: string) => (await client.getItem({ TableName, Key: key(id) })).Item?.n?.N;

/** A call made in memory, not yet performed. */
function accept(operation: string, input: object, method = 'POST'): Promise<Call> {
  return dynamodb.accept({
    method,
    path: '/',
    query: new URLSearchParams(),
    headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
    body: Readable.from([JSON.stringify(input)]),
  });
}

const increment = {
  Update: {
    TableName,
    Key: key('counter'),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
};

describe('client request tokens', () => {
  test('a token is remembered for ten minutes from its completion, and no longer', async () => {
    const request = { TransactItems: [increment], ClientRequestToken: randomUUID() };
    await client.transactWriteItems(request);
    local.clock.advance(9 * MINUTE_MS);
    await client.transactWriteItems(request);
    expect(await counted('counter')).toBe('1');
    local.clock.advance(2 * MINUTE_MS);
    await client.transactWriteItems(request);
    expect(await counted('counter')).toBe('2');
  });

  test('a token may come with other parameters once it is forgotten', async () => {
    const ClientRequestToken = randomUUID();
    const Put = { TableName, Item: key('other') };
    await client.transactWriteItems({ TransactItems: [increment], ClientRequestToken });
    const early = client.transactWriteItems({ TransactItems: [{ Put }], ClientRequestToken });
    expect(await failure(early)).toBeInstanceOf(IdempotentParameterMismatchException);
    local.clock.advance(10 * MINUTE_MS);
    await client.transactWriteItems({ TransactItems: [{ Put }], ClientRequestToken });
  });

  test('the order of members does not make parameters differ', async () => {
    const ClientRequestToken = randomUUID();
    const { Key, ...rest } = increment.Update;
    await (await accept('TransactWriteItems', { TransactItems: [increment], ClientRequestToken })).perform();
    const reordered = { TransactItems: [{ Update: { Key, ...rest } }], ClientRequestToken };
    await (await accept('TransactWriteItems', reordered)).perform();
    expect(await counted('counter')).toBe('1');
  });

  test('a token whose transaction is in progress is refused', async () => {
    const input = { TransactItems: [increment], ClientRequestToken: randomUUID() };
    const [first, second] = [
      await accept('TransactWriteItems', input),
      await accept('TransactWriteItems', input),
    ];
    const running = first.perform();
    await expect(second.perform()).rejects.toMatchObject({ code: TransactionInProgressException.name });
    await running;
    expect(await counted('counter')).toBe('1');
  });
});

describe('time to live', () => {
  const seconds = (offset: number) => ({ N: String(Math.floor(local.clock.now() / 1000) + offset) });

  test('items go when their time has passed, and only they', async () => {
    await put('soon', { until: seconds(60) });
    await put('later', { until: seconds(7200) });
    await put('never');
    await put('text', { until: { S: '1' } });
    await put('long-ago', { until: { N: '1' } });
    expect(await dynamodb.expire()).toBe(0);
    local.clock.advance(61_000);
    expect(await dynamodb.expire()).toBe(1);
    const { Items } = await client.scan({ TableName });
    expect(Items?.map((item) => item.id?.S).sort()).toEqual(['later', 'long-ago', 'never', 'text']);
  });

  test('its deletions are told apart in the stream', async () => {
    await put('soon', { until: seconds(-1) });
    await client.deleteItem({ TableName, Key: key('soon') });
    await put('soon', { until: seconds(-1) });
    await dynamodb.expire();
    const [deleted, expired] = dynamodb.records(TableName).filter((record) => record.eventName === 'REMOVE');
    expect(deleted?.userIdentity).toBeUndefined();
    expect(expired).toMatchObject({
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: key('soon'), OldImage: key('soon') },
    });
  });

  test('nothing expires once it is disabled', async () => {
    await put('soon', { until: seconds(-1) });
    const TimeToLiveSpecification = { AttributeName: 'until', Enabled: false };
    await client.updateTimeToLive({ TableName, TimeToLiveSpecification });
    expect(await dynamodb.expire()).toBe(0);
  });
});

describe('streams', () => {
  const outline = ({ eventName, dynamodb: change }: ChangeRecord) => ({
    eventName,
    id: change.Keys.id?.S,
    before: change.OldImage?.v?.S,
    after: change.NewImage?.v?.S,
  });
  const version = (v: string) => ({ v: { S: v } });

  test('every kind of write leaves its record, in order', async () => {
    await put('a', version('1'));
    await client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET v = :v',
      ExpressionAttributeValues: { ':v': { S: '2' } },
    });
    await client.transactWriteItems({
      TransactItems: [
        { Delete: { TableName, Key: key('a') } },
        { Put: { TableName, Item: { ...key('b'), ...version('1') } } },
      ],
    });
    await client.batchWriteItem({ RequestItems: { [TableName]: [{ DeleteRequest: { Key: key('b') } }] } });
    const records = dynamodb.records(TableName);
    expect(records.map(outline)).toEqual([
      { eventName: 'INSERT', id: 'a', before: undefined, after: '1' },
      { eventName: 'MODIFY', id: 'a', before: '1', after: '2' },
      { eventName: 'REMOVE', id: 'a', before: '2', after: undefined },
      { eventName: 'INSERT', id: 'b', before: undefined, after: '1' },
      { eventName: 'REMOVE', id: 'b', before: '1', after: undefined },
    ]);
    const numbers = records.map((record) => record.dynamodb.SequenceNumber);
    expect([...numbers].sort()).toEqual(numbers);
    expect(new Set(records.map((record) => record.eventID)).size).toBe(records.length);
  });

  test('what changes nothing leaves no record', async () => {
    await put('same', version('1'));
    await put('same', version('1'));
    await client.deleteItem({ TableName, Key: key('not-there') });
    const Put = { TableName, Item: key('same'), ConditionExpression: 'attribute_not_exists(id)' };
    const ConditionCheck = { TableName, Key: key('same'), ConditionExpression: 'attribute_exists(id)' };
    await failure(client.transactWriteItems({ TransactItems: [{ Put }] }));
    await client.transactWriteItems({ TransactItems: [{ ConditionCheck }] });
    expect(dynamodb.records(TableName)).toHaveLength(1);
  });

  test('listeners hear records as they happen, until they stop', async () => {
    const heard: string[] = [];
    const stop = dynamodb.onChange((record, tableName) =>
      heard.push(`${tableName} ${record.eventName} ${record.dynamodb.Keys.id?.S}`),
    );
    await put('a');
    await client.deleteItem({ TableName, Key: key('a') });
    stop();
    await put('b');
    expect(heard).toEqual([`${TableName} INSERT a`, `${TableName} REMOVE a`]);
  });

  test('records are kept for 24 hours', async () => {
    await put('yesterday');
    local.clock.advance(23 * 60 * MINUTE_MS);
    await put('today');
    expect(dynamodb.records(TableName)).toHaveLength(2);
    local.clock.advance(2 * 60 * MINUTE_MS);
    expect(dynamodb.records(TableName).map((record) => record.dynamodb.Keys)).toEqual([key('today')]);
  });

  test('a record holds the images that the view type names', async () => {
    const images = async (StreamViewType: string) => {
      const name = `view-${StreamViewType}`;
      await dynamodb.createTable({ ...DOCUMENTS, TableName: name, StreamSpecification: { StreamViewType } });
      for (const v of ['1', '2'])
        await client.putItem({ TableName: name, Item: { ...key('a'), ...version(v) } });
      const change = dynamodb.records(name).at(-1)?.dynamodb;
      return [change?.OldImage?.v?.S, change?.NewImage?.v?.S];
    };
    expect(await images('KEYS_ONLY')).toEqual([undefined, undefined]);
    expect(await images('OLD_IMAGE')).toEqual(['1', undefined]);
    expect(await images('NEW_IMAGE')).toEqual([undefined, '2']);
    expect(await images('NEW_AND_OLD_IMAGES')).toEqual(['1', '2']);
  });

  test('a table without a stream has no records', async () => {
    const { StreamSpecification: _, ...withoutStream } = DOCUMENTS;
    await dynamodb.createTable({ ...withoutStream, TableName: 'Silent' });
    await client.putItem({ TableName: 'Silent', Item: key('a') });
    expect(dynamodb.records('Silent')).toEqual([]);
  });
});

describe('tables from templates', () => {
  test('what the template sets is there', async () => {
    const { Table } = await client.describeTable({ TableName });
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSEDescription: { Status: 'ENABLED' },
    });
    const ttl = await client.describeTimeToLive({ TableName });
    expect(ttl.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
    const { ContinuousBackupsDescription: backups } = await client.describeContinuousBackups({ TableName });
    expect(backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED');
  });

  test('createTable gives the ARNs that DescribeTable tells', async () => {
    const created = await dynamodb.createTable({ ...DOCUMENTS, TableName: 'Named' });
    const { Table } = await client.describeTable({ TableName: 'Named' });
    expect(created).toEqual({ tableArn: Table?.TableArn, streamArn: Table?.LatestStreamArn });
  });

  test('a property that cannot be honoured is refused by name', async () => {
    const imported = { ...DOCUMENTS, TableName: 'Imported', ImportSourceSpecification: {} };
    await expect(dynamodb.createTable(imported)).rejects.toThrow(
      'ImportSourceSpecification is not supported',
    );
  });
});

describe('what is not there', () => {
  test('an unknown operation is refused by name', async () => {
    const error = await failure(client.createBackup({ TableName, BackupName: 'backup' }));
    expect(error).toMatchObject({
      name: 'UnknownOperationException',
      message: 'CreateBackup is not supported by the local DynamoDB',
    });
  });

  test('adding an index to a table is refused by name', async () => {
    const change = client.updateTable({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byKind' } }],
    });
    expect((await failure(change)).message).toContain('GlobalSecondaryIndexUpdates is not supported');
  });

  test('a body that is no JSON object is refused', async () => {
    await expect(accept('PutItem', [])).rejects.toMatchObject({ code: 'SerializationException' });
  });
});

test('a call tells its operation and its body', async () => {
  const input = { TableName, Key: key('a') };
  expect(await accept('GetItem', input)).toMatchObject({
    operation: 'GetItem',
    subject: JSON.stringify(input),
  });
});
