// Items outlive the process: what was acknowledged is there, a transaction wholly or not at all, and once.

import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type CreateTableCommandInput,
  type DynamoDB,
  IdempotentParameterMismatchException,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { openDynamoDb } from '../../local/dynamodb/index.ts';
import { DEFAULT_IDENTITY } from '../../local/service.ts';
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

test('a database that is cut off at any byte shows no half of a transaction', async () => {
  const data = await newFolder();
  const cloud = await startProcess({ data });
  await cloud.dynamodb.createTable(table);
  const folder = join(data, 'dynamodb');
  const [log = ''] = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const empty = (await stat(join(folder, log))).size;
  for (let time = 0; time < 8; time++) {
    await cloud.dynamodb.transactWriteItems(increment('one', `token-${time}`));
  }
  await cloud.kill();
  const { size } = await stat(join(folder, log));
  const seen = new Set<number | undefined>();
  for (let cut = size; cut >= empty; cut -= 97) {
    const copy = join(data, `cut-${cut}`);
    await cp(folder, copy, { recursive: true });
    await truncate(join(copy, log), cut);
    const counts = await countsIn(copy);
    expect(new Set(counts).size).toBe(1);
    seen.add(counts[0]);
  }
  expect([...seen]).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

/** The numbers of the group `one` in a database's folder; 0 for an item that is not there. */
async function countsIn(folder: string): Promise<number[]> {
  const dynamodb = await openDynamoDb({ clock: createClock(), identity: DEFAULT_IDENTITY }, folder);
  try {
    const Keys = MEMBERS.map((member) => ({ id: { S: `one/${member}` } }));
    const call = await dynamodb.accept({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'DynamoDB_20120810.BatchGetItem' },
      body: Readable.from([JSON.stringify({ RequestItems: { [TableName]: { Keys } } })]),
    });
    const items: { n: { N: string } }[] = JSON.parse(String((await call.perform()).body)).Responses[
      TableName
    ];
    return MEMBERS.map((_, index) => Number(items[index]?.n.N ?? 0));
  } finally {
    await dynamodb.close();
  }
}
