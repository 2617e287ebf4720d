// Sagas beside what keeps the store clean: the sweeper, the stream's clean-up; and with other programs that write items.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, FLAGGED_X, FOREIGN_X, LEGACY_X, ON_FLAG, updates, X, XX } from './writes.ts';

export const SWEEPS: Readonly<Record<string, Configuration>> = {
  'create||SWEEP': { writes: [creates({ A: 'X' })], sweeps: 1, lateRedrive: true },
  'create||SWEEP on the same day': { writes: [creates({ A: 'X' })], sweeps: 1, sweepDay: 0 },
  'create AB||SWEEP': { writes: [creates({ A: 'X', B: 'X' })], sweeps: 1, faults: 2 },
  'update||SWEEP': { initial: X, writes: [updates({ A: 'Y' })], sweeps: 1, lateRedrive: true },
  'update same||SWEEP': {
    initial: X,
    writes: [updates({ A: 'X' })],
    sweeps: 1,
    programs: [['removeA']],
    residueAllowed: true,
  },
  'delete||SWEEP': { initial: X, writes: [deletes()], sweeps: 1, lateRedrive: true },
  'update||update||SWEEP': { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'X' })], sweeps: 1 },
  'update||delete||SWEEP': { initial: X, writes: [updates({ A: 'Y' }), deletes()], sweeps: 1 },
  'create||delete||SWEEP': { writes: [creates({ A: 'X' }), deletes()], sweeps: 1 },
  'update||SWEEP||SWEEP': { initial: X, writes: [updates({ A: 'Y' })], sweeps: 2 },
  'update||SWEEP forgotten, day 20': { initial: X, writes: [updates({ A: 'Y' })], sweeps: 1, forget: true },
  'update||SWEEP forgotten, day 400': {
    initial: X,
    writes: [updates({ A: 'Y' })],
    sweeps: 1,
    forget: true,
    sweepDay: 400,
  },
  'create||SWEEP unknown runs': { writes: [creates({ A: 'X' })], sweeps: 1, unknownRuns: true, faults: 0 },
  'update||SWEEP unknown runs': { initial: X, writes: [updates({ A: 'Y' })], sweeps: 1, unknownRuns: true },
};

export const STREAMS: Readonly<Record<string, Configuration>> = {
  'delete||create STREAM': { initial: X, writes: [deletes(), creates({ A: 'X' })], stream: true },
  'update||delete STREAM': { initial: X, writes: [updates({ A: 'Y' }), deletes()], stream: true },
  'update||putPlain STREAM': {
    initial: X,
    writes: [updates({ A: 'Y' })],
    programs: [['putPlain']],
    stream: true,
    lateRedrive: true,
  },
  'update same||removeA STREAM': {
    initial: X,
    writes: [updates({ A: 'X' })],
    programs: [['removeA']],
    stream: true,
    lateRedrive: true,
  },
  'update other||removeA STREAM': {
    initial: XX,
    writes: [updates({ B: 'Y' })],
    programs: [['removeA']],
    stream: true,
  },
  'update||deleteItem||create STREAM': {
    initial: X,
    writes: [updates({ A: 'Y' }), creates({ A: 'Z' })],
    programs: [['deleteItem']],
    stream: true,
  },
  'update||dropSaga STREAM': {
    initial: X,
    writes: [updates({ A: 'Y' })],
    programs: [['dropSaga']],
    stream: true,
    residueAllowed: true,
  },
  'create||deleteItem STREAM': {
    writes: [creates({ A: 'X' })],
    programs: [['deleteItem']],
    stream: true,
    lateRedrive: true,
  },
  'removeA, restoreA STREAM': {
    initial: X,
    writes: [],
    programs: [['removeA', 'restoreA']],
    stream: true,
    residueAllowed: true,
  },
};

/** Items that no saga wrote, or that other programs write beside the sagas. */
export const FOREIGN: Readonly<Record<string, Configuration>> = {
  'adopt||delete': { initial: FOREIGN_X, writes: [updates({ A: 'Y' }), deletes()], lateRedrive: true },
  'adopt legacy||update': { initial: LEGACY_X, writes: [updates({ A: 'Y' }), updates({ A: 'Z' })] },
  'adopt legacy||delete': { initial: LEGACY_X, writes: [updates({ A: 'Y' }), deletes()], stream: true },
  'condition||flag off, on': {
    initial: FLAGGED_X,
    writes: [updates({ A: 'Y' }, ON_FLAG)],
    programs: [['flagOff', 'flagOn']],
    lateRedrive: true,
  },
  'update||putBack before its clean-up': {
    initial: X,
    writes: [updates({ A: 'Y' })],
    programs: [['putBackBeforeCleanUp']],
    residueAllowed: true,
    faults: 0,
  },
};

/** Staged content, copies in parts, clean-up switched off. */
export const STAGED: Readonly<Record<string, Configuration>> = {
  'staged twice': {
    initial: X,
    staged: { s: 'Y' },
    writes: [updates({ A: { staged: 's', text: 'Y' } }), updates({ A: { staged: 's', text: 'Y' } })],
  },
  'staged create||update': {
    staged: { s: 'Y' },
    writes: [creates({ A: { staged: 's', text: 'Y' } }), updates({ A: { staged: 's', text: 'Y' } })],
  },
  'cleanUp off||update': {
    initial: X,
    writes: [
      updates({ A: 'Y' }, { cleanUp: { whenFailed: false, whenSucceeded: false } }),
      updates({ A: 'Z' }),
    ],
    residueAllowed: true,
  },
  'cleanUp off||delete||SWEEP': {
    initial: X,
    writes: [updates({ A: 'Y' }, { cleanUp: { whenFailed: false, whenSucceeded: false } }), deletes()],
    sweeps: 1,
    faults: 0,
    residueAllowed: true,
  },
};
