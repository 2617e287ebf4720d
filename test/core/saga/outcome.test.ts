import { describe, expect, test } from 'vitest';
import { formatRun } from '../../../core/keys/run.ts';
import { conditionFailure, nextAttempt, proveOutcome } from '../../../core/saga/outcome.ts';
import { run } from '../fixtures.ts';
import { foreignItem, KEY, keyOf, plan, sagaItem } from '../items.ts';

const UPDATE = formatRun(run('update'));
const SECOND = formatRun(run('create', 'second'));
const SPOILED = { ...KEY, _saga: { S: 'mine' } };

describe('nextAttempt', () => {
  const write = (refusalIsDefinite: boolean) => ({ kind: 'write', refusalIsDefinite });
  test.each([
    ['the first', 0, false, 0, write(true)],
    ['the first, but started late', 0, false, 15_000, write(false)],
    ['the first, however late: nothing was tried before', 0, false, 3_600_000, write(false)],
    ['a retry', 1, false, 20_000, write(false)],
    ["a retry near the end of the token's life", 8, false, 540_000, write(false)],
    ['a retry past what is relied on of it', 8, false, 540_001, { kind: 'read' }],
    ['the first after a redrive', 0, true, 1_000, { kind: 'pause' }],
    ['the first after a late redrive', 0, true, 86_400_000, { kind: 'pause' }],
    ['the second after a redrive', 1, true, 30_000, { kind: 'pause' }],
    ['the third after a redrive', 2, true, 50_000, write(false)],
    ['the third after a late redrive', 2, true, 86_400_000, { kind: 'read' }],
  ])('%s', (_, retries, redriven, elapsedMs, attempt) => {
    expect(nextAttempt({ retries, redriven, elapsedMs })).toEqual(attempt);
  });
});

describe('conditionFailure', () => {
  const page = keyOf('page', 'x', 'create');
  const saga = plan('update', { item: sagaItem() });
  const foreign = plan('update', { item: foreignItem({ page }) });
  const reuses = plan('update', { item: sagaItem(), content: { page: 'x' }, reusable: ['page'] });

  test.each([
    ['create, something is there', plan('create'), sagaItem(), 'WriteConflict'],
    ['create, nothing is told', plan('create'), undefined, 'WriteConflict'],
    ['as planned', saga, sagaItem(), 'ConditionFailed'],
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
    expect(conditionFailure(planned, found).name).toBe(name);
  });
});

describe('proveOutcome', () => {
  const update = plan('update', { item: sagaItem(undefined, { version: 3 }) });
  const create = plan('create');
  const remove = plan('delete', { item: sagaItem(undefined, { version: 3 }) });
  const adopt = plan('update', { item: foreignItem() });
  const removeForeign = plan('delete', { item: foreignItem() });

  test.each([
    ['create: own mark', create, sagaItem(), 'written'],
    [
      'create: own item, updated since',
      create,
      sagaItem(undefined, { version: 9, writtenBy: UPDATE }),
      'written',
    ],
    ['create: nothing there, never or no more', create, undefined, 'unknown'],
    ["create: another's item", create, sagaItem(undefined, { createdBy: SECOND }), 'unknown'],
    ['create: _saga spoiled', create, SPOILED, 'unknown'],
    ['update: own mark', update, sagaItem(undefined, { version: 4, writtenBy: UPDATE }), 'written'],
    ['update: still as planned', update, sagaItem(undefined, { version: 3 }), 'not written'],
    ["update: that version is another's", update, sagaItem(undefined, { version: 4 }), 'not written'],
    ['update: further on', update, sagaItem(undefined, { version: 5 }), 'unknown'],
    [
      'update: another incarnation',
      update,
      sagaItem(undefined, { createdBy: SECOND, version: 3 }),
      'unknown',
    ],
    ['update: gone', update, undefined, 'unknown'],
    ['update: _saga spoiled', update, SPOILED, 'unknown'],
    ['delete: still there', remove, sagaItem(undefined, { version: 3 }), 'not written'],
    ['delete: still there, updated since', remove, sagaItem(undefined, { version: 9 }), 'not written'],
    ['delete: gone', remove, undefined, 'written'],
    ['delete: created anew', remove, sagaItem(undefined, { createdBy: SECOND }), 'written'],
    ['adoption: own mark', adopt, sagaItem({}, { createdBy: UPDATE }), 'written'],
    ['adoption: still foreign', adopt, foreignItem(), 'not written'],
    ['adoption: own, updated since', adopt, sagaItem({}, { createdBy: UPDATE, version: 2 }), 'written'],
    ["adoption: another's", adopt, sagaItem(undefined, { createdBy: SECOND }), 'unknown'],
    ['delete of a foreign item: still there', removeForeign, foreignItem(), 'not written'],
    ['delete of a foreign item: gone', removeForeign, undefined, 'written'],
    ['delete of a foreign item: created anew', removeForeign, sagaItem(), 'written'],
    ['delete of a foreign item: adopted', removeForeign, sagaItem({}, { createdBy: UPDATE }), 'unknown'],
  ])('%s', (_, planned, found, outcome) => {
    expect(proveOutcome(planned, found)).toBe(outcome);
  });
});
