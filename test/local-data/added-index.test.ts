// An index that UpdateTable added, and what else it set, outlive the process.

import { expect, onTestFinished, test } from 'vitest';
import { startLocalCloud } from '../../local/index.ts';
import { clientsOf, newFolder } from './harness.ts';

const TableName = 'kept';

async function start(data: string) {
  const cloud = await startLocalCloud({ data, warmUp: false });
  onTestFinished(() => cloud.stop());
  return { ...clientsOf(cloud.endpoint), stop: cloud.stop };
}

test('an added index and its entries are there after a restart, as are the settings of the table', async () => {
  const data = await newFolder();
  const first = await start(data);
  await first.dynamodb.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  });
  await first.dynamodb.putItem({ TableName, Item: { id: { S: 'a' }, kind: { S: 'book' } } });
  await first.dynamodb.updateTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'kind', AttributeType: 'S' }],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      },
    ],
    WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 5_000 },
  });
  await first.dynamodb.updateContinuousBackups({
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
  });
  const before = await first.dynamodb.describeTable({ TableName });
  await first.stop();

  const { dynamodb } = await start(data);
  expect((await dynamodb.describeTable({ TableName })).Table).toEqual(before.Table);
  const { Items } = await dynamodb.query({
    TableName,
    IndexName: 'byKind',
    KeyConditionExpression: 'kind = :kind',
    ExpressionAttributeValues: { ':kind': { S: 'book' } },
  });
  expect(Items).toEqual([{ id: { S: 'a' }, kind: { S: 'book' } }]);
  const { ContinuousBackupsDescription } = await dynamodb.describeContinuousBackups({ TableName });
  expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays).toBe(7);
});
