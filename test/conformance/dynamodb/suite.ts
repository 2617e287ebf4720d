// What DynamoDB does, as AWS documents it, said through the AWS SDK alone: the same suite runs against the local cloud
// and against an independent emulator.

import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Behaviour, Subject } from './behaviour.ts';
import { concurrencyBehaviours } from './behaviours/concurrency.ts';
import { conditionBehaviours } from './behaviours/conditions.ts';
import { indexBehaviours } from './behaviours/indexes.ts';
import { itemBehaviours } from './behaviours/items.ts';
import { limitBehaviours } from './behaviours/limits.ts';
import { nameBehaviours } from './behaviours/names.ts';
import { queryBehaviours } from './behaviours/queries.ts';
import { tableBehaviours } from './behaviours/tables.ts';
import { tokenBehaviours } from './behaviours/tokens.ts';
import { transactionBehaviours } from './behaviours/transactions.ts';
import { updateBehaviours } from './behaviours/updates.ts';

const GROUPS: Readonly<Record<string, readonly Behaviour[]>> = {
  tables: tableBehaviours,
  indexes: indexBehaviours,
  names: nameBehaviours,
  items: itemBehaviours,
  updates: updateBehaviours,
  conditions: conditionBehaviours,
  queries: queryBehaviours,
  limits: limitBehaviours,
  transactions: transactionBehaviours,
  tokens: tokenBehaviours,
  concurrency: concurrencyBehaviours,
};

export const BEHAVIOUR_NAMES = Object.values(GROUPS).flatMap((behaviours) =>
  behaviours.map(([name]) => name),
);

/** How an implementation differs: always (it is checked that it does), or only now and then (it is left out). */
export type Difference = string | { readonly sometimes: string };

/**
 * @param differences behaviours in which the implementation differs from AWS's documentation, with the reason; each must
 *   really differ, and one that no longer does fails the suite
 */
export function describeDynamoDb(
  name: string,
  connect: () => DynamoDB,
  differences: Readonly<Record<string, Difference>> = {},
): void {
  describe(name, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await prepare(connect());
    });
    afterAll(async () => {
      await subject.client.deleteTable({ TableName: subject.simple });
      await subject.client.deleteTable({ TableName: subject.sorted });
      subject.client.destroy();
    });

    for (const [group, behaviours] of Object.entries(GROUPS)) {
      const steady = behaviours.filter(([behaviour]) => typeof differences[behaviour] !== 'object');
      if (steady.length === 0) continue;
      describe(group, () => {
        for (const [behaviour, holds] of steady) {
          const difference = differences[behaviour];
          if (difference === undefined) test(behaviour, () => holds(subject));
          else test.fails(`${behaviour} (differs: ${difference})`, () => holds(subject));
        }
      });
    }
  });
}

async function prepare(client: DynamoDB): Promise<Subject> {
  const suffix = process.pid;
  const [simple, sorted] = [`simple-${suffix}`, `sorted-${suffix}`];
  await client.createTable({
    TableName: simple,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await client.createTable({
    TableName: sorted,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'kind', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byKind',
        KeySchema: [
          { AttributeName: 'kind', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  return { client, simple, sorted };
}
