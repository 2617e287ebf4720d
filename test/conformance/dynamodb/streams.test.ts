// Time to live and streams of the local DynamoDB.

import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChangeRecord, DynamoDb } from '../../../local/dynamodb/index.ts';
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

const put = (id: string, attributes: object = {}) =>
  client.putItem({ TableName, Item: { ...key(id), ...attributes } });

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
