// Items outlive the process: what was acknowledged is there, a transaction wholly or not at all, and once.

import {
  type CreateTableCommandInput,
  type DynamoDB,
  IdempotentParameterMismatchException,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { newFolder, startProcess } from './harness.ts';

const TableName = 'kept';
const MEMBERS = ['a', 'b', 'c'];
/** How many answers there are before each kill. */
const KILLED_AT = [1, 7, 30, 75];
const WORKERS = 4;

const table: CreateTableCommandInput = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'group', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byGroup',
      KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

/** Adds one to each of a group's items, under a token. */
function increment(group: string, ClientRequestToken: string) {
  return {
    ClientRequestToken,
    TransactItems: MEMBERS.map((member) => ({
      Update: {
        TableName,
        Key: { id: { S: `${group}/${member}` } },
        UpdateExpression: 'SET #group = :group ADD n :one',
        ExpressionAttributeNames: { '#group': 'group' },
        ExpressionAttributeValues: { ':group': { S: group }, ':one': { N: '1' } },
      },
    })),
  };
}

/** The numbers of a group's items, from the table and from its index. */
async function numbers(dynamodb: DynamoDB, group: string): Promise<(number | undefined)[]> {
  const { Items = [] } = await dynamodb.query({
    TableName,
    IndexName: 'byGroup',
    KeyConditionExpression: '#group = :group',
    ExpressionAttributeNames: { '#group': 'group' },
    ExpressionAttributeValues: { ':group': { S: group } },
  });
  const keys = MEMBERS.map((member) => ({ id: { S: `${group}/${member}` } }));
  const found = await Promise.all(keys.map((Key) => dynamodb.getItem({ TableName, Key })));
  const items = [...found.map(({ Item }) => Item), ...Items];
  return items.map((item) => (item?.n?.N === undefined ? undefined : Number(item.n.N)));
}

interface Worker {
  readonly group: string;
  /** How many transactions were answered, or found applied. */
  applied: number;
  /** The transaction that was under way when the process ended. */
  pending: string | undefined;
}

test('transactions are applied once, whenever the process is killed, also when they are sent again', async () => {
  const data = await newFolder();
  const workers = Array.from({ length: WORKERS }, (_, index): Worker => {
    return { group: `group-${index}`, applied: 0, pending: undefined };
  });
  let cloud = await startProcess({ data });
  await cloud.dynamodb.createTable(table);
  for (const [round, answers] of KILLED_AT.entries()) {
    let left = answers;
    let killed: Promise<void> | undefined;
    const work = async (worker: Worker): Promise<void> => {
      for (let step = 0; ; step++) {
        worker.pending = `${worker.group}-${round}-${step}`;
        try {
          await cloud.dynamodb.transactWriteItems(increment(worker.group, worker.pending));
        } catch {
          return; // The process is gone: whether this was applied is not known.
        }
        worker.applied += 1;
        left -= 1;
        if (left === 0) killed = cloud.kill();
      }
    };
    await Promise.all(workers.map(work));
    await killed;
    cloud = await startProcess({ data });
    for (const worker of workers) {
      const { group, applied, pending } = worker;
      const found = await numbers(cloud.dynamodb, group);
      expect(new Set(found).size).toBe(1);
      expect([applied, applied + 1]).toContain(found[0] ?? 0);
      await cloud.dynamodb.transactWriteItems(increment(group, pending as string));
      worker.applied += 1;
      expect(new Set(await numbers(cloud.dynamodb, group))).toEqual(new Set([worker.applied]));
    }
  }
});

test('a token of the last ten minutes is known after a kill, and its parameters with it', async () => {
  const data = await newFolder();
  const cloud = await startProcess({ data });
  await cloud.dynamodb.createTable(table);
  await cloud.dynamodb.transactWriteItems(increment('one', 'token'));

  await cloud.kill();
  const again = await startProcess({ data });
  await again.dynamodb.transactWriteItems(increment('one', 'token'));
  const other = again.dynamodb.transactWriteItems(increment('other', 'token'));

  await expect(other).rejects.toThrow(IdempotentParameterMismatchException);
  expect(await numbers(again.dynamodb, 'one')).toEqual(Array(6).fill(1));
  expect(await numbers(again.dynamodb, 'other')).toEqual([undefined, undefined, undefined]);

  await fetch(`${again.endpoint}/_local/clock`, {
    method: 'POST',
    body: JSON.stringify({ advanceSeconds: 601 }),
  });
  await again.dynamodb.transactWriteItems(increment('one', 'token'));
  expect(await numbers(again.dynamodb, 'one')).toEqual(Array(6).fill(2));
});

test('single writes, tables and their settings outlive a kill', async () => {
  const data = await newFolder();
  const cloud = await startProcess({ data });
  const { dynamodb } = cloud;
  await dynamodb.createTable(table);
  await dynamodb.createTable({ ...table, TableName: 'dropped' });
  const Item = {
    id: { S: 'written' },
    bytes: { B: Uint8Array.of(0, 255, 7) },
    list: { L: [{ NULL: true }] },
  };
  await dynamodb.putItem({ TableName, Item });
  await dynamodb.putItem({ TableName, Item: { id: { S: 'deleted' } } });
  await dynamodb.deleteItem({ TableName, Key: { id: { S: 'deleted' } } });
  await dynamodb.deleteTable({ TableName: 'dropped' });
  await dynamodb.updateTimeToLive({
    TableName,
    TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
  });
  const before = await dynamodb.describeTable({ TableName });

  await cloud.kill();
  const again = await startProcess({ data });

  expect((await again.dynamodb.describeTable({ TableName })).Table).toEqual(before.Table);
  expect((await again.dynamodb.listTables()).TableNames).toEqual([TableName]);
  expect((await again.dynamodb.scan({ TableName })).Items).toEqual([Item]);
  const { TimeToLiveDescription } = await again.dynamodb.describeTimeToLive({ TableName });
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
});
