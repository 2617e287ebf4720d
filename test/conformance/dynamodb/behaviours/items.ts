// Single items and batches of them.

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, failure, given, type Item, read, refused, type Subject } from '../behaviour.ts';

const EVERY_TYPE: Item = {
  string: { S: 'ünïcode 🦊' },
  number: { N: '-12.5' },
  binary: { B: new Uint8Array([0, 255, 128]) },
  yes: { BOOL: true },
  nothing: { NULL: true },
  strings: { SS: ['a', 'b'] },
  numbers: { NS: ['1', '2'] },
  list: { L: [{ S: 'x' }, { N: '1' }, { L: [] }] },
  map: { M: { inner: { M: {} }, empty: { S: '' } } },
};

/** How a number comes back once it has been stored. */
async function stored(subject: Subject, id: string, number: string): Promise<string | undefined> {
  await given(subject, id, { n: { N: number } });
  return (await read(subject, id))?.n?.N;
}

export const itemBehaviours: readonly Behaviour[] = [
  [
    'PutItem keeps every type of attribute',
    async (subject) => {
      await given(subject, 'every-type', EVERY_TYPE);
      expect(await read(subject, 'every-type')).toEqual({ id: { S: 'every-type' }, ...EVERY_TYPE });
    },
  ],
  [
    'PutItem replaces the whole item and returns the old one on request',
    async (subject) => {
      const { client, simple } = subject;
      await given(subject, 'replaced', { old: { S: 'x' } });
      const { Attributes } = await client.putItem({
        TableName: simple,
        Item: { id: { S: 'replaced' }, new: { S: 'y' } },
        ReturnValues: 'ALL_OLD',
      });
      expect(Attributes).toEqual({ id: { S: 'replaced' }, old: { S: 'x' } });
      expect(await read(subject, 'replaced')).toEqual({ id: { S: 'replaced' }, new: { S: 'y' } });
    },
  ],
  [
    'GetItem of an item that is not there answers without an item',
    async (subject) => {
      expect(await read(subject, 'never-put')).toBeUndefined();
    },
  ],
  [
    'GetItem projects top-level, nested and list attributes',
    async (subject) => {
      const { client, simple } = subject;
      await given(subject, 'projected', {
        a: { M: { b: { S: 'x' }, c: { S: 'y' } } },
        l: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] },
        other: { S: 'z' },
      });
      const { Item } = await client.getItem({
        TableName: simple,
        Key: { id: { S: 'projected' } },
        ProjectionExpression: 'a.b, #list[2]',
        ExpressionAttributeNames: { '#list': 'l' },
      });
      expect(Item).toEqual({ a: { M: { b: { S: 'x' } } }, l: { L: [{ N: '2' }] } });
    },
  ],
  [
    'DeleteItem returns the old item, and is no error for one that is not there',
    async (subject) => {
      const { client, simple } = subject;
      await given(subject, 'deleted', { a: { S: 'x' } });
      const request = { TableName: simple, Key: { id: { S: 'deleted' } }, ReturnValues: 'ALL_OLD' } as const;
      expect((await client.deleteItem(request)).Attributes).toEqual({ id: { S: 'deleted' }, a: { S: 'x' } });
      expect((await client.deleteItem(request)).Attributes).toBeUndefined();
      expect(await read(subject, 'deleted')).toBeUndefined();
    },
  ],
  [
    'numbers come back in canonical form',
    async (subject) => {
      expect(await stored(subject, 'number-zeros', '007.5000')).toBe('7.5');
      expect(await stored(subject, 'number-exponent', '1.5e3')).toBe('1500');
      expect(await stored(subject, 'number-minus-zero', '-0')).toBe('0');
      expect(await stored(subject, 'number-38-digits', '12345678901234567890123456789012345678')).toBe(
        '12345678901234567890123456789012345678',
      );
    },
  ],
  [
    'numbers up to 9.99E+125 and down to 1E-130 are kept exactly',
    async (subject) => {
      expect(Number(await stored(subject, 'number-large', '9.99e125'))).toBe(9.99e125);
      expect(Number(await stored(subject, 'number-small', '-1e-130'))).toBe(-1e-130);
    },
  ],
  [
    'numbers outside the range or of more than 38 digits are refused',
    async (subject) => {
      await refused(stored(subject, 'number-overflow', '1e126'), 'overflow');
      await refused(stored(subject, 'number-underflow', '1e-131'), 'underflow');
      await refused(stored(subject, 'number-digits', '1'.repeat(39)), '38 significant digits');
      await refused(stored(subject, 'number-text', 'abc'), 'cannot be converted to a numeric value');
    },
  ],
  [
    'empty strings and binary are accepted outside keys',
    async (subject) => {
      const empty = { s: { S: '' }, b: { B: new Uint8Array() } };
      await given(subject, 'empty-values', empty);
      expect(await read(subject, 'empty-values')).toEqual({ id: { S: 'empty-values' }, ...empty });
    },
  ],
  [
    'empty sets, sets with duplicates and keys that do not fit are refused',
    async (subject) => {
      const { client, simple: TableName } = subject;
      await refused(given(subject, 'empty-set', { s: { SS: [] } }), 'may not be empty');
      await refused(given(subject, 'duplicates', { s: { SS: ['a', 'a'] } }), 'contains duplicates');
      await refused(client.putItem({ TableName, Item: { other: { S: 'x' } } }), 'Missing the key id');
      await refused(client.putItem({ TableName, Item: { id: { N: '1' } } }), 'Type mismatch for key id');
      await refused(client.getItem({ TableName, Key: { id: { N: '1' } } }), 'does not match the schema');
      await refused(
        client.getItem({ TableName, Key: { id: { S: 'a' }, x: { S: 'b' } } }),
        'does not match the schema',
      );
    },
  ],
  [
    'a failed condition carries the old item on request, for put, update and delete',
    async (subject) => {
      const { client, simple: TableName } = subject;
      await given(subject, 'guarded', { version: { N: '2' } });
      const old = { id: { S: 'guarded' }, version: { N: '2' } };
      const Key = { id: { S: 'guarded' } };
      const guard = {
        TableName,
        ConditionExpression: 'version = :v',
        ExpressionAttributeValues: { ':v': { N: '1' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      } as const;
      const calls = [
        client.putItem({ ...guard, Item: Key }),
        client.deleteItem({ ...guard, Key }),
        client.updateItem({ ...guard, Key, UpdateExpression: 'SET a = :v' }),
      ];
      for (const error of await Promise.all(calls.map(failure))) {
        expect(error).toBeInstanceOf(ConditionalCheckFailedException);
        expect(error).toMatchObject({ message: 'The conditional request failed', Item: old });
      }
      expect(await read(subject, 'guarded')).toEqual(old);
    },
  ],
  [
    'a failed condition carries no item unless it is asked for',
    async (subject) => {
      const { client, simple: TableName } = subject;
      await given(subject, 'guarded-silently');
      const error = await failure(
        client.putItem({
          TableName,
          Item: { id: { S: 'guarded-silently' } },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      );
      expect(error).toBeInstanceOf(ConditionalCheckFailedException);
      expect(error.Item).toBeUndefined();
    },
  ],
  [
    'BatchWriteItem puts and deletes, BatchGetItem reads back',
    async (subject) => {
      const { client, simple } = subject;
      await given(subject, 'batch-old');
      const puts = ['batch-1', 'batch-2'].map((id) => ({
        PutRequest: { Item: { id: { S: id }, v: { S: id } } },
      }));
      const { UnprocessedItems } = await client.batchWriteItem({
        RequestItems: { [simple]: [...puts, { DeleteRequest: { Key: { id: { S: 'batch-old' } } } }] },
      });
      expect(UnprocessedItems).toEqual({});
      const Keys = ['batch-1', 'batch-2', 'batch-old'].map((id) => ({ id: { S: id } }));
      const { Responses, UnprocessedKeys } = await client.batchGetItem({
        RequestItems: { [simple]: { Keys } },
      });
      expect(UnprocessedKeys).toEqual({});
      expect(Responses?.[simple]?.map((item) => item.v?.S).sort()).toEqual(['batch-1', 'batch-2']);
    },
  ],
  [
    'batches refuse the same item twice and more than 25 writes or 100 reads',
    async ({ client, simple }) => {
      const keys = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ id: { S: `many-${index}` } }));
      const writes = (items: Item[]) =>
        client.batchWriteItem({
          RequestItems: { [simple]: items.map((Item) => ({ PutRequest: { Item } })) },
        });
      const reads = (Keys: Item[]) => client.batchGetItem({ RequestItems: { [simple]: { Keys } } });
      await refused(writes([...keys(1), ...keys(1)]), 'duplicates');
      await refused(reads([...keys(1), ...keys(1)]), 'duplicates');
      await refused(writes(keys(26)));
      await refused(reads(keys(101)));
    },
  ],
  [
    'BatchGetItem answers with up to 16 MB',
    async (subject) => {
      const { client, simple } = subject;
      const ids = Array.from({ length: 8 }, (_, index) => `heavy-${index}`);
      for (const id of ids) await given(subject, id, { body: { S: 'x'.repeat(390_000) } });
      const { Responses, UnprocessedKeys } = await client.batchGetItem({
        RequestItems: { [simple]: { Keys: ids.map((id) => ({ id: { S: id } })), ConsistentRead: true } },
      });
      expect(Responses?.[simple]).toHaveLength(ids.length);
      expect(UnprocessedKeys).toEqual({});
    },
  ],
];
