// What the check of histories takes for possible, and what it finds.

import { describe, expect, it } from 'vitest';
import { historyViolation, type ItemState, type Operation } from './history.ts';

type Write = Extract<Operation, { kind: 'create' | 'update' | 'delete' }>;

const write = (kind: Write['kind'], name: string, from: number, to: number, version?: number): Write => ({
  kind,
  name,
  from,
  to,
  applied: 'yes',
  version,
  setsPage: true,
});
const read = (from: number, to: number, seen: ItemState | undefined): Operation => ({
  kind: 'read',
  name: `read at ${from}`,
  from,
  to,
  seen,
});
const state = (version: number, last: string, writes: number, page = last): ItemState => ({
  version,
  last,
  page,
  writes,
});

const created = write('create', 'c', 0, 1, 1);

describe('is possible', () => {
  it.each<[string, readonly Operation[]]>([
    ['nothing at all', []],
    ['one life after another', [created, write('delete', 'd', 2, 3), write('create', 'e', 4, 5, 1)]],
    [
      'two writes at once, in the order of their versions',
      [created, write('update', 'u', 2, 9, 3), write('update', 'v', 3, 8, 2)],
    ],
    [
      'a read between them',
      [created, write('update', 'u', 2, 9, 2), read(3, 4, state(1, 'c', 0)), read(5, 6, state(2, 'u', 1))],
    ],
    [
      'content that an update keeps',
      [created, { ...write('update', 'u', 2, 3, 2), setsPage: false }, read(4, 5, state(2, 'u', 1, 'c'))],
    ],
    ['a refusal while there was an item', [created, { kind: 'met', name: 'm', item: true, from: 0, to: 5 }]],
    ['a delete of nothing', [write('delete', 'd', 0, 1), read(2, 3, undefined)]],
    [
      'a write of unknown outcome, that took effect',
      [created, { ...write('update', 'u', 2, Infinity), applied: 'maybe' }, read(9, 10, state(2, 'u', 1))],
    ],
    [
      'and one that did not',
      [created, { ...write('update', 'u', 2, Infinity), applied: 'maybe' }, read(9, 10, state(1, 'c', 0))],
    ],
  ])('%s', (_, operations) => {
    expect(historyViolation(operations)).toBeUndefined();
  });
});

describe('is found', () => {
  it.each<[string, readonly Operation[], RegExp]>([
    [
      'a write that was lost',
      [created, write('update', 'u', 2, 3, 2), read(4, 5, state(1, 'c', 0))],
      /read at 4 read version 1/,
    ],
    [
      'a write that was applied twice',
      [created, write('update', 'u', 2, 3, 2), read(4, 5, state(3, 'u', 2))],
      /version 3/,
    ],
    [
      'a stale read',
      [created, write('update', 'u', 2, 3, 2), read(4, 5, state(2, 'u', 1)), read(6, 7, state(1, 'c', 0))],
      /read at 6/,
    ],
    [
      'a mix of two versions',
      [created, write('update', 'u', 2, 3, 2), read(4, 5, state(2, 'u', 1, 'c'))],
      /content of c/,
    ],
    ['two creates of one item', [created, write('create', 'e', 2, 3, 1)], /e created it as version 1/],
    [
      'a version that was given twice',
      [created, write('update', 'u', 2, 5, 2), write('update', 'v', 3, 6, 2)],
      /v updated it as version 2/,
    ],
    [
      'an item that came back',
      [created, write('delete', 'd', 2, 3), read(4, 5, state(1, 'c', 0))],
      /before it there was no item/,
    ],
    [
      'a refusal while there was none',
      [created, write('delete', 'd', 2, 3), { kind: 'met', name: 'm', item: true, from: 4, to: 5 }],
      /m met an item/,
    ],
    ['a rolled back write that a reader saw', [created, read(2, 3, state(2, 'u', 1))], /by u/],
  ])('%s', (_, operations, violation) => {
    expect(historyViolation(operations)).toMatch(violation);
  });
});
