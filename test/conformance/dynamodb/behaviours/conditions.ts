// Condition expressions, tried on the operations that have them.

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, given, type Item, refused, type Subject } from '../behaviour.ts';

const bytes = (...values: number[]) => ({ B: new Uint8Array(values) });

/** Whether an item with these attributes meets the condition. */
async function met(
  subject: Subject,
  id: string,
  attributes: Item,
  ConditionExpression: string,
  values?: Item,
): Promise<boolean> {
  await given(subject, id, attributes);
  const Key = { id: { S: id } };
  const check = { TableName: subject.simple, Key, ConditionExpression, ExpressionAttributeValues: values };
  try {
    await subject.client.deleteItem(check);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

export const conditionBehaviours: readonly Behaviour[] = [
  [
    'an expression means anew what it says, whatever it was sent with before',
    async (subject) => {
      const attributes = { a: { N: '5' }, b: { S: 'x' } };
      const on = (condition: string, values: Item) => met(subject, 'again', attributes, condition, values);
      for (const [v, w, expected] of [
        [{ N: '5' }, { S: 'x' }, true],
        [{ N: '6' }, { S: 'x' }, false],
        [{ N: '5' }, { S: 'y' }, false],
        [{ S: '5' }, { S: 'x' }, false],
        [{ N: '5' }, { S: 'x' }, true],
      ] as const) {
        expect(await on('a = :v AND b = :w', { ':v': v, ':w': w })).toBe(expected);
      }
      expect(await on('begins_with(b, :v)', { ':v': { S: 'x' } })).toBe(true);
      await refused(on('begins_with(b, :v)', { ':v': { N: '1' } }), 'Incorrect operand type');
      expect(await on('a BETWEEN :v AND :w', { ':v': { N: '1' }, ':w': { N: '9' } })).toBe(true);
      await refused(on('a BETWEEN :v AND :w', { ':v': { N: '9' }, ':w': { N: '1' } }), 'upper bound');
      await refused(on('a = :v', { ':v': { N: '5' }, ':w': { N: '5' } }), 'unused in expressions');
      expect(await on('a = :v', { ':v': { N: '5' } })).toBe(true);
      await refused(on('a = :v', { ':w': { N: '5' } }), 'is not defined');
    },
  ],
  [
    'comparisons order numbers by value, strings and binary by bytes',
    async (subject) => {
      const on = (attributes: Item, condition: string, value: Item) =>
        met(subject, 'compared', attributes, condition, value);
      expect(await on({ a: { N: '9' } }, 'a < :b', { ':b': { N: '10' } })).toBe(true);
      expect(await on({ a: { N: '-9' } }, 'a > :b', { ':b': { N: '-10' } })).toBe(true);
      expect(await on({ a: { N: '-0.5' } }, 'a < :b', { ':b': { N: '0' } })).toBe(true);
      expect(await on({ a: { N: '1.0' } }, 'a = :b', { ':b': { N: '1' } })).toBe(true);
      expect(await on({ a: { S: '9' } }, 'a < :b', { ':b': { S: '10' } })).toBe(false);
      expect(await on({ a: { S: '🦊' } }, 'a > :b', { ':b': { S: '\uffee' } })).toBe(true);
      expect(await on({ a: bytes(200) }, 'a > :b', { ':b': bytes(100, 1) })).toBe(true);
    },
  ],
  [
    'values of different types are unequal and have no order',
    async (subject) => {
      const attributes = { a: { S: '1' } };
      const one = { ':one': { N: '1' } };
      expect(await met(subject, 'types', attributes, 'a = :one', one)).toBe(false);
      expect(await met(subject, 'types', attributes, 'a <> :one', one)).toBe(true);
      expect(await met(subject, 'types', attributes, 'a < :one OR a >= :one', one)).toBe(false);
    },
  ],
  [
    'lists, maps and sets are compared by what they hold',
    async (subject) => {
      const list = { L: [{ S: 'x' }, { M: { n: { N: '1' } } }] };
      expect(await met(subject, 'deep', { a: list }, 'a = :a', { ':a': list })).toBe(true);
      expect(await met(subject, 'deep', { a: list }, 'a = :a', { ':a': { L: [{ S: 'x' }] } })).toBe(false);
      const map = { M: { list } };
      expect(await met(subject, 'deep', { a: map }, 'a = :a', { ':a': map })).toBe(true);
      const set = { ':a': { SS: ['y', 'x'] } };
      expect(await met(subject, 'deep', { a: { SS: ['x', 'y'] } }, 'a = :a', set)).toBe(true);
    },
  ],
  [
    'AND, OR, NOT, BETWEEN and IN combine',
    async (subject) => {
      const values = { ':lo': { N: '1' }, ':hi': { N: '5' }, ':x': { S: 'x' }, ':y': { S: 'y' } };
      const condition = 'n BETWEEN :lo AND :hi AND (s IN (:x, :y) OR NOT attribute_exists(s))';
      expect(await met(subject, 'combined', { n: { N: '5' }, s: { S: 'y' } }, condition, values)).toBe(true);
      expect(await met(subject, 'combined', { n: { N: '1' } }, condition, values)).toBe(true);
      expect(await met(subject, 'combined', { n: { N: '6' }, s: { S: 'y' } }, condition, values)).toBe(false);
      expect(await met(subject, 'combined', { n: { N: '1' }, s: { S: 'z' } }, condition, values)).toBe(false);
    },
  ],
  [
    'functions look at existence, type, beginning and size',
    async (subject) => {
      const attributes = {
        s: { S: 'prefix-x' },
        b: bytes(200, 201, 1),
        blank: { S: '' },
        m: { M: { a: { N: '1' } } },
      };
      const on = (condition: string, values?: Item) =>
        met(subject, 'functions-met', attributes, condition, values);
      expect(await on('attribute_exists(m.a) AND attribute_not_exists(m.b)')).toBe(true);
      expect(await on('attribute_type(m, :t)', { ':t': { S: 'M' } })).toBe(true);
      expect(await on('begins_with(s, :p)', { ':p': { S: 'prefix' } })).toBe(true);
      expect(await on('begins_with(b, :p)', { ':p': bytes(200, 201) })).toBe(true);
      expect(await on('begins_with(b, :p)', { ':p': bytes(200, 202) })).toBe(false);
      expect(
        await on('size(s) = :n AND size(b) = :three AND size(m) = :one', {
          ':n': { N: '8' },
          ':three': { N: '3' },
          ':one': { N: '1' },
        }),
      ).toBe(true);
      expect(await on('size(blank) = :zero', { ':zero': { N: '0' } })).toBe(true);
    },
  ],
  [
    'contains looks into strings, binary, sets and lists',
    async (subject) => {
      const attributes = {
        s: { S: 'abc' },
        b: bytes(1, 200, 3),
        bag: { NS: ['1', '2'] },
        entries: { L: [{ S: 'x' }, { M: { a: { N: '1' } } }] },
      };
      const on = (path: string, value: Item[string]) =>
        met(subject, 'containing', attributes, `contains(${path}, :v)`, { ':v': value });
      expect(await on('s', { S: 'bc' })).toBe(true);
      expect(await on('b', bytes(200))).toBe(true);
      expect(await on('b', bytes(201))).toBe(false);
      expect(await on('bag', { N: '2.0' })).toBe(true);
      expect(await on('bag', { S: '2' })).toBe(false);
      expect(await on('entries', { S: 'x' })).toBe(true);
      expect(await on('entries', { M: { a: { N: '1' } } })).toBe(true);
    },
  ],
  [
    'a condition on an item that is not there sees no attributes',
    async ({ client, simple: TableName }) => {
      const Key = { id: { S: 'not-there' } };
      await client.deleteItem({ TableName, Key, ConditionExpression: 'attribute_not_exists(id)' });
      const guarded = client.deleteItem({ TableName, Key, ConditionExpression: 'attribute_exists(id)' });
      await expect(guarded).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    },
  ],
  [
    'conditions that are no conditions are refused',
    async ({ client, simple: TableName }) => {
      const Key = { id: { S: 'invalid-condition' } };
      const tried = (ConditionExpression: string, ExpressionAttributeValues?: Item) =>
        client.deleteItem({ TableName, Key, ConditionExpression, ExpressionAttributeValues });
      await refused(tried('a ='), 'Syntax error');
      await refused(tried('size(a)'), 'not allowed to be used this way');
      await refused(tried('a = :v'), 'is not defined');
      await refused(tried('attribute_exists(id)', { ':v': { S: 'x' } }), 'unused');
      await refused(tried('status = :v', { ':v': { S: 'x' } }), 'reserved keyword');
      await refused(tried('a = a'), 'must be distinct');
    },
  ],
];
