// A table named by its ARN, wherever a name is asked for.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html (TableName)

import { expect } from 'vitest';
import { type Behaviour, failure, given, read, type Subject } from '../behaviour.ts';

const arnOf = async ({ client, simple }: Subject): Promise<string> =>
  (await client.describeTable({ TableName: simple })).Table?.TableArn ?? '';

export const nameBehaviours: readonly Behaviour[] = [
  [
    'the ARN of a table is a name of it in calls about items',
    async (subject) => {
      const { client } = subject;
      const TableName = await arnOf(subject);
      const Key = { id: { S: 'by-arn' } };
      await client.putItem({ TableName, Item: { ...Key, a: { N: '1' } } });
      await client.updateItem({
        TableName,
        Key,
        UpdateExpression: 'SET a = a + :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      });
      expect((await client.getItem({ TableName, Key })).Item?.a).toEqual({ N: '2' });
      const { Items } = await client.query({
        TableName,
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: 'by-arn' } },
      });
      expect(Items).toHaveLength(1);
      await client.transactWriteItems({ TransactItems: [{ Delete: { TableName, Key } }] });
      expect(await read(subject, 'by-arn')).toBeUndefined();
    },
  ],
  [
    'an answer names the table as the call did',
    async (subject) => {
      const { client } = subject;
      const TableName = await arnOf(subject);
      await given(subject, 'answered');
      const Keys = [{ id: { S: 'answered' } }];
      const batch = await client.batchGetItem({
        RequestItems: { [TableName]: { Keys } },
        ReturnConsumedCapacity: 'TOTAL',
      });
      expect(batch.Responses).toEqual({ [TableName]: Keys });
      expect(batch.ConsumedCapacity?.[0]?.TableName).toBe(TableName);
    },
  ],
  [
    'the ARN of a table is a name of it in calls about tables',
    async (subject) => {
      const TableName = await arnOf(subject);
      const { Table } = await subject.client.describeTable({ TableName });
      expect(Table?.TableName).toBe(subject.simple);
      await subject.client.describeTimeToLive({ TableName });
      await subject.client.describeContinuousBackups({ TableName });
    },
  ],
  [
    'the ARN of a table in another Region names nothing here',
    async (subject) => {
      const TableName = (await arnOf(subject)).replace(':us-east-1:', ':eu-west-1:');
      const call = subject.client.getItem({ TableName, Key: { id: { S: 'a' } } });
      expect((await failure(call)).name).toBe('ResourceNotFoundException');
    },
  ],
];
