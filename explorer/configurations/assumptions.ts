// What Step Functions or the clocks might do otherwise than is documented.

import type { Configuration } from '../state/configuration.ts';
import type { KnownCase } from './known.ts';
import { creates, deletes, updates, X } from './writes.ts';

const YZ = { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'Z' })] } as const;

export const ASSUMPTIONS: Readonly<Record<string, Configuration>> = {
  'clock +20 s: one create': {
    writes: [creates({ A: 'X' })],
    faults: 2,
    lateRedrive: true,
    clockSkewMs: 20_000,
  },
  'clock +10 min: update||update': { ...YZ, lateRedrive: true, clockSkewMs: 600_000 },
  'clock -10 min: update||update': { ...YZ, lateRedrive: true, clockSkewMs: -600_000 },
};

/** Taken away together, or far enough, these lose data: they are what the promises rest on (docs/consistency.md). */
export const NEEDED: Readonly<Record<string, KnownCase>> = {
  'needed: one of two clocks': {
    about:
      'no clock tells that time has passed: `$now()` stays that of the first attempt, and the functions’ clock is behind',
    expected: 'violated',
    configuration: {
      initial: X,
      writes: [updates({ A: 'Y' })],
      faults: 2,
      lateRedrive: true,
      clockSkewMs: -600_000,
      frozenContext: true,
    },
  },
  'needed: a retry count that grows': {
    about: 'the state machine tells each attempt that it is the first: no put is in doubt',
    expected: 'violated',
    configuration: { ...YZ, faults: 2, kinds: ['late', 'after', 'refused'], frozenContext: true },
  },
  'needed: waits that a redrive does not skip': {
    about: 'a run that is stopped while it waits, and redriven, goes on at once',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X', B: 'Y' })],
      faults: 3,
      kinds: ['late', 'refused', 'stop'],
      waitSkipped: true,
    },
  },
  'needed: a prefix for each store': {
    about:
      'a sweep of another store of the same prefix deletes what it does not know, once its run can only be forgotten',
    expected: 'violated',
    configuration: { writes: [creates({ A: 'X' })], faults: 0, sweeps: 1, sweepOf: 1, sweepDay: 400 },
  },
  'needed: programs that copy no pointers': {
    about:
      'an item whose pointers were copied from another: the next write of that one takes its object along',
    expected: 'violated',
    configuration: { initial: X, copied: true, writes: [updates({ A: 'Y' })], faults: 0 },
  },
  'needed: programs that put no pointers back': {
    about: 'a program saves the whole old item again, after the clean-up: its objects are gone',
    expected: 'violated',
    configuration: {
      initial: X,
      writes: [updates({ A: 'Y' })],
      programs: [['putBackAtLast']],
      residueAllowed: true,
      faults: 0,
    },
  },
  'needed: requests do not live for a minute': {
    about: 'a request lands a minute after its caller has given up on it',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X', B: 'Y' })],
      faults: 2,
      kinds: ['late', 'refused'],
      requestLifeMs: 60_000,
    },
  },
  'needed: functions start within a minute': {
    about: 'a function begins two minutes after it was called, when its run has been stopped and redriven',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X' }), creates({ A: 'Y' }), deletes()],
      kinds: ['stop'],
      coldStartMs: 120_000,
    },
  },
};

const REDRIVEN_LATE = { lateRedrive: true, kinds: ['stop', 'outage'], undoneCounts: true } as const;

/** What cannot be known, and is taken for not written all the same (docs/protocol.md): elsewhere such effects are not counted. */
export const LIMITS: Readonly<Record<string, KnownCase>> = {
  'limit: create, deleted before it asks': {
    about:
      'a create in doubt that looks nine minutes later, after a delete and before that delete’s clean-up, is made once more',
    expected: 'violated',
    configuration: { writes: [creates({ A: 'X' }), deletes()], ...REDRIVEN_LATE },
  },
  'limit: create, deleted before it asks, and created again by another': {
    about:
      'the same, when another create comes first: it ends as RolledBack though its item was there for a while',
    expected: 'violated',
    configuration: { writes: [creates({ A: 'X' }), deletes(), creates({ A: 'Y' })], ...REDRIVEN_LATE },
  },
  'limit: small create, deleted before it asks': {
    about: 'a create without large attributes is made once more whenever its item was deleted meanwhile',
    expected: 'violated',
    configuration: { writes: [creates({}), deletes()], ...REDRIVEN_LATE },
  },
  'limit: create||deleteItem STREAM': {
    about: 'the same of a create whose item another program deletes, before the stream’s clean-up',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X' })],
      programs: [['deleteItem']],
      stream: true,
      ...REDRIVEN_LATE,
    },
  },
  'limit: repeatable update||putBack': {
    about: 'an update that may be repeated is made once more when a program has put its item back as it was',
    expected: 'violated',
    configuration: {
      initial: X,
      writes: [updates({ A: 'Y' }, { addsNothing: true })],
      programs: [['putBack']],
      residueAllowed: true,
      ...REDRIVEN_LATE,
    },
  },
  'limit: delete||putBack': {
    about: 'a delete, too',
    expected: 'violated',
    configuration: {
      initial: X,
      writes: [deletes()],
      programs: [['putBack']],
      residueAllowed: true,
      ...REDRIVEN_LATE,
    },
  },
};
