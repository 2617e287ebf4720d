// Transactions among concurrent readers and writers: nobody sees half of one, nobody's write is lost.

import {
  type DynamoDB,
  TransactionCanceledException,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import type { Behaviour, Subject } from '../behaviour.ts';

const TOTAL = 1000;
const ROUNDS = 15;
const MOVERS = 4;

/** Two accounts in one partition of the sorted table; what they hold together never changes. */
interface Accounts {
  readonly client: DynamoDB;
  readonly TableName: string;
  readonly partition: string;
  readonly keys: readonly { pk: { S: string }; sk: { N: string } }[];
}

async function openAccounts({ client, sorted: TableName }: Subject, partition: string): Promise<Accounts> {
  const keys = ['1', '2'].map((sk) => ({ pk: { S: partition }, sk: { N: sk } }));
  const balances = [String(TOTAL), '0'];
  for (const [index, key] of keys.entries()) {
    await client.putItem({
      TableName,
      Item: { ...key, balance: { N: balances[index] ?? '0' }, kind: { S: partition } },
    });
  }
  return { client, TableName, partition, keys };
}

function change({ TableName, keys }: Accounts, account: number, amount: number): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: keys[account],
      UpdateExpression: 'SET balance = balance + :amount',
      ExpressionAttributeValues: { ':amount': { N: String(amount) } },
    },
  };
}

/** Moves money there and back; some of the transfers are bound to fail. */
async function move(accounts: Accounts, mover: number): Promise<void> {
  const { client, TableName, keys } = accounts;
  const impossible = {
    TableName,
    Key: { ...keys[0], sk: { N: '9' } },
    ConditionExpression: 'attribute_exists(pk)',
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const amount = mover * round * (round % 2 === 0 ? -1 : 1);
    const transfer = [change(accounts, 0, -amount), change(accounts, 1, amount)];
    const doomed = round % 3 === 0;
    const TransactItems = doomed ? [...transfer, { ConditionCheck: impossible }] : transfer;
    await client.transactWriteItems({ TransactItems }).catch((error: unknown) => {
      // A conflict with another transaction is a lawful answer, as is the condition that cannot hold.
      if (!(error instanceof TransactionCanceledException)) throw error;
    });
  }
}

function total(
  items: readonly (Record<string, { N?: string | undefined }> | undefined)[] | undefined,
): number {
  return (items ?? []).reduce((sum, item) => sum + Number(item?.balance?.N), 0);
}

type Snapshot = (accounts: Accounts) => Promise<number>;

const transactGet: Snapshot = async ({ client, TableName, keys }) => {
  const TransactItems = keys.map((Key) => ({ Get: { TableName, Key } }));
  const { Responses } = await client.transactGetItems({ TransactItems });
  return total(Responses?.map((response) => response.Item as Record<string, { N?: string }>));
};

const query: Snapshot = async ({ client, TableName, partition }) => {
  const { Items } = await client.query({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: partition } },
    ConsistentRead: true,
  });
  return total(Items as Record<string, { N?: string }>[]);
};

const batchGet: Snapshot = async ({ client, TableName, keys }) => {
  const { Responses } = await client.batchGetItem({
    RequestItems: { [TableName]: { Keys: [...keys], ConsistentRead: true } },
  });
  return total(Responses?.[TableName] as Record<string, { N?: string }>[]);
};

/** Takes snapshots for as long as money moves. */
async function watch(accounts: Accounts, snapshot: Snapshot): Promise<number[]> {
  const totals: number[] = [];
  let moving = true;
  const movers = Array.from({ length: MOVERS }, (_, mover) => move(accounts, mover + 1));
  const watching = (async () => {
    while (moving) totals.push(await snapshot(accounts));
  })();
  await Promise.all(movers).finally(() => {
    moving = false;
  });
  await watching;
  return totals;
}

export const concurrencyBehaviours: readonly Behaviour[] = [
  ...Object.entries({ TransactGetItems: transactGet, BatchGetItem: batchGet, Query: query }).map(
    ([name, snapshot]): Behaviour => [
      `${name} sees all or nothing of each transaction`,
      async (subject) => {
        const accounts = await openAccounts(subject, `accounts-${name}`);
        const totals = await watch(accounts, snapshot);
        expect(totals.length).toBeGreaterThan(0);
        expect(new Set(totals)).toEqual(new Set([TOTAL]));
      },
    ],
  ),
  [
    'no increment is lost between transactions and single updates',
    async (subject) => {
      const accounts = await openAccounts(subject, 'increments');
      const { client, TableName, keys } = accounts;
      const single = () =>
        client.updateItem({
          TableName,
          Key: keys[1],
          UpdateExpression: 'ADD balance :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, (_, index) =>
          index % 2 === 0 ? single() : client.transactWriteItems({ TransactItems: [change(accounts, 1, 1)] }),
        ),
      );
      const applied = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
      const { Item } = await client.getItem({
        TableName,
        Key: keys[1] as Accounts['keys'][0],
        ConsistentRead: true,
      });
      expect(Item?.balance?.N).toBe(String(applied));
    },
  ],
  [
    'of many that create the same item one succeeds',
    async ({ client, simple: TableName }) => {
      const attempts = Array.from({ length: 20 }, (_, index) => {
        const Put = {
          TableName,
          Item: { id: { S: 'contested' }, winner: { N: String(index) } },
          ConditionExpression: 'attribute_not_exists(id)',
        };
        return index % 2 === 0
          ? client.putItem(Put)
          : client.transactWriteItems({ TransactItems: [{ Put }] });
      });
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    },
  ],
];
