// What only the local DynamoDB has: a clock that can be moved, tables from templates, calls in memory.

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type DynamoDB,
  IdempotentParameterMismatchException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DynamoDb } from '../../../local/dynamodb/index.ts';
import type { Call } from '../../../local/service.ts';
import { failure } from './behaviour.ts';
import { DOCUMENTS, key, TableName } from './documents.ts';
import { clientOf, type LocalEndpoint, startLocalEndpoint } from './endpoint.ts';

const MINUTE_MS = 60_000;
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

  test('adding a replica to a table is refused by name', async () => {
    const change = client.updateTable({
      TableName,
      ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }],
    });
    expect((await failure(change)).message).toContain('ReplicaUpdates is not supported');
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
