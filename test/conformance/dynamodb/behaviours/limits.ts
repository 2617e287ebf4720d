// Sizes: items, keys, nesting. In bytes of UTF-8, not characters.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, failure, given, read, refused } from '../behaviour.ts';

const MAX_ITEM_BYTES = 400 * 1024;

/** A map in a map in a map, `depth` of them around a string. */
function nested(depth: number): AttributeValue {
  let value: AttributeValue = { S: 'innermost' };
  for (let level = 0; level < depth; level += 1) value = { M: { n: value } };
  return value;
}

/** A body with which an item of this `id` has exactly so many bytes. */
function bodyFor(id: string, itemBytes: number): { body: { S: string } } {
  return { body: { S: 'x'.repeat(itemBytes - 'id'.length - id.length - 'body'.length) } };
}

export const limitBehaviours: readonly Behaviour[] = [
  [
    'an item of 400 KB is accepted, one byte more is refused',
    async (subject) => {
      await given(subject, 'full', bodyFor('full', MAX_ITEM_BYTES));
      expect((await read(subject, 'full'))?.body?.S).toHaveLength(MAX_ITEM_BYTES - 10);
      await refused(given(subject, 'over', bodyFor('over', MAX_ITEM_BYTES + 1)), 'Item size has exceeded');
    },
  ],
  [
    'the size of an item counts bytes of UTF-8',
    async (subject) => {
      await refused(
        given(subject, 'umlauts', { body: { S: 'ü'.repeat(210_000) } }),
        'Item size has exceeded',
      );
    },
  ],
  [
    'an update that makes an item too large is refused',
    async (subject) => {
      const { client, simple } = subject;
      await given(subject, 'growing', { body: { S: 'x'.repeat(300_000) } });
      const grown = client.updateItem({
        TableName: simple,
        Key: { id: { S: 'growing' } },
        UpdateExpression: 'SET more = :more',
        ExpressionAttributeValues: { ':more': { S: 'x'.repeat(200_000) } },
      });
      await refused(grown, 'Item size to update has exceeded');
    },
  ],
  [
    'a partition key has at most 2,048 bytes, a sort key 1,024',
    async (subject) => {
      await given(subject, 'k'.repeat(2048));
      await refused(given(subject, 'k'.repeat(2049)), /size of hashkey/i);
      await refused(given(subject, 'ü'.repeat(1025)), /size of hashkey/i);
    },
  ],
  [
    'empty key values are refused',
    async ({ client, simple: TableName }) => {
      const Key = { id: { S: '' } };
      const message = 'The AttributeValue for a key attribute cannot contain an empty string value. Key: id';
      await refused(client.putItem({ TableName, Item: Key }), message);
      await refused(client.getItem({ TableName, Key }), message);
      await refused(client.deleteItem({ TableName, Key }), message);
      await refused(client.updateItem({ TableName, Key }), message);
    },
  ],
  [
    'documents nest 32 levels deep and no deeper',
    async (subject) => {
      await given(subject, 'deep-enough', { data: nested(31) });
      await refused(given(subject, 'too-deep', { data: nested(32) }), /nest(ing|ed) levels/i);
    },
  ],
  [
    'an expression of more than 4 KB is refused',
    async ({ client, simple: TableName }) => {
      const ConditionExpression = Array.from({ length: 300 }, (_, n) => `attribute_exists(a${n})`).join(
        ' AND ',
      );
      const call = client.deleteItem({ TableName, Key: { id: { S: 'a' } }, ConditionExpression });
      await refused(call, 'Expression size has exceeded');
    },
  ],
  [
    'a transaction whose update makes an item too large is cancelled with ValidationError',
    async (subject) => {
      const { client, simple: TableName } = subject;
      const Update = {
        TableName,
        Key: { id: { S: 'too-large' } },
        UpdateExpression: 'SET body = :body',
        ExpressionAttributeValues: { ':body': { S: 'x'.repeat(MAX_ITEM_BYTES) } },
      };
      const error = await failure(client.transactWriteItems({ TransactItems: [{ Update }] }));
      expect(error.name).toBe('TransactionCanceledException');
      expect(error.CancellationReasons).toMatchObject([
        { Code: 'ValidationError', Message: expect.stringContaining('Item size to update has exceeded') },
      ]);
    },
  ],
  [
    'a transaction with a put of a too large item is refused',
    async ({ client, simple: TableName }) => {
      const Item = { id: { S: 'too-large-put' }, body: { S: 'x'.repeat(MAX_ITEM_BYTES) } };
      await refused(
        client.transactWriteItems({ TransactItems: [{ Put: { TableName, Item } }] }),
        'Item size',
      );
    },
  ],
  [
    'a transaction of more than 4 MB is refused',
    async ({ client, simple: TableName }) => {
      const TransactItems = Array.from({ length: 11 }, (_, index) => ({
        Put: { TableName, Item: { id: { S: `heavy-put-${index}` }, body: { S: 'x'.repeat(400_000) } } },
      }));
      await refused(client.transactWriteItems({ TransactItems }));
    },
  ],
  [
    'IN takes 100 operands and no more',
    async (subject) => {
      const { client, simple: TableName } = subject;
      const names = Array.from({ length: 101 }, (_, index) => `:v${index}`);
      const inOf = (count: number) => {
        const operands = names.slice(0, count);
        return {
          expression: `NOT (kind IN (${operands.join()}))`,
          values: Object.fromEntries(operands.map((name) => [name, { S: name }])),
        };
      };
      const put = (count: number) => {
        const { expression, values } = inOf(count);
        return client.putItem({
          TableName,
          Item: { id: { S: 'in' } },
          ConditionExpression: expression,
          ExpressionAttributeValues: values,
        });
      };
      await put(100);
      await refused(
        put(101),
        'Invalid ConditionExpression: The IN operator is provided with too many operands',
      );
      const { expression, values } = inOf(101);
      await refused(
        client.scan({ TableName, FilterExpression: expression, ExpressionAttributeValues: values }),
        'Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 101',
      );
    },
  ],
];
