// Global indexes that come to a table later, and go.

import type { CreateTableCommandInput, DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, failure, refused, type Subject } from '../behaviour.ts';

const AttributeDefinitions = [
  { AttributeName: 'kind', AttributeType: 'S' },
  { AttributeName: 'size', AttributeType: 'N' },
] as const;
const BY_KIND = {
  IndexName: 'byKind',
  KeySchema: [
    { AttributeName: 'kind', KeyType: 'HASH' },
    { AttributeName: 'size', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' },
} as const;

async function withTable(
  { client }: Subject,
  name: string,
  run: (TableName: string) => Promise<void>,
  extra: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  const TableName = `${name}-${process.pid}`;
  await client.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ...extra,
  });
  try {
    await run(TableName);
  } finally {
    await client.deleteTable({ TableName });
  }
}

const addIndex = (client: DynamoDB, TableName: string, index: object = BY_KIND) =>
  client.updateTable({
    TableName,
    AttributeDefinitions: [...AttributeDefinitions],
    GlobalSecondaryIndexUpdates: [{ Create: index as typeof BY_KIND & { KeySchema: [] } }],
  });

const idsOfKind = async (client: DynamoDB, TableName: string, kind: string) => {
  const { Items } = await client.query({
    TableName,
    IndexName: 'byKind',
    KeyConditionExpression: 'kind = :kind',
    ExpressionAttributeValues: { ':kind': { S: kind } },
  });
  return Items?.map(({ id }) => id?.S);
};

export const indexBehaviours: readonly Behaviour[] = [
  [
    'UpdateTable adds a global index, which has what the table held before and gets what comes',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'index-added', async (TableName) => {
        const put = (id: string, size: number, kind = 'book') =>
          client.putItem({
            TableName,
            Item: { id: { S: id }, kind: { S: kind }, size: { N: String(size) }, text: { S: 'x' } },
          });
        await put('long', 900);
        await put('short', 20);
        await put('other', 1, 'film');
        await client.putItem({ TableName, Item: { id: { S: 'none' } } });
        await client.putItem({
          TableName,
          Item: { id: { S: 'misfit' }, kind: { N: '1' }, size: { N: '1' } },
        });
        const { TableDescription } = await addIndex(client, TableName);
        expect(TableDescription?.TableStatus).toBe('UPDATING');
        const { Table } = await client.describeTable({ TableName });
        expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'byKind', IndexStatus: 'ACTIVE' }]);
        expect(Table?.AttributeDefinitions?.map(({ AttributeName }) => AttributeName).sort()).toEqual([
          'id',
          'kind',
          'size',
        ]);
        expect(await idsOfKind(client, TableName, 'book')).toEqual(['short', 'long']);
        await put('middle', 300);
        await client.deleteItem({ TableName, Key: { id: { S: 'short' } } });
        expect(await idsOfKind(client, TableName, 'book')).toEqual(['middle', 'long']);
      });
    },
  ],
  [
    'UpdateTable deletes a global index, and one of the same name has nothing of it',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'index-deleted', async (TableName) => {
        await addIndex(client, TableName);
        const Item = { id: { S: 'a' }, kind: { S: 'book' }, size: { N: '1' } };
        await client.putItem({ TableName, Item });
        const GlobalSecondaryIndexUpdates = [{ Delete: { IndexName: 'byKind' } }];
        await client.updateTable({ TableName, GlobalSecondaryIndexUpdates });
        await refused(idsOfKind(client, TableName, 'book'), 'does not have the specified index');
        await client.deleteItem({ TableName, Key: { id: { S: 'a' } } });
        await addIndex(client, TableName);
        expect(await idsOfKind(client, TableName, 'book')).toEqual([]);
      });
    },
  ],
  [
    'an index that cannot be is refused, and one that is not there is not found',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'index-refused', async (TableName) => {
        await addIndex(client, TableName);
        await refused(addIndex(client, TableName), 'already exists');
        const unknown = [{ AttributeName: 'unknown', KeyType: 'HASH' }];
        await refused(
          addIndex(client, TableName, { ...BY_KIND, IndexName: 'other', KeySchema: unknown }),
          'AttributeDefinitions',
        );
        const gone = { TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'none' } }] };
        expect((await failure(client.updateTable(gone))).name).toBe('ResourceNotFoundException');
        const two = [{ Delete: { IndexName: 'byKind' } }, { Create: { ...BY_KIND, IndexName: 'other' } }];
        const both = client.updateTable({
          TableName,
          AttributeDefinitions: [...AttributeDefinitions],
          GlobalSecondaryIndexUpdates: two as never,
        });
        expect((await failure(both)).name).toBe('LimitExceededException');
      });
    },
  ],
];
