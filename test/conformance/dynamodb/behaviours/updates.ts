// UpdateItem: update expressions and what they return.

import { ConditionalCheckFailedException, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, given, type Item, read, refused, type Subject } from '../behaviour.ts';

/** Updates the item with this `id`. */
async function update(
  { client, simple }: Subject,
  id: string,
  UpdateExpression: string,
  values?: Item,
  options: Partial<UpdateItemCommandInput> = {},
): Promise<Item | undefined> {
  const { Attributes } = await client.updateItem({
    TableName: simple,
    Key: { id: { S: id } },
    UpdateExpression,
    ExpressionAttributeValues: values,
    ...options,
  });
  return Attributes;
}

/** What an item with these attributes becomes, without its key. */
async function updated(
  subject: Subject,
  id: string,
  before: Item,
  expression: string,
  values?: Item,
): Promise<Item> {
  await given(subject, id, before);
  await update(subject, id, expression, values);
  const { id: _, ...attributes } = (await read(subject, id)) ?? {};
  return attributes;
}

export const updateBehaviours: readonly Behaviour[] = [
  [
    'UpdateItem creates an item that is not there',
    async (subject) => {
      await update(subject, 'created', 'SET a = :a', { ':a': { S: 'x' } });
      expect(await read(subject, 'created')).toEqual({ id: { S: 'created' }, a: { S: 'x' } });
    },
  ],
  [
    'SET computes sums and differences exactly',
    async (subject) => {
      const after = await updated(
        subject,
        'sums',
        { n: { N: '12345678901234567890123456789012345.678' } },
        'SET more = n + :one, fewer = n - :one, negated = :one - n',
        { ':one': { N: '0.001' } },
      );
      expect(after).toMatchObject({
        more: { N: '12345678901234567890123456789012345.679' },
        fewer: { N: '12345678901234567890123456789012345.677' },
        negated: { N: '-12345678901234567890123456789012345.677' },
      });
    },
  ],
  [
    'every operand is read from the item as it was',
    async (subject) => {
      const before = { a: { N: '1' }, b: { N: '2' } };
      expect(await updated(subject, 'swapped', before, 'SET a = b, b = a')).toEqual({
        a: { N: '2' },
        b: { N: '1' },
      });
      const copied = await updated(subject, 'copied', before, 'SET c = a ADD a :one', { ':one': { N: '1' } });
      expect(copied).toEqual({ a: { N: '2' }, b: { N: '2' }, c: { N: '1' } });
    },
  ],
  [
    'if_not_exists and list_append',
    async (subject) => {
      const after = await updated(
        subject,
        'functions',
        { kept: { S: 'old' }, entries: { L: [{ N: '1' }] } },
        'SET kept = if_not_exists(kept, :new), fresh = if_not_exists(fresh, :new), ' +
          'entries = list_append(entries, :more), started = list_append(if_not_exists(started, :none), :more)',
        { ':new': { S: 'new' }, ':more': { L: [{ N: '2' }] }, ':none': { L: [] } },
      );
      expect(after).toEqual({
        kept: { S: 'old' },
        fresh: { S: 'new' },
        entries: { L: [{ N: '1' }, { N: '2' }] },
        started: { L: [{ N: '2' }] },
      });
    },
  ],
  [
    'ADD counts and unites sets, DELETE takes from sets and removes an empty one',
    async (subject) => {
      const after = await updated(
        subject,
        'add-delete',
        { n: { N: '1' }, tags: { SS: ['a'] }, gone: { SS: ['x'] }, fewer: { NS: ['1', '2'] } },
        'ADD n :two, fresh :two, tags :tags DELETE gone :x, fewer :two_set, absent :x',
        {
          ':two': { N: '2' },
          ':tags': { SS: ['a', 'b'] },
          ':x': { SS: ['x'] },
          ':two_set': { NS: ['2'] },
        },
      );
      expect(after).toEqual({
        n: { N: '3' },
        fresh: { N: '2' },
        tags: { SS: expect.arrayContaining(['a', 'b']) },
        fewer: { NS: ['1'] },
      });
    },
  ],
  [
    'REMOVE takes list positions as they were',
    async (subject) => {
      const entries = { L: ['0', '1', '2', '3'].map((N) => ({ N })) };
      const after = await updated(subject, 'removed', { entries }, 'REMOVE entries[0], entries[2]');
      expect(after).toEqual({ entries: { L: [{ N: '1' }, { N: '3' }] } });
    },
  ],
  [
    'SET past the end of a list appends to it',
    async (subject) => {
      const after = await updated(
        subject,
        'appended',
        { entries: { L: [{ N: '0' }] } },
        'SET entries[9] = :x',
        {
          ':x': { N: '1' },
        },
      );
      expect(after).toEqual({ entries: { L: [{ N: '0' }, { N: '1' }] } });
    },
  ],
  [
    'nested attributes are set in maps and lists that exist, and nowhere else',
    async (subject) => {
      const before = { doc: { M: { entries: { L: [{ M: {} }] } } } };
      const after = await updated(subject, 'nested', before, 'SET doc.entries[0].a = :x', {
        ':x': { S: 'x' },
      });
      expect(after).toEqual({ doc: { M: { entries: { L: [{ M: { a: { S: 'x' } } }] } } } });
      const misplaced = update(subject, 'nested', 'SET absent.a = :x', { ':x': { S: 'x' } });
      await refused(misplaced, 'document path provided in the update expression is invalid');
    },
  ],
  [
    'ReturnValues tells the whole item or what was updated, old or new',
    async (subject) => {
      const before = { a: { N: '1' }, other: { S: 'x' } };
      const returned = async (ReturnValues: UpdateItemCommandInput['ReturnValues']) => {
        await given(subject, 'returned', before);
        return update(subject, 'returned', 'SET a = a + :one', { ':one': { N: '1' } }, { ReturnValues });
      };
      const id = { S: 'returned' };
      expect(await returned('ALL_OLD')).toEqual({ id, ...before });
      expect(await returned('ALL_NEW')).toEqual({ id, ...before, a: { N: '2' } });
      expect(await returned('UPDATED_OLD')).toEqual({ a: { N: '1' } });
      expect(await returned('UPDATED_NEW')).toEqual({ a: { N: '2' } });
      expect(await returned('NONE')).toBeUndefined();
    },
  ],
  [
    'operands of the wrong type and attributes that are not there are refused',
    async (subject) => {
      await given(subject, 'mistyped', { s: { S: 'x' } });
      const one = { ':one': { N: '1' } };
      await refused(update(subject, 'mistyped', 'SET s = s + :one', one), 'incorrect data type');
      await refused(update(subject, 'mistyped', 'ADD s :one', one), 'incorrect data type');
      await refused(update(subject, 'mistyped', 'SET a = absent + :one', one), 'does not exist in the item');
      expect(await read(subject, 'mistyped')).toEqual({ id: { S: 'mistyped' }, s: { S: 'x' } });
    },
  ],
  [
    'a sum outside the range of numbers is refused',
    async (subject) => {
      await given(subject, 'overflowing', { n: { N: '9e125' } });
      await refused(update(subject, 'overflowing', 'ADD n :n', { ':n': { N: '9e125' } }), /overflow/i);
    },
  ],
  [
    'expressions that are no expressions are refused',
    async (subject) => {
      const value = { ':v': { S: 'x' } };
      await refused(update(subject, 'invalid', 'SET a = :v, a = :v', value), 'overlap');
      await refused(update(subject, 'invalid', 'SET name = :v', value), 'reserved keyword');
      await refused(update(subject, 'invalid', 'SET a = :w', value), 'is not defined');
      await refused(update(subject, 'invalid', 'SET a = :v', { ...value, ':unused': { S: '' } }), 'unused');
      await refused(update(subject, 'invalid', 'PUT a = :v', value), 'Syntax error');
      await refused(update(subject, 'invalid', 'SET id = :v', value), 'This attribute is part of the key');
    },
  ],
  [
    'AttributeUpdates and Expected, from before expressions, do the same',
    async (subject) => {
      const { client, simple: TableName } = subject;
      await given(subject, 'legacy', { n: { N: '1' }, gone: { S: 'x' }, tags: { SS: ['a', 'b'] } });
      const request = {
        TableName,
        Key: { id: { S: 'legacy' } },
        Expected: { n: { Value: { N: '1' } } },
        AttributeUpdates: {
          n: { Action: 'ADD', Value: { N: '2' } },
          gone: { Action: 'DELETE' },
          tags: { Action: 'DELETE', Value: { SS: ['a'] } },
          fresh: { Action: 'PUT', Value: { S: 'y' } },
        },
      } satisfies UpdateItemCommandInput;
      await client.updateItem(request);
      const after = { id: { S: 'legacy' }, n: { N: '3' }, tags: { SS: ['b'] }, fresh: { S: 'y' } };
      expect(await read(subject, 'legacy')).toEqual(after);
      await expect(client.updateItem(request)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    },
  ],
];
