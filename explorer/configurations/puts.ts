// Creates that may replace, and updates that may create: alone, beside the other writes, readers, and what keeps the store clean.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, FOREIGN_X, LEGACY_X, puts, updates, upserts, X, XX } from './writes.ts';

export const PUTS: Readonly<Record<string, Configuration>> = {
  'one put': { initial: X, writes: [puts({ A: 'Y' })], faults: 2, redrives: 2, lateRedrive: true },
  'one put same': { initial: X, writes: [puts({ A: 'X' })], lateRedrive: true },
  'one small put': { initial: XX, writes: [puts({})], lateRedrive: true },
  'one put of nothing': { writes: [puts({ A: 'X' })], lateRedrive: true },
  'put||put': { initial: X, writes: [puts({ A: 'Y' }), puts({ A: 'Z' })], lateRedrive: true },
  'put||put identical': { initial: X, writes: [puts({ A: 'Y' }), puts({ A: 'Y' })], lateRedrive: true },
  'put||put of nothing': { writes: [puts({ A: 'X' }), puts({ A: 'Y' })], lateRedrive: true },
  'put(expectedVersion)||put': {
    initial: X,
    writes: [puts({ A: 'Y' }, { expectedVersion: 1 }), puts({ A: 'Z' })],
    lateRedrive: true,
  },
  'put||create': { writes: [puts({ A: 'X' }), creates({ A: 'Y' })], lateRedrive: true },
  'put||update': { initial: X, writes: [puts({ A: 'Y' }), updates({ A: 'Z' })], lateRedrive: true },
  'put||update same': { initial: X, writes: [puts({ A: 'Y' }), updates({ A: 'X' })], lateRedrive: true },
  'put||delete': { initial: X, writes: [puts({ A: 'Y' }), deletes()], lateRedrive: true },
  'put||delete||create': { initial: X, writes: [puts({ A: 'Y' }), deletes(), creates({ A: 'Z' })] },
  'put||update||delete': {
    initial: X,
    writes: [puts({ A: 'Y' }), updates({ A: 'Z' }), deletes()],
    faults: 0,
  },
  'put||READ': { initial: XX, writes: [puts({ A: 'Y' })], readers: 1 },
  'put||update||READ': { initial: X, writes: [puts({ A: 'Y' }), updates({ A: 'Z' })], readers: 1, faults: 0 },
  'put||delete||READ': { initial: X, writes: [puts({ A: 'Y' }), deletes()], readers: 1, faults: 0 },
  'put||FSCK': { initial: X, writes: [puts({ A: 'Y' })], fscks: 1, faults: 0 },
  'put||SWEEP': { initial: X, writes: [puts({ A: 'Y' })], sweeps: 1, lateRedrive: true },
  'put||update||SWEEP': { initial: X, writes: [puts({ A: 'Y' }), updates({ A: 'X' })], sweeps: 1, faults: 0 },
  'put||delete||SWEEP': { initial: X, writes: [puts({ A: 'Y' }), deletes()], sweeps: 1, faults: 0 },
  'put||delete STREAM': { initial: X, writes: [puts({ A: 'Y' }), deletes()], stream: true },
  'put||putPlain STREAM': {
    initial: X,
    writes: [puts({ A: 'Y' })],
    programs: [['putPlain']],
    stream: true,
    lateRedrive: true,
  },
  'put on foreign||delete': { initial: FOREIGN_X, writes: [puts({ A: 'Y' }), deletes()], lateRedrive: true },
  'put on legacy||update': { initial: LEGACY_X, writes: [puts({ A: 'Y' }), updates({ A: 'Z' })] },
  'staged put||update': {
    initial: X,
    staged: { s: 'Y' },
    writes: [puts({ A: { staged: 's', text: 'Y' } }), updates({ A: { staged: 's', text: 'Y' } })],
  },
  'put without cleanUp||delete': {
    initial: X,
    writes: [puts({ A: 'Y' }, { cleanUp: { whenFailed: false, whenSucceeded: false } }), deletes()],
    residueAllowed: true,
  },
};

export const UPSERTS: Readonly<Record<string, Configuration>> = {
  'one upsert of nothing': { writes: [upserts({ A: 'X' })], faults: 2, redrives: 2, lateRedrive: true },
  'upsert||upsert': { writes: [upserts({ A: 'X' }), upserts({ A: 'Y' })], lateRedrive: true },
  'upsert||create': { writes: [upserts({ A: 'X' }), creates({ A: 'Y' })], lateRedrive: true },
  'upsert||put': { writes: [upserts({ A: 'X' }), puts({ A: 'Y' })], lateRedrive: true },
  'upsert||delete': { initial: X, writes: [upserts({ A: 'Y' }), deletes()], lateRedrive: true },
  'upsert||delete of nothing': { writes: [upserts({ A: 'X' }), deletes()], lateRedrive: true },
  'upsert||SWEEP': { writes: [upserts({ A: 'X' })], sweeps: 1, lateRedrive: true },
  'upsert||delete||READ': { initial: X, writes: [upserts({ A: 'Y' }), deletes()], readers: 1, faults: 0 },
  'upsert||deleteItem STREAM': {
    initial: X,
    writes: [upserts({ A: 'Y' })],
    programs: [['deleteItem']],
    stream: true,
    lateRedrive: true,
  },
  'upsert with a condition||create': {
    writes: [
      upserts({ A: 'X' }, { condition: { expression: 'attribute_not_exists(id)' } }),
      creates({ A: 'Y' }),
    ],
    lateRedrive: true,
  },
};
