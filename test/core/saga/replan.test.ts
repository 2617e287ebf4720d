// Plans after the first: the item has moved on, or it is not known whether it has.

import { describe, expect, test } from 'vitest';
import { MAX_PLANS } from '../../../core/errors/limits.ts';
import { readPointers } from '../../../core/item/item.ts';
import { isOwnObject } from '../../../core/keys/object-key.ts';
import { formatRun, parseRun } from '../../../core/keys/run.ts';
import { digestOfPointers } from '../../../core/saga/digests.ts';
import { following } from '../../../core/saga/plan.ts';
import { refusal, run, STORE } from '../fixtures.ts';
import { KEY, keyOf, plan, pointer, sagaItem } from '../items.ts';

const CREATE = formatRun(run('create'));

describe('planning again', () => {
  const mine = keyOf('page', 'y', 'update');

  test('does not put again what is in place, and keeps every own key to undo', () => {
    const again = plan('update', {
      number: 2,
      item: sagaItem(undefined, { version: 2 }),
      content: { page: 'y' },
      placed: [mine],
    });
    expect(again).toMatchObject({ number: 2, puts: [], placed: [mine], created: [mine] });
    expect(again.expected).toMatchObject({ version: 2 });
    expect(again.pointers).toEqual({ page: pointer(mine) });
  });

  test('puts what an earlier plan reused, when the item has moved on since', () => {
    const moved = sagaItem({ page: keyOf('page', 'z', 'update:other') }, { version: 2 });
    const again = plan('update', { number: 2, item: moved, content: { page: 'x' } });
    expect(again.puts).toMatchObject([{ key: keyOf('page', 'x', 'update') }]);
    expect(again.replaced).toEqual([keyOf('page', 'z', 'update:other')]);
  });

  test(`ends in Conflict after ${MAX_PLANS} plans`, () => {
    expect(plan('update', { number: MAX_PLANS, item: sagaItem() }).number).toBe(MAX_PLANS);
    expect(refusal(() => plan('update', { number: MAX_PLANS + 1, item: sagaItem() })).name).toBe('Conflict');
  });

  test('B1: an own object that the final plan does not use is deleted after success', () => {
    const theirs = keyOf('page', 'y', 'update:other');
    const again = plan('update', {
      number: 2,
      item: sagaItem({ page: theirs }, { version: 2 }),
      content: { page: 'y' },
      reusable: ['page'],
      placed: [mine],
    });
    expect(again.pointers).toEqual({ page: pointer(theirs) });
    expect(again.replaced).toEqual([mine]);
  });

  test('B2: an item that vanished between two plans is refused, so that the run compensates', () => {
    const error = refusal(() => plan('update', { number: 2, content: { page: 'y' }, placed: [mine] }));
    expect(error.name).toBe('NotFound');
  });

  test('B3: the same version of another incarnation is not the item that was planned for', () => {
    const reborn = sagaItem(undefined, { createdBy: formatRun(run('create', 'second')) });
    const [first, second] = [sagaItem(), reborn].map((item) => plan('update', { item }).expected);
    expect(first).toMatchObject({ version: 1 });
    expect(second).toMatchObject({ version: 1 });
    expect(second).not.toEqual(first);
  });

  test('B7: a delete is conditioned on the item it read, not on the pointers', () => {
    const item = sagaItem(undefined, { version: 5 });
    expect(plan('delete', { item }).expected).toEqual({
      kind: 'saga',
      createdBy: CREATE,
      version: 5,
      digest: digestOfPointers(readPointers(item, STORE)),
    });
  });
});

describe('V1: a plan after a write that was only found not written', () => {
  const first = keyOf('page', 'y', 'update');
  const second = `${first}.2`;

  test('puts everything anew, under keys of its own, and covers those of the plan before', () => {
    const again = plan('update', {
      number: 2,
      series: 2,
      item: sagaItem(),
      content: { page: 'y' },
      placed: [first],
    });
    expect(again).toMatchObject({
      series: 2,
      puts: [{ attribute: 'page', key: second }],
      placed: [first, second],
      pointers: { page: pointer(second) },
      replaced: [keyOf('page', 'x', 'create'), first],
      created: [first, second],
    });
    expect(parseRun(second.slice(second.lastIndexOf('/') + 1))).toEqual(run('update'));
    expect(isOwnObject(second, KEY, STORE)).toBe(true);
  });

  test('C10: creates another item than the plan before may have created', () => {
    expect([1, 2].map((series) => plan('create', { number: series, series }).saga?.createdBy)).toEqual([
      CREATE,
      `${CREATE}.2`,
    ]);
  });

  test.each([
    ['none before', null, { number: 1, series: 1 }],
    [
      'a failed condition',
      { number: 1, series: 1, placed: [], proof: 'condition' },
      { number: 2, series: 1 },
    ],
    ['a read', { number: 1, series: 1, placed: [], proof: 'reading' }, { number: 2, series: 2 }],
    [
      'a failed condition later',
      { number: 3, series: 2, placed: [], proof: 'condition' },
      { number: 4, series: 2 },
    ],
    ['what an earlier version does not tell', { number: 1, placed: [] }, { number: 2, series: 2 }],
  ] as const)('by what proved it: %s', (_, previous, next) => {
    expect(following(previous)).toEqual(next);
  });
});
