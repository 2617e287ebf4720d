// TransactWriteItems and TransactGetItems: all or nothing, and reasons.

import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, failure, given, type Item, read, refused } from '../behaviour.ts';
import { increment, key, ONE, put, putNew, write } from './writes.ts';

export const transactionBehaviours: readonly Behaviour[] = [
  [
    'a transaction puts, updates, deletes and checks together',
    async (subject) => {
      const { simple: TableName } = subject;
      await given(subject, 'tx-counter', { n: { N: '1' } });
      await given(subject, 'tx-doomed');
      await given(subject, 'tx-checked');
      await write(subject, [
        put(subject, 'tx-new', { a: { S: 'x' } }),
        increment(subject, 'tx-counter'),
        { Delete: { TableName, Key: key('tx-doomed') } },
        {
          ConditionCheck: { TableName, Key: key('tx-checked'), ConditionExpression: 'attribute_exists(id)' },
        },
      ]);
      expect(await read(subject, 'tx-new')).toEqual({ ...key('tx-new'), a: { S: 'x' } });
      expect((await read(subject, 'tx-counter'))?.n).toEqual({ N: '2' });
      expect(await read(subject, 'tx-doomed')).toBeUndefined();
      expect(await read(subject, 'tx-checked')).toEqual(key('tx-checked'));
    },
  ],
  [
    'a ConditionCheck of an item that is not there does not create it',
    async (subject) => {
      const { simple: TableName } = subject;
      const ConditionCheck = {
        TableName,
        Key: key('tx-absent'),
        ConditionExpression: 'attribute_not_exists(id)',
      };
      await write(subject, [{ ConditionCheck }]);
      expect(await read(subject, 'tx-absent')).toBeUndefined();
    },
  ],
  [
    'one failed condition cancels all, with a reason for each item',
    async (subject) => {
      await given(subject, 'tx-taken');
      await given(subject, 'tx-unharmed', { n: { N: '1' } });
      const error = await failure(
        write(subject, [
          increment(subject, 'tx-unharmed'),
          putNew(subject, 'tx-taken'),
          put(subject, 'tx-unborn'),
        ]),
      );
      expect(error).toBeInstanceOf(TransactionCanceledException);
      expect(error.message).toBe(
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]',
      );
      expect(error.CancellationReasons).toEqual([
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
        { Code: 'None' },
      ]);
      expect((await read(subject, 'tx-unharmed'))?.n).toEqual({ N: '1' });
      expect(await read(subject, 'tx-unborn')).toBeUndefined();
    },
  ],
  [
    'every failed condition has its reason, with the old item where it is asked for',
    async (subject) => {
      const { simple: TableName } = subject;
      await given(subject, 'tx-old', { v: { N: '7' } });
      const guard = {
        TableName,
        Key: key('tx-old'),
        ConditionExpression: 'attribute_not_exists(id)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      } as const;
      const absent = { ...guard, Key: key('tx-never'), ConditionExpression: 'attribute_exists(id)' };
      const error = await failure(write(subject, [{ Delete: guard }, { ConditionCheck: absent }]));
      expect(error.CancellationReasons).toEqual([
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { ...key('tx-old'), v: { N: '7' } },
        },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ]);
    },
  ],
  [
    'an update that does not fit the item cancels with ValidationError',
    async (subject) => {
      await given(subject, 'tx-text', { n: { S: 'text' } });
      const error = await failure(write(subject, [put(subject, 'tx-beside'), increment(subject, 'tx-text')]));
      expect(error).toBeInstanceOf(TransactionCanceledException);
      expect(error.CancellationReasons).toMatchObject([
        { Code: 'None' },
        { Code: 'ValidationError', Message: expect.stringContaining('incorrect data type') },
      ]);
      expect(await read(subject, 'tx-beside')).toBeUndefined();
    },
  ],
  [
    'a key of the wrong type cancels with ValidationError, an empty one is refused',
    async (subject) => {
      const { simple: TableName } = subject;
      const error = await failure(write(subject, [{ Delete: { TableName, Key: { id: { N: '1' } } } }]));
      expect(error.name).toBe('TransactionCanceledException');
      expect(error.CancellationReasons).toEqual([
        { Code: 'ValidationError', Message: 'The provided key element does not match the schema' },
      ]);
      const message = 'cannot contain an empty string value';
      await refused(write(subject, [put(subject, '')]), message);
      await refused(write(subject, [{ Delete: { TableName, Key: key('') } }]), message);
    },
  ],
  [
    'two operations on one item are refused',
    async (subject) => {
      const { simple: TableName } = subject;
      const twice = [put(subject, 'tx-twice'), { Delete: { TableName, Key: key('tx-twice') } }];
      await refused(
        write(subject, twice),
        'Transaction request cannot include multiple operations on one item',
      );
      expect(await read(subject, 'tx-twice')).toBeUndefined();
    },
  ],
  [
    'a transaction has 1 to 100 items with one action each',
    async (subject) => {
      const { simple: TableName } = subject;
      const puts = (count: number) => Array.from({ length: count }, (_, n) => put(subject, `tx-many-${n}`));
      await refused(write(subject, []));
      await refused(write(subject, puts(101)));
      await refused(write(subject, [{ ...put(subject, 'a'), Delete: { TableName, Key: key('b') } }]));
      await write(subject, puts(100));
      expect(await read(subject, 'tx-many-99')).toEqual(key('tx-many-99'));
    },
  ],
  [
    'a transaction with a bad expression is refused as a whole',
    async (subject) => {
      const { simple: TableName } = subject;
      const check = (ConditionExpression: string, ExpressionAttributeValues?: Item) =>
        write(subject, [
          put(subject, 'tx-beside-invalid'),
          { ConditionCheck: { TableName, Key: key('tx-x'), ConditionExpression, ExpressionAttributeValues } },
        ]);
      await refused(check('a ='), 'Syntax error');
      await refused(check('a = :v'), 'is not defined');
      await refused(check('attribute_exists(id)', ONE), 'unused');
      expect(await read(subject, 'tx-beside-invalid')).toBeUndefined();
    },
  ],
  [
    'TransactGetItems answers in order, with nothing for what is not there',
    async (subject) => {
      const { client, simple: TableName } = subject;
      await given(subject, 'tx-got', { a: { S: 'x' }, b: { S: 'y' } });
      const { Responses } = await client.transactGetItems({
        TransactItems: [
          { Get: { TableName, Key: key('tx-not-there') } },
          { Get: { TableName, Key: key('tx-got'), ProjectionExpression: 'a' } },
        ],
      });
      expect(Responses?.map((response) => response.Item)).toEqual([undefined, { a: { S: 'x' } }]);
    },
  ],
  [
    'TransactGetItems cancels with ValidationError on a key that does not fit',
    async ({ client, simple: TableName }) => {
      const TransactItems = [{ Get: { TableName, Key: { other: { S: 'x' } } } }];
      const error = await failure(client.transactGetItems({ TransactItems }));
      expect(error).toBeInstanceOf(TransactionCanceledException);
      expect(error.CancellationReasons).toMatchObject([{ Code: 'ValidationError' }]);
    },
  ],
  [
    'transactions consume twice the capacity of single calls',
    async (subject) => {
      const { client, simple: TableName } = subject;
      const ReturnConsumedCapacity = 'TOTAL' as const;
      const Item = { ...key('tx-costly'), body: { S: 'x'.repeat(1500) } };
      const single = await client.putItem({ TableName, Item, ReturnConsumedCapacity });
      expect(single.ConsumedCapacity).toMatchObject({ TableName, CapacityUnits: 2 });
      const TransactItems = [{ Put: { TableName, Item } }];
      const together = await client.transactWriteItems({ TransactItems, ReturnConsumedCapacity });
      expect(together.ConsumedCapacity).toMatchObject([{ TableName, CapacityUnits: 4 }]);
    },
  ],
];
