import { expect, test } from 'vitest';
import { hasMoved, stateOf } from '../../audit/item/item.ts';
import type { Expected } from '../../core/saga/plan.ts';
import { STORE } from '../core/fixtures.ts';
import { foreignItem, keyOf, plan, sagaItem } from '../core/items.ts';

const managed = plan('update', { item: sagaItem() }).expected;
const { digest: _, ...ofEarlierVersion } = managed as Extract<Expected, { kind: 'saga' }>;
const foreign = plan('update', { item: foreignItem({ page: keyOf('page', 'x', 'create') }) }).expected;
const create = plan('create').expected;
const other = { page: keyOf('page', 'z', 'create') };

test.each([
  ['as it was', managed, sagaItem(), false],
  ['V1: at the same version, with another pointer', managed, sagaItem(other), true],
  ['the same, seen by a plan of an earlier version', ofEarlierVersion, sagaItem(other), false],
  ['at another version', managed, sagaItem(undefined, { version: 2 }), true],
  ['without _saga', managed, foreignItem(), true],
  ['gone', managed, undefined, true],
  ['not managed, as it was', foreign, foreignItem({ page: keyOf('page', 'x', 'create') }), false],
  ['not managed, with another pointer', foreign, foreignItem(other), true],
  ['adopted', foreign, sagaItem(), true],
  ['still absent', create, undefined, false],
  ['created meanwhile', create, sagaItem(), true],
] as const)('an item that is %s', (_, expected, found, moved) => {
  expect(hasMoved(expected, stateOf(found, STORE))).toBe(moved);
});
