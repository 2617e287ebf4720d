import { describe, expect, test } from 'vitest';
import { releasedKeys } from '../../../core/sweep/removal.ts';
import type { Item } from '../../../core/values/attributes.ts';
import { STORE } from '../fixtures.ts';
import { foreignItem, keyOf, pointer, sagaItem } from '../items.ts';

const X = keyOf('page', 'x', 'create');
const Y = keyOf('page', 'y', 'update');
const CREATED_BY = 'create.create.20261123T153300123Z';
const UPDATED_BY = 'update.update.20261123T153300123Z';

const released = (before: Item | undefined, after?: Item) => releasedKeys({ before, after }, STORE);

describe('an item that is gone', () => {
  test('releases its objects', () => {
    expect(released(sagaItem({ page: X, picture: Y }))).toEqual([X, Y]);
  });

  test('releases what it points at also when `_saga` is spoiled or missing', () => {
    expect(released({ ...sagaItem(), _saga: { S: 'spoiled' } })).toEqual([X]);
    expect(released(foreignItem({ page: X }))).toEqual([X]);
  });

  test('releases no object of another item, since that may still point at it', () => {
    const copied = keyOf('page', 'x', 'create', { id: { S: '2' } });
    expect(released(sagaItem({ page: copied }))).toEqual([]);
  });

  test('releases no key that names no run, since another program may point at it again', () => {
    expect(
      released(foreignItem({ page: 'items/pk=1/attr=page/md5=0cc175b9c0f1b6a831c399e269772661' })),
    ).toEqual([]);
  });

  test('releases nothing outside the store', () => {
    const outside = { S: 's3://other/items/pk=1/attr=page/sha256=x/y' };
    expect(
      released({ ...foreignItem(), page: outside, staged: { S: pointer('staging/create/a/page') } }),
    ).toEqual([]);
  });
});

describe('an item that another writer has changed', () => {
  test('releases what it does not point at any more', () => {
    expect(
      released(sagaItem({ page: X, picture: Y }), { ...sagaItem({ picture: Y }), page: { NULL: true } }),
    ).toEqual([X]);
    expect(released(sagaItem(), foreignItem())).toEqual([X]);
  });

  test('releases nothing that any attribute still points at', () => {
    expect(released(sagaItem(), foreignItem({ moved: X }))).toEqual([]);
    expect(released(sagaItem(), { ...foreignItem(), pages: { L: [{ S: pointer(X) }] } })).toEqual([]);
  });
});

describe('a saga', () => {
  const updated = sagaItem({ page: Y }, { version: 2, writtenBy: UPDATED_BY });

  test('that has updated the item releases nothing here: its own clean-up does, or is switched off', () => {
    expect(released(sagaItem(), updated)).toEqual([]);
  });

  test('that has adopted the item, or mended its `_saga`, releases nothing here', () => {
    expect(released(foreignItem({ page: X }), sagaItem({ page: Y }, { createdBy: UPDATED_BY }))).toEqual([]);
    expect(released({ ...sagaItem(), _saga: { S: 'spoiled' } }, updated)).toEqual([]);
  });

  test('is not who puts an older state back', () => {
    expect(released(updated, sagaItem({}, { version: 1, writtenBy: CREATED_BY }))).toEqual([Y]);
  });
});

test('a new item releases nothing', () => {
  expect(released(undefined, sagaItem())).toEqual([]);
});
