// Sagas among themselves: one alone, two, three, with readers.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, updates, X, XX } from './writes.ts';

export const ALONE: Readonly<Record<string, Configuration>> = {
  'one create': { writes: [creates({ A: 'X' })], faults: 2, redrives: 2, lateRedrive: true },
  'one create AB': { writes: [creates({ A: 'X', B: 'Y' })], faults: 2, lateRedrive: true },
  'one create AB, too large to be written': {
    writes: [creates({ A: 'X', B: 'Y' })],
    faults: 2,
    writesTooLarge: true,
  },
  'one update': { initial: X, writes: [updates({ A: 'Y' })], faults: 2, redrives: 2, lateRedrive: true },
  'one delete': { initial: X, writes: [deletes()], faults: 2, redrives: 2, lateRedrive: true },
};

export const PAIRS: Readonly<Record<string, Configuration>> = {
  'create||create same': { writes: [creates({ A: 'X' }), creates({ A: 'X' })], lateRedrive: true },
  'create||create different': { writes: [creates({ A: 'X' }), creates({ A: 'Y' })], lateRedrive: true },
  'create||update': { writes: [creates({ A: 'X' }), updates({ A: 'Y' })], lateRedrive: true },
  'create||update same': { writes: [creates({ A: 'X' }), updates({ A: 'X' })], lateRedrive: true },
  'create||delete': { writes: [creates({ A: 'X' }), deletes()], lateRedrive: true },
  'small create||delete': { writes: [creates({}), deletes()], lateRedrive: true },
  'update||update': { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'Z' })], lateRedrive: true },
  'update||update identical': {
    initial: X,
    writes: [updates({ A: 'Y' }), updates({ A: 'Y' })],
    lateRedrive: true,
  },
  'update||update swap': {
    initial: X,
    writes: [updates({ A: 'Y' }), updates({ A: 'X' })],
    lateRedrive: true,
  },
  'update||update overlapping': { initial: XX, writes: [updates({ A: 'Y' }), updates({ A: 'Z', B: 'Z' })] },
  'update||update(remove)': {
    initial: X,
    writes: [updates({ A: 'Y' }), { operation: 'update', remove: ['A'] }],
    lateRedrive: true,
  },
  'update same||update(remove)': {
    initial: X,
    writes: [updates({ A: 'X' }), { operation: 'update', remove: ['A'] }],
    lateRedrive: true,
  },
  'update(expectedVersion)||update': {
    initial: X,
    writes: [updates({ A: 'Y' }, { expectedVersion: 1 }), updates({ A: 'Z' })],
    lateRedrive: true,
  },
  'update||delete': { initial: X, writes: [updates({ A: 'Y' }), deletes()], lateRedrive: true },
  'update same||delete': { initial: X, writes: [updates({ A: 'X' }), deletes()], lateRedrive: true },
  'delete||delete': { initial: X, writes: [deletes(), deletes()], lateRedrive: true },
  'delete||create': { initial: X, writes: [deletes(), creates({ A: 'X' })], lateRedrive: true },
  'update set A||update A': {
    initial: X,
    writes: [{ operation: 'update', plain: { A: 'text' } }, updates({ A: 'Y' })],
    lateRedrive: true,
  },
};

export const TRIPLES: Readonly<Record<string, Configuration>> = {
  'create||delete||create': { writes: [creates({ A: 'X' }), deletes(), creates({ A: 'Y' })] },
  'create||delete||create same': { writes: [creates({ A: 'X' }), deletes(), creates({ A: 'X' })], faults: 0 },
  'update||delete||create': { initial: X, writes: [updates({ A: 'Y' }), deletes(), creates({ A: 'Z' })] },
  'update same||delete||create': {
    initial: X,
    writes: [updates({ A: 'X' }), deletes(), creates({ A: 'Z' })],
  },
  'create||update||delete': { writes: [creates({ A: 'X' }), updates({ A: 'Y' }), deletes()] },
  'update||update||delete': { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'Z' }), deletes()] },
  'create||create||delete': { writes: [creates({ A: 'X' }), creates({ A: 'Y' }), deletes()] },
  'create||create||delete late': {
    writes: [creates({ A: 'X' }), creates({ A: 'Y' }), deletes()],
    kinds: ['late'],
  },
};

export const READERS: Readonly<Record<string, Configuration>> = {
  'update||READ': { initial: XX, writes: [updates({ A: 'Y', B: 'Y' })], readers: 1 },
  'update||update||READ': {
    initial: X,
    writes: [updates({ A: 'Y' }), updates({ A: 'Z' })],
    readers: 1,
    faults: 0,
  },
  'update||delete||READ': { initial: X, writes: [updates({ A: 'Y' }), deletes()], readers: 1, faults: 0 },
  'delete||create||READ': {
    initial: XX,
    writes: [deletes(), creates({ A: 'Z', B: 'Z' })],
    readers: 1,
    faults: 0,
  },
  'update||FSCK': { initial: X, writes: [updates({ A: 'Y' })], fscks: 1, faults: 0 },
  'update||FSCK with a fault': { initial: X, writes: [updates({ A: 'Y' })], fscks: 1 },
  'create||delete||FSCK': { writes: [creates({ A: 'X' }), deletes()], fscks: 1, faults: 0 },
};
