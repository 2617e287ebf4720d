// Four writers and everybody else at once: too many states for all of them, so for random walks.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, updates, X, XX } from './writes.ts';

const MUCH = { faults: 2, redrives: 2, lateRedrive: true } as const;

const express = { lane: 'express' } as const;

export const CROWDS: Readonly<Record<string, Configuration>> = {
  'crowd: update||update||delete||create READ': {
    initial: XX,
    writes: [updates({ A: 'Y' }), updates({ A: 'X', B: 'Z' }), deletes(), creates({ A: 'W' })],
    readers: 1,
    ...MUCH,
  },
  'crowd: update||update||delete||create SWEEP': {
    initial: X,
    writes: [updates({ A: 'Y' }), updates({ A: 'X' }), deletes(), creates({ A: 'W' })],
    sweeps: 2,
    ...MUCH,
  },
  'crowd: create||update||delete||create SWEEP READ': {
    writes: [creates({ A: 'X' }), updates({ A: 'Y' }), deletes(), creates({ A: 'X' })],
    sweeps: 1,
    readers: 1,
    forget: true,
    ...MUCH,
  },
  'crowd: update||update||delete STREAM deleteItem': {
    initial: X,
    writes: [updates({ A: 'Y' }), updates({ A: 'X' }), deletes()],
    programs: [['removeA'], ['deleteItem']],
    stream: true,
    sweeps: 1,
    faults: 2,
    residueAllowed: true,
  },
  'crowd: adopt legacy||update||delete||create': {
    initial: { large: { A: 'X', B: 'X' }, writtenBy: 'legacy' },
    writes: [updates({ A: 'Y' }), updates({ B: 'Z' }), deletes(), creates({ A: 'X' })],
    readers: 1,
    stream: true,
    faults: 2,
    residueAllowed: true,
  },
  'crowd: both lanes SWEEP READ': {
    initial: X,
    writes: [
      updates({ A: 'Y' }, express),
      updates({ A: 'X' }),
      deletes(express),
      creates({ A: 'W' }, express),
    ],
    sweeps: 1,
    readers: 1,
    ...MUCH,
  },
  'crowd: both lanes, settled': {
    writes: [
      creates({ A: 'X' }, express),
      updates({ A: 'Y' }, express),
      deletes(),
      creates({ A: 'X' }, express),
    ],
    settles: true,
    sweeps: 1,
    ...MUCH,
  },
  'crowd: both lanes, twice': {
    initial: X,
    writes: [updates({ A: 'Y' }, express), updates({ A: 'X' }, express), deletes()],
    twice: true,
    readers: 1,
    ...MUCH,
  },
  'crowd: FSCK': {
    initial: X,
    writes: [updates({ A: 'Y' }), deletes(), creates({ A: 'W' })],
    fscks: 1,
  },
};
