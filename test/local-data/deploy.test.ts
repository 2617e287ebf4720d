// Deploying into a folder that has data is an update: what is there stays, settings are as the template says.

import { expect, onTestFinished, test } from 'vitest';
import { DataError, type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';
import { clientsOf, newFolder } from './harness.ts';

async function start(options: LocalCloudOptions): Promise<LocalCloud> {
  const cloud = await startLocalCloud({ warmUp: false, ...options });
  onTestFinished(() => cloud.stop());
  return cloud;
}

const KEY = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

const template = (table: object = {}) => ({
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        ...KEY,
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
        ...table,
      },
    },
  },
});

/** A folder in which the template was deployed, with an object and an item. */
async function deployed(options: LocalCloudOptions = {}) {
  const data = await newFolder();
  const cloud = await start({ data, template: template(), ...options });
  const Bucket = cloud.resources.Bucket?.physicalId ?? '';
  const TableName = cloud.resources.Table?.physicalId ?? '';
  const { s3, dynamodb } = clientsOf(cloud.endpoint);
  await s3.putObject({ Bucket, Key: 'key', Body: 'content' });
  await dynamodb.putItem({ TableName, Item: { id: { S: 'item' } } });
  const { Table } = await dynamodb.describeTable({ TableName });
  await cloud.stop();
  return { data, Bucket, TableName, Table };
}

test.each(['us-east-1', 'eu-west-1'])('the same template finds its resources in %s', async (region) => {
  const { data, Bucket, TableName, Table } = await deployed({ region });
  const cloud = await start({ data, template: template(), region });
  const { s3, dynamodb } = clientsOf(cloud.endpoint);

  expect(cloud.resources).toMatchObject({
    Bucket: { physicalId: Bucket },
    Table: { physicalId: TableName },
  });
  const { Body } = await s3.getObject({ Bucket, Key: 'key' });
  expect(await Body?.transformToString()).toBe('content');
  expect((await dynamodb.scan({ TableName })).Items).toEqual([{ id: { S: 'item' } }]);
  expect((await dynamodb.describeTable({ TableName })).Table).toEqual(Table);
});

test('settings of a table are as the template says now, and its items stay', async () => {
  const { data, TableName, Table } = await deployed();
  const TimeToLiveSpecification = { AttributeName: 'until', Enabled: true };
  const changed = template({
    TimeToLiveSpecification,
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  const cloud = await start({ data, template: changed });
  const { dynamodb } = clientsOf(cloud.endpoint);
  const after = (await dynamodb.describeTable({ TableName })).Table;
  expect(after).toMatchObject({ TableId: Table?.TableId, TableArn: Table?.TableArn });
  expect(after?.StreamSpecification?.StreamViewType).toBe('NEW_AND_OLD_IMAGES');
  expect(after?.LatestStreamArn).not.toBe(Table?.LatestStreamArn);
  expect((await dynamodb.describeTimeToLive({ TableName })).TimeToLiveDescription).toMatchObject({
    TimeToLiveStatus: 'ENABLED',
  });
  await cloud.stop();

  const reverted = clientsOf((await start({ data, template: template() })).endpoint).dynamodb;
  expect((await reverted.describeTimeToLive({ TableName })).TimeToLiveDescription).toEqual({
    TimeToLiveStatus: 'DISABLED',
  });
  expect((await reverted.scan({ TableName })).Items).toEqual([{ id: { S: 'item' } }]);
});

test.each([
  {
    what: 'another type of key',
    change: { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }] },
    message: 'has the key id (S), the template says id (N)',
  },
  {
    what: 'a sort key',
    change: {
      AttributeDefinitions: [...KEY.AttributeDefinitions, { AttributeName: 'sk', AttributeType: 'N' }],
      KeySchema: [...KEY.KeySchema, { AttributeName: 'sk', KeyType: 'RANGE' }],
    },
    message: 'has the key id (S), the template says id (S), sk (N)',
  },
  {
    what: 'an index',
    change: {
      GlobalSecondaryIndexes: [
        { IndexName: 'byId', KeySchema: KEY.KeySchema, Projection: { ProjectionType: 'ALL' } },
      ],
    },
    message: 'has the indexes none, the template says byId: id (S), ALL',
  },
])('a table with data is not given $what: refused, naming the folder', async ({ change, message }) => {
  const { data, TableName } = await deployed();
  const refused = startLocalCloud({ data, template: template(change) });
  await expect(refused).rejects.toMatchObject({ cause: expect.any(DataError) });
  await expect(refused).rejects.toThrow(`the table ${TableName} in ${data}`);
  await expect(refused).rejects.toThrow(message);

  const cloud = await start({ data, template: template() });
  const { dynamodb } = clientsOf(cloud.endpoint);
  expect((await dynamodb.scan({ TableName })).Items).toEqual([{ id: { S: 'item' } }]);
});

test('two resources of one name are refused as they are without data', async () => {
  const { Table } = template().Resources;
  const named = { ...Table, Properties: { ...Table.Properties, TableName: 'same' } };
  const twice = { Resources: { One: named, Two: named } };
  await expect(startLocalCloud({ data: await newFolder(), template: twice })).rejects.toThrow(
    'Table already exists: same',
  );
});

test('what is no longer in the template stays, and is listed and served', async () => {
  const { data, Bucket, TableName } = await deployed();
  const { s3, dynamodb } = clientsOf((await start({ data })).endpoint);
  expect((await s3.listBuckets()).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
  expect((await dynamodb.listTables()).TableNames).toEqual([TableName]);
  expect((await s3.getObject({ Bucket, Key: 'key' })).ContentLength).toBe(7);
});
