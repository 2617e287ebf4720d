import { describe, expect, test } from 'vitest';
import { toRequest } from '../../../core/contract/parse-request.ts';
import type { SagaRequest } from '../../../core/contract/request.ts';
import { formatRun, parseRun, type Run } from '../../../core/keys/run.ts';
import {
  conditionFailure,
  nextAttempt,
  ownObjects,
  proveOutcome,
  unprovedMessage,
} from '../../../core/saga/outcome.ts';
import type { Plan } from '../../../core/saga/plan.ts';
import { run, STORE } from '../fixtures.ts';
import { foreignItem, KEY, keyOf, plan, sagaItem } from '../items.ts';

const UPDATE = formatRun(run('update'));
const SECOND = formatRun(run('create', 'second'));
const SPOILED = { ...KEY, _saga: { S: 'mine' } };

/** The request of a plan. */
function requestOf({ run: name }: Plan, input: object = {}): SagaRequest {
  const { operation } = parseRun(name) as Run;
  return toRequest(operation, { key: { id: '1' }, ...input }, STORE);
}

describe('nextAttempt', () => {
  const write = (inDoubt: boolean) => ({ kind: 'write', inDoubt });
  const read = { kind: 'read' };
  test.each([
    ['the first', 0, false, 0, 0, write(false)],
    ["the first, should the state machine's count not tell of others", 0, false, 15_000, 15_000, write(true)],
    ['the first, however late: nothing was tried before', 0, false, 3_600_000, 3_600_000, write(true)],
    ['V9: the first, by a clock that is ahead', 0, false, 0, 20_000, write(false)],
    ['a retry', 1, false, 20_000, 20_000, write(true)],
    ["a retry near the end of the token's life", 8, false, 540_000, 540_000, write(true)],
    ['the same, by a clock that is a little ahead', 8, false, 540_000, 570_000, write(true)],
    ['a retry past what is relied on of it', 8, false, 540_001, 540_001, read],
    ['a retry whose state machine repeats an old time', 8, false, 0, 570_001, read],
    ['the first after a redrive', 0, true, 1_000, 1_000, { kind: 'pause' }],
    ['the first after a late redrive', 0, true, 86_400_000, 86_400_000, { kind: 'pause' }],
    ['the second after a redrive', 1, true, 30_000, 30_000, { kind: 'pause' }],
    ['the third after a redrive', 2, true, 50_000, 50_000, write(true)],
    ['the third after a late redrive', 2, true, 86_400_000, 86_400_000, read],
  ])('%s', (_, retries, redriven, elapsed, byFunction, attempt) => {
    expect(
      nextAttempt({ retries, redriven, startedAt: 1, now: elapsed + 1, functionNow: byFunction + 1 }),
    ).toEqual(attempt);
  });
});

describe('conditionFailure', () => {
  const conditional = { condition: { expression: 'attribute_exists(title)' } };
  const page = keyOf('page', 'x', 'create');
  const saga = plan('update', { item: sagaItem() });
  const foreign = plan('update', { item: foreignItem({ page }) });
  const reuses = plan('update', { item: sagaItem(), content: { page: 'x' }, reusable: ['page'] });
  const upsert = plan('update', { input: { createIfMissing: true } });

  test.each([
    ['create, something is there', plan('create'), sagaItem(), 'WriteConflict'],
    ['create, nothing is told', plan('create'), undefined, 'WriteConflict'],
    [
      'put, gone',
      plan('create', { item: sagaItem(), input: { overwrite: true } }),
      undefined,
      'WriteConflict',
    ],
    ['as planned', saga, sagaItem(), 'ConditionFailed'],
    ['nothing, as planned', upsert, undefined, 'ConditionFailed'],
    ['created meanwhile', upsert, sagaItem(), 'WriteConflict'],
    ['another version', saga, sagaItem(undefined, { version: 2 }), 'WriteConflict'],
    ['another incarnation', saga, sagaItem(undefined, { createdBy: SECOND }), 'WriteConflict'],
    ['as planned, with the pointer that is set again', reuses, sagaItem(), 'ConditionFailed'],
    ['that pointer was taken away', reuses, { ...sagaItem(), page: { S: '' } }, 'WriteConflict'],
    ['gone', saga, undefined, 'WriteConflict'],
    ['overwritten by another writer', saga, foreignItem(), 'WriteConflict'],
    ['_saga spoiled by another writer', saga, SPOILED, 'WriteConflict'],
    ['foreign as planned', foreign, foreignItem({ page }), 'ConditionFailed'],
    ['foreign with another pointer', foreign, foreignItem({ page: `${page}2` }), 'WriteConflict'],
    ['foreign without the pointer', foreign, foreignItem(), 'WriteConflict'],
    ['adopted meanwhile', foreign, sagaItem(), 'WriteConflict'],
  ])('%s', (_, planned, found, name) => {
    const input = planned.run === UPDATE ? conditional : {};
    expect(conditionFailure(planned, requestOf(planned, input), found).name).toBe(name);
  });

  test('without a condition of the caller it is a conflict, whatever is found', () => {
    expect(conditionFailure(saga, requestOf(saga), sagaItem()).name).toBe('WriteConflict');
  });
});

