// Tables and their settings.

import {
  type CreateTableCommandInput,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, failure, refused, type Subject } from '../behaviour.ts';

function schemaOf(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
}

/** Runs with a table of its own, which is deleted afterwards. */
async function withTable<T>(
  { client }: Subject,
  name: string,
  extra: Partial<CreateTableCommandInput>,
  run: (TableName: string) => Promise<T>,
): Promise<T> {
  const TableName = `${name}-${process.pid}`;
  await client.createTable({ ...schemaOf(TableName), ...extra });
  try {
    return await run(TableName);
  } finally {
    await client.deleteTable({ TableName });
  }
}

export const tableBehaviours: readonly Behaviour[] = [
  [
    'CreateTable with on-demand billing gives a table that DescribeTable and ListTables know',
    async ({ client, simple }) => {
      const { Table } = await client.describeTable({ TableName: simple });
      expect(Table).toMatchObject({
        TableName: simple,
        TableStatus: 'ACTIVE',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      });
      expect(Table?.TableArn).toMatch(new RegExp(`^arn:aws:dynamodb:us-east-1:\\d{12}:table/${simple}$`));
      expect((await client.listTables({})).TableNames).toContain(simple);
    },
  ],
  [
    'CreateTable refuses a name that is taken',
    async ({ client, simple }) => {
      expect(await failure(client.createTable(schemaOf(simple)))).toBeInstanceOf(ResourceInUseException);
    },
  ],
  [
    'CreateTable refuses an attribute definition that no key uses',
    async ({ client }) => {
      const schema = schemaOf(`unused-${process.pid}`);
      const AttributeDefinitions = [
        ...(schema.AttributeDefinitions ?? []),
        { AttributeName: 'other', AttributeType: 'S' as const },
      ];
      await refused(client.createTable({ ...schema, AttributeDefinitions }));
    },
  ],
  [
    'ListTables pages by name',
    async ({ client, simple, sorted }) => {
      const names: string[] = [];
      let ExclusiveStartTableName: string | undefined;
      do {
        const page = await client.listTables({ Limit: 1, ExclusiveStartTableName });
        expect(page.TableNames?.length).toBeLessThanOrEqual(1);
        names.push(...(page.TableNames ?? []));
        ExclusiveStartTableName = page.LastEvaluatedTableName;
      } while (ExclusiveStartTableName);
      expect(names).toEqual(expect.arrayContaining([simple, sorted]));
      expect(names).toEqual([...names].sort());
    },
  ],
  [
    'DeleteTable removes the table and its items',
    async (subject) => {
      const { client } = subject;
      const TableName = await withTable(subject, 'short-lived', {}, async (name) => {
        await client.putItem({ TableName: name, Item: { id: { S: 'a' } } });
        return name;
      });
      expect(await failure(client.describeTable({ TableName }))).toBeInstanceOf(ResourceNotFoundException);
      await client.createTable(schemaOf(TableName));
      expect((await client.scan({ TableName })).Items).toEqual([]);
      await client.deleteTable({ TableName });
    },
  ],
  [
    'DeleteTable refuses a table that is protected against deletion',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'protected', { DeletionProtectionEnabled: true }, async (TableName) => {
        await refused(client.deleteTable({ TableName }), 'protected against deletion');
        await client.updateTable({ TableName, DeletionProtectionEnabled: false });
      });
    },
  ],
  [
    'operations on a table that is not there fail with ResourceNotFoundException',
    async ({ client }) => {
      const TableName = 'no-such-table';
      const Key = { id: { S: 'a' } };
      const calls = [
        client.describeTable({ TableName }),
        client.getItem({ TableName, Key }),
        client.putItem({ TableName, Item: Key }),
        client.scan({ TableName }),
        client.transactWriteItems({ TransactItems: [{ Delete: { TableName, Key } }] }),
        client.transactGetItems({ TransactItems: [{ Get: { TableName, Key } }] }),
      ];
      const errors = await Promise.all(calls.map(failure));
      for (const error of errors) expect(error).toBeInstanceOf(ResourceNotFoundException);
    },
  ],
  [
    'UpdateTimeToLive is told by DescribeTimeToLive',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'expiring', {}, async (TableName) => {
        const before = await client.describeTimeToLive({ TableName });
        expect(before.TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
        const TimeToLiveSpecification = { AttributeName: 'until', Enabled: true };
        await client.updateTimeToLive({ TableName, TimeToLiveSpecification });
        const after = await client.describeTimeToLive({ TableName });
        expect(after.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
      });
    },
  ],
  [
    'UpdateTimeToLive refuses to enable what is enabled',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'expiring-twice', {}, async (TableName) => {
        const TimeToLiveSpecification = { AttributeName: 'until', Enabled: true };
        await client.updateTimeToLive({ TableName, TimeToLiveSpecification });
        await refused(client.updateTimeToLive({ TableName, TimeToLiveSpecification }), 'already enabled');
      });
    },
  ],
  [
    'UpdateContinuousBackups is told by DescribeContinuousBackups',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'backed-up', {}, async (TableName) => {
        await client.updateContinuousBackups({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
        const { ContinuousBackupsDescription: description } = await client.describeContinuousBackups({
          TableName,
        });
        expect(description?.PointInTimeRecoveryDescription).toMatchObject({
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: 35,
          EarliestRestorableDateTime: expect.any(Date),
          LatestRestorableDateTime: expect.any(Date),
        });
        await client.updateContinuousBackups({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
        });
        const { ContinuousBackupsDescription: shorter } = await client.describeContinuousBackups({
          TableName,
        });
        expect(shorter?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays).toBe(7);
      });
    },
  ],
  [
    'a table tells what it can serve at once',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'warm', {}, async (TableName) => {
        const { Table } = await client.describeTable({ TableName });
        expect(Table?.WarmThroughput).toEqual({
          ReadUnitsPerSecond: 12_000,
          WriteUnitsPerSecond: 4_000,
          Status: 'ACTIVE',
        });
        const WarmThroughput = { ReadUnitsPerSecond: 20_000, WriteUnitsPerSecond: 5_000 };
        await client.updateTable({ TableName, WarmThroughput });
        const { Table: updated } = await client.describeTable({ TableName });
        expect(updated?.WarmThroughput).toEqual({ ...WarmThroughput, Status: 'ACTIVE' });
      });
    },
  ],
  [
    'a stream is told by DescribeTable',
    async (subject) => {
      const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
      await withTable(subject, 'streaming', { StreamSpecification }, async (TableName) => {
        const { Table } = await subject.client.describeTable({ TableName });
        expect(Table?.StreamSpecification).toEqual(StreamSpecification);
        expect(Table?.LatestStreamArn).toContain(`table/${TableName}/stream/`);
      });
    },
  ],
  [
    'tags are added, listed and removed',
    async (subject) => {
      const { client } = subject;
      await withTable(subject, 'tagged', { Tags: [{ Key: 'a', Value: '1' }] }, async (TableName) => {
        const ResourceArn = (await client.describeTable({ TableName })).Table?.TableArn;
        await client.tagResource({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] });
        await client.untagResource({ ResourceArn, TagKeys: ['a'] });
        expect((await client.listTagsOfResource({ ResourceArn })).Tags).toEqual([{ Key: 'b', Value: '2' }]);
      });
    },
  ],
];
