import { describe, expect, test } from 'vitest';
import { toRequest } from '../../../core/contract/parse-request.ts';
import { formatRun, OPERATIONS, type Operation } from '../../../core/keys/run.ts';
import { writeToken } from '../../../core/saga/digests.ts';
import { type WriteRequest, writeRequest } from '../../../core/saga/write.ts';
import { run, STORE } from '../fixtures.ts';
import { foreignItem, KEY, keyOf, type Planning, plan, pointer, sagaItem } from '../items.ts';

/** The request of a plan, made from the input without its large attributes, as the write task gets it. */
function written(operation: Operation, planning: Planning = {}): WriteRequest {
  return writeRequest(
    STORE.table,
    toRequest(operation, { key: { id: '1' }, ...planning.input }, STORE),
    plan(operation, planning),
  );
}

const CREATE = 'create.create.20261123T153300123Z';
const UPDATE = 'update.update.20261123T153300123Z';

function sagaValue(version: string, writtenBy: string, createdBy: string = CREATE) {
  const large = { L: [{ S: 'page' }] };
  return { M: { createdBy: { S: createdBy }, version: { N: version }, writtenBy: { S: writtenBy }, large } };
}

test('create puts the whole item if there is none', () => {
  const request = written('create', { input: { attributes: { title: 'Hi', n: 1 } }, content: { page: 'x' } });
  expect(request).toEqual({
    ClientRequestToken: expect.stringMatching(/^[0-9a-f]{36}$/),
    TransactItems: [
      {
        Put: {
          TableName: 'Docs',
          Item: {
            ...KEY,
            title: { S: 'Hi' },
            n: { N: '1' },
            page: { S: pointer(keyOf('page', 'x', 'create')) },
            _saga: sagaValue('1', CREATE),
          },
          ConditionExpression: 'attribute_not_exists(#tw_0)',
          ExpressionAttributeNames: { '#tw_0': 'id' },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ],
  });
});

test('put replaces the whole item under the condition that it is the one planned on', () => {
  const request = written('create', {
    item: sagaItem(undefined, { version: 3 }),
    input: { overwrite: true, attributes: { title: 'Hi' } },
  });
  expect(request.TransactItems).toEqual([
    {
      Put: {
        TableName: 'Docs',
        Item: { ...KEY, title: { S: 'Hi' }, _saga: { M: { ...sagaValue('4', CREATE).M, large: { L: [] } } } },
        ConditionExpression: '#tw_0.#tw_1 = :tw_0 AND #tw_0.#tw_2 = :tw_1',
        ExpressionAttributeNames: { '#tw_0': '_saga', '#tw_1': 'createdBy', '#tw_2': 'version' },
        ExpressionAttributeValues: { ':tw_0': { S: CREATE }, ':tw_1': { N: '3' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  ]);
});

test('an update that may create does so if there is no item', () => {
  const request = written('update', { input: { createIfMissing: true, set: { title: 'Hi' } } });
  expect(request.TransactItems).toMatchObject([
    { Update: { Key: KEY, ConditionExpression: 'attribute_not_exists(#tw_0)' } },
  ]);
});

test("update joins the caller's clauses and condition with its own in one request", () => {
  const request = written('update', {
    item: sagaItem(undefined, { version: 3 }),
    content: { page: 'y' },
    input: {
      key: KEY,
      set: { title: { S: 'Hi' } },
      remove: ['old'],
      add: { views: { N: '1' } },
      updateExpression: {
        expression: 'SET #l = list_append(#l, :v) DELETE tags :t',
        names: { '#l': 'log' },
        values: { ':v': { L: [{ S: 'a' }] }, ':t': { SS: ['x'] } },
      },
      condition: { expression: 'attribute_exists(#l)', names: { '#l': 'log' } },
      attributeFormat: 'dynamodb',
    },
  });
  expect(request.TransactItems).toEqual([
    {
      Update: {
        TableName: 'Docs',
        Key: KEY,
        UpdateExpression:
          'SET #tw_3 = :tw_4, #tw_4 = :tw_5, #tw_0 = :tw_6, #l = list_append(#l, :v) REMOVE #tw_5 ADD #tw_6 :tw_7 DELETE tags :t',
        ConditionExpression: '#tw_0.#tw_1 = :tw_2 AND #tw_0.#tw_2 = :tw_3 AND (attribute_exists(#l))',
        ExpressionAttributeNames: {
          '#l': 'log',
          '#tw_0': '_saga',
          '#tw_1': 'createdBy',
          '#tw_2': 'version',
          '#tw_3': 'title',
          '#tw_4': 'page',
          '#tw_5': 'old',
          '#tw_6': 'views',
        },
        ExpressionAttributeValues: {
          ':v': { L: [{ S: 'a' }] },
          ':t': { SS: ['x'] },
          ':tw_2': { S: CREATE },
          ':tw_3': { N: '3' },
          ':tw_4': { S: 'Hi' },
          ':tw_5': { S: pointer(keyOf('page', 'y', 'update')) },
          ':tw_6': sagaValue('4', UPDATE),
          ':tw_7': { N: '1' },
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  ]);
});

test('adoption expects an item without _saga and with the pointers that were seen', () => {
  const page = keyOf('page', 'x', 'create');
  const request = written('update', { item: foreignItem({ page }) });
  expect(request.TransactItems[0]).toMatchObject({
    Update: {
      ConditionExpression: 'attribute_exists(#tw_0) AND attribute_not_exists(#tw_1) AND #tw_2 = :tw_0',
      ExpressionAttributeNames: { '#tw_0': 'id', '#tw_1': '_saga', '#tw_2': 'page' },
      ExpressionAttributeValues: { ':tw_0': { S: pointer(page) } },
    },
  });
});

test('an update that sets a pointer again expects it to be there still: whoever took it away left the version', () => {
  const page = keyOf('page', 'x', 'create');
  const request = written('update', {
    item: sagaItem({ page, picture: keyOf('picture', 'x', 'create') }),
    content: { page: 'x' },
    reusable: ['page'],
  });
  expect(request.TransactItems[0]).toMatchObject({
    Update: {
      ConditionExpression: '#tw_0.#tw_1 = :tw_0 AND #tw_0.#tw_2 = :tw_1 AND #tw_3 = :tw_2',
      ExpressionAttributeNames: { '#tw_3': 'page' },
      ExpressionAttributeValues: { ':tw_2': { S: pointer(page) } },
    },
  });
});

test('B3: delete ends the very item that was read: createdBy and version', () => {
  expect(written('delete', { item: sagaItem(undefined, { version: 2 }) }).TransactItems).toEqual([
    {
      Delete: {
        TableName: 'Docs',
        Key: KEY,
        ConditionExpression: '#tw_0.#tw_1 = :tw_0 AND #tw_0.#tw_2 = :tw_1',
        ExpressionAttributeNames: { '#tw_0': '_saga', '#tw_1': 'createdBy', '#tw_2': 'version' },
        ExpressionAttributeValues: { ':tw_0': { S: CREATE }, ':tw_1': { N: '2' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  ]);
});

describe('written again', () => {
  const planning: Planning = {
    item: sagaItem(),
    content: { page: 'y' },
    input: { set: { b: 1, a: 2 }, add: { n: 1 } },
  };

  test('it is the same request, to the letter', () => {
    expect(JSON.stringify(written('update', planning))).toBe(JSON.stringify(written('update', planning)));
  });

  test('it is the same after the plan has travelled through states as JSON', () => {
    const made = plan('update', planning);
    const request = toRequest('update', { key: { id: '1' }, ...planning.input }, STORE);
    const travelled = JSON.parse(JSON.stringify(made));
    expect(writeRequest('Docs', request, travelled)).toEqual(writeRequest('Docs', request, made));
  });

  test('a later plan has another token', () => {
    const again = written('update', { ...planning, number: 2, placed: [keyOf('page', 'y', 'update')] });
    expect(again.ClientRequestToken).not.toBe(written('update', planning).ClientRequestToken);
  });
});

describe('write tokens', () => {
  test('are fixed per run and plan number', () => {
    const name = formatRun(run('create'));
    expect(writeToken(name, 1)).toBe(writeToken(name, 1));
    expect(writeToken(name, 1)).toMatch(/^[0-9a-f]{36}$/);
  });

  test('differ from plan to plan and from run to run', () => {
    const names = OPERATIONS.flatMap((operation) => [run(operation, 'a'), run(operation, 'b')]).map(
      formatRun,
    );
    const tokens = names.flatMap((name) => [1, 2, 11].map((plan) => writeToken(name, plan)));
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});