describe('proveOutcome', () => {
  const update = plan('update', { item: sagaItem(undefined, { version: 3 }) });
  const create = plan('create');
  const CREATE = formatRun(run('create'));
  const createAgain = plan('create', { number: 2, series: 2 });
  const remove = plan('delete', { item: sagaItem(undefined, { version: 3 }) });
  const adopt = plan('update', { item: foreignItem() });
  const removeForeign = plan('delete', { item: foreignItem() });
  const overwrite = { input: { overwrite: true } };
  const put = plan('create', { item: sagaItem(undefined, { version: 3 }), ...overwrite });
  const putOnForeign = plan('create', { item: foreignItem(), ...overwrite });
  const upsert = plan('update', { input: { createIfMissing: true, add: { views: 1 } } });
  const standing = sagaItem(undefined, { version: 3 });
  const otherPointer = sagaItem({ page: keyOf('page', 'z', 'create') }, { version: 3 });
  const { digest: _, ...toldLess } = update.expected as Extract<Plan['expected'], { kind: 'saga' }>;
  const ofEarlierVersion: Plan = { ...update, expected: toldLess };

  test.each([
    ['create: own mark', create, sagaItem(), 'written'],
    [
      'create: own item, updated since',
      create,
      sagaItem(undefined, { version: 9, writtenBy: UPDATE }),
      'written',
    ],
    ['V7: create: nothing there', create, undefined, 'not written'],
    ["create: another's item", create, sagaItem(undefined, { createdBy: SECOND }), 'moved'],
    ['create: an item of another program', create, foreignItem(), 'moved'],
    ['create: _saga spoiled', create, SPOILED, 'foreign'],
    [
      'C10: create once more: own mark',
      createAgain,
      sagaItem(undefined, { createdBy: `${CREATE}.2` }),
      'written',
    ],
    [
      'C10: create once more: that of the plan before',
      createAgain,
      sagaItem(undefined, { version: 2 }),
      'moved',
    ],
    ['update: own mark', update, sagaItem(undefined, { version: 4, writtenBy: UPDATE }), 'written'],
    ['update: still as planned', update, standing, 'not written'],
    ['V1: update: as planned but for a pointer', update, otherPointer, 'foreign'],
    ['the same, planned by an earlier version', ofEarlierVersion, otherPointer, 'not written'],
    ["update: that version is another's", update, sagaItem(undefined, { version: 4 }), 'not written'],
    ['update: an older version than was planned on', update, sagaItem(undefined, { version: 2 }), 'foreign'],
    ['update: further on', update, sagaItem(undefined, { version: 5 }), 'moved'],
    ['update: another incarnation', update, sagaItem(undefined, { createdBy: SECOND, version: 3 }), 'moved'],
    ['update: _saga dropped', update, foreignItem(), 'foreign'],
    ['update: gone', update, undefined, 'moved'],
    ['update: _saga spoiled', update, SPOILED, 'foreign'],
    ['delete: still there', remove, standing, 'not written'],
    ['delete: still there, updated since', remove, sagaItem(undefined, { version: 9 }), 'not written'],
    ['delete: there with another pointer', remove, otherPointer, 'foreign'],
    ['delete: an older version', remove, sagaItem(undefined, { version: 2 }), 'foreign'],
    ['delete: gone', remove, undefined, 'written'],
    ['delete: created anew', remove, sagaItem(undefined, { createdBy: SECOND }), 'written'],
    ['V3: delete: _saga dropped', remove, foreignItem(), 'foreign'],
    ['V3: delete: _saga dropped and adopted', remove, sagaItem({}, { createdBy: UPDATE }), 'foreign'],
    ['adoption: own mark', adopt, sagaItem({}, { createdBy: UPDATE }), 'written'],
    ['V1: adoption: still foreign', adopt, foreignItem(), 'foreign'],
    ['adoption: own, updated since', adopt, sagaItem({}, { createdBy: UPDATE, version: 2 }), 'written'],
    ["adoption: another's", adopt, sagaItem(undefined, { createdBy: SECOND }), 'moved'],
    ['adoption: gone', adopt, undefined, 'moved'],
    ['put: own mark', put, sagaItem({}, { version: 4, writtenBy: CREATE }), 'written'],
    ['put: still as planned', put, standing, 'not written'],
    ["put: that version is another's", put, sagaItem({}, { version: 4, writtenBy: UPDATE }), 'not written'],
    ['put: gone', put, undefined, 'moved'],
    ['put on a foreign item: still foreign', putOnForeign, foreignItem(), 'foreign'],
    ['put on a foreign item: own mark', putOnForeign, sagaItem({}, { version: 2 }), 'written'],
    ['update that creates: nothing there', upsert, undefined, 'not written'],
    ['update that creates: own mark', upsert, sagaItem({}, { createdBy: UPDATE, version: 2 }), 'written'],
    ["update that creates: another's item", upsert, sagaItem(), 'moved'],
    ['V2: delete of a foreign item: still there', removeForeign, foreignItem(), 'foreign'],
    ['delete of a foreign item: gone', removeForeign, undefined, 'written'],
    ['delete of a foreign item: created anew', removeForeign, sagaItem(), 'written'],
    ['V2: the same, adopted by a put', removeForeign, sagaItem({}, { adopted: true }), 'foreign'],
    [
      'V3: delete: _saga dropped, adopted by a put',
      remove,
      sagaItem({}, { createdBy: SECOND, adopted: true }),
      'foreign',
    ],
    ['delete of a foreign item: adopted', removeForeign, sagaItem({}, { createdBy: UPDATE }), 'foreign'],
  ] as const)('%s', (_, planned, found, outcome) => {
    expect(proveOutcome(planned, requestOf(planned), found, STORE)).toBe(outcome);
  });

  test.each([
    ['sets', { set: { title: 'a' }, remove: ['b'] }, 'not written'],
    ['adds to a number', { add: { views: 1 } }, 'as-planned'],
    [
      'adds to a set',
      { attributeFormat: 'dynamodb', key: { id: { S: '1' } }, add: { tags: { SS: ['a'] } } },
      'not written',
    ],
    ['removes by an expression', { updateExpression: { expression: 'REMOVE a[0].b' } }, 'not written'],
    [
      'appends by an expression',
      { updateExpression: { expression: 'SET a = list_append(a, :b)', values: { ':b': ['b'] } } },
      'as-planned',
    ],
  ])('plans again on the planned state only what may be repeated: an update that %s', (_, input, outcome) => {
    expect(proveOutcome(update, requestOf(update, input), standing, STORE)).toBe(outcome);
  });

  test('looks for the objects that the item would point at, which are the run’s own', () => {
    const page = keyOf('page', 'y', 'update');
    const planned = plan('update', {
      item: sagaItem(),
      content: { page: 'y', note: 'x' },
      reusable: ['note'],
    });
    expect(
      ownObjects({ ...planned, pointers: { ...planned.pointers, other: 's3://else/where' } }, STORE),
    ).toEqual([page, keyOf('note', 'x', 'update')]);
    const reuses = plan('update', { item: sagaItem(), content: { page: 'x' }, reusable: ['page'] });
    expect(ownObjects(reuses, STORE)).toEqual([]);
  });
});

test.each(['moved', 'foreign', 'as-planned', 'undone'] as const)(
  'tells a person why it is %s',
  (unproved) => {
    expect(unprovedMessage(unproved)).toMatch(/token|undone/);
  },
);
