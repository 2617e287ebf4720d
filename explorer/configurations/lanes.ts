// Runs of the Express lane, and the Standard ones that go on with them: alone, beside other writes, started twice under one name,
// settled by a caller who has lost the answer, beside sweeps and readers (docs/lanes.md).

import type { Configuration, FaultKind, Write } from '../state/configuration.ts';
import { creates, deletes, FOREIGN_X, puts, updates, upserts, X, XX } from './writes.ts';

function express(write: Write): Write {
  return { ...write, lane: 'express' };
}

const AX = { A: 'X' };
const AY = { A: 'Y' };
const AZ = { A: 'Z' };

const ALONE: Readonly<Record<string, Configuration>> = {
  create: { writes: [express(creates(AX))], faults: 2, redrives: 2, lateRedrive: true },
  'create AB': { writes: [express(creates({ A: 'X', B: 'Y' }))], faults: 2 },
  'small create': { writes: [express(creates({}))], faults: 2, lateRedrive: true },
  'create too large to be written': { writes: [express(creates({ A: 'X', B: 'Y' }))], writesTooLarge: true },
  'create that DynamoDB refuses': { writes: [express(creates(AX))], refusesWrites: true },
  update: { initial: X, writes: [express(updates(AY))], faults: 2, redrives: 2, lateRedrive: true },
  'update same': { initial: X, writes: [express(updates(AX))], faults: 2, lateRedrive: true },
  put: { initial: X, writes: [express(puts(AY))], faults: 2, lateRedrive: true },
  upsert: { writes: [express(upserts(AX))], faults: 2, lateRedrive: true },
  delete: { initial: X, writes: [express(deletes())], faults: 2, redrives: 2, lateRedrive: true },
  'delete of nothing': { writes: [express(deletes())], faults: 2, lateRedrive: true },
};

const BESIDE: Readonly<Record<string, Configuration>> = {
  'create||create': { writes: [express(creates(AX)), creates(AY)], lateRedrive: true },
  'create||express create': { writes: [express(creates(AX)), express(creates(AY))] },
  'create||delete': { writes: [express(creates(AX)), deletes()], lateRedrive: true },
  'create||update': { writes: [express(creates(AX)), updates(AY)], lateRedrive: true },
  'update||update': { initial: X, writes: [express(updates(AY)), updates(AZ)], lateRedrive: true },
  'update||express update': { initial: X, writes: [express(updates(AY)), express(updates(AZ))] },
  'update||update swap': { initial: X, writes: [express(updates(AY)), updates(AX)], lateRedrive: true },
  'update(expectedVersion)||update': {
    initial: X,
    writes: [express(updates(AY, { expectedVersion: 1 })), updates(AZ)],
    lateRedrive: true,
  },
  'update||delete': { initial: X, writes: [express(updates(AY)), deletes()], lateRedrive: true },
  'put||update': { initial: X, writes: [express(puts(AY)), updates(AZ)] },
  'put||delete': { initial: X, writes: [express(puts(AY)), deletes()] },
  'upsert||delete': { initial: X, writes: [express(upserts(AY)), deletes()] },
  'delete||create': { initial: X, writes: [express(deletes()), creates(AX)], lateRedrive: true },
  'delete||update': { initial: X, writes: [express(deletes()), updates(AY)], lateRedrive: true },
  'delete||delete': { initial: X, writes: [express(deletes()), deletes()] },
  'create||delete||create': { writes: [express(creates(AX)), deletes(), creates(AY)], faults: 0 },
  'update||delete||create': { initial: X, writes: [express(updates(AY)), deletes(), creates(AZ)], faults: 0 },
  'update||update||READ': { initial: X, writes: [express(updates(AY)), updates(AZ)], readers: 1, faults: 0 },
  'update||READ': { initial: XX, writes: [express(updates({ A: 'Y', B: 'Y' }))], readers: 1 },
  'create||FSCK': { writes: [express(creates(AX))], fscks: 1 },
  'update||FSCK': { initial: X, writes: [express(updates(AY))], fscks: 1, faults: 0 },
  'update on foreign||delete': { initial: FOREIGN_X, writes: [express(updates(AY)), deletes()] },
  'update||putPlain STREAM': {
    initial: X,
    writes: [express(updates(AY))],
    programs: [['putPlain']],
    stream: true,
    lateRedrive: true,
  },
  'delete||putPlain STREAM': {
    initial: X,
    writes: [express(deletes())],
    programs: [['putPlain']],
    stream: true,
    lateRedrive: true,
  },
};

/** A write that is in doubt for longer than its token lasts, from its first attempt on, which was the Express run's. */
const LONG: readonly FaultKind[] = ['exhaust', 'outage', 'late', 'after'];
/** A function that runs on though its task has ended, as Express tasks do before their functions. */
const RUNS_ON: readonly FaultKind[] = ['early', 'late', 'refused'];

const DOUBT: Readonly<Record<string, Configuration>> = {
  'update, in doubt for long': {
    initial: X,
    writes: [express(updates(AY))],
    faults: 3,
    redrives: 0,
    kinds: LONG,
  },
  'create, in doubt for long': { writes: [express(creates(AX))], faults: 3, redrives: 0, kinds: LONG },
  'update, handed over late': {
    initial: X,
    writes: [express(updates(AY))],
    faults: 3,
    redrives: 0,
    kinds: LONG,
    // Of the write and its hand-over alone: an outage is shorter here than a token lives, but for the time that was before it.
    faultsAt: ['WriteItem', 'HandOver'],
    handOverMs: 240_000,
    outageMs: 400_000,
  },
  'create AB, functions run on': {
    writes: [express(creates({ A: 'X', B: 'Y' }))],
    faults: 2,
    kinds: RUNS_ON,
  },
  'create||delete, functions run on': {
    writes: [express(creates(AX)), deletes()],
    faults: 2,
    redrives: 0,
    kinds: RUNS_ON,
  },
  'update||update, functions run on': {
    initial: X,
    writes: [express(updates(AY)), updates(AZ)],
    kinds: RUNS_ON,
  },
  'create||create, in doubt': {
    writes: [express(creates(AX)), creates(AY)],
    faults: 2,
    kinds: ['late', 'exhaust', 'refused'],
  },
  'create||delete, in doubt': {
    writes: [express(creates(AX)), deletes()],
    faults: 2,
    kinds: ['late', 'exhaust', 'refused'],
  },
  'update||update, in doubt': {
    initial: X,
    writes: [express(updates(AY)), updates(AZ)],
    faults: 2,
    kinds: ['late', 'exhaust', 'refused'],
  },
  'staged create': {
    staged: { s: 'X' },
    writes: [express(creates({ A: { staged: 's', text: 'X' } }))],
    faults: 2,
    kinds: RUNS_ON,
  },
};

const TWICE: Readonly<Record<string, Configuration>> = {
  create: { writes: [express(creates(AX))] },
  'create||create': { writes: [express(creates(AX)), creates(AY)] },
  'create||delete': { writes: [express(creates(AX)), deletes()] },
  'create||create||delete': { writes: [express(creates(AX)), creates(AY), deletes()], faults: 0 },
  update: { initial: X, writes: [express(updates(AY))] },
  'update(expectedVersion)': { initial: X, writes: [express(updates(AY, { expectedVersion: 1 }))] },
  'update(expectedVersion)||update': {
    initial: X,
    writes: [express(updates(AY, { expectedVersion: 1 })), updates(AZ)],
  },
  'update||update': { initial: X, writes: [express(updates(AY)), updates(AZ)], faults: 0 },
  'update||delete': { initial: X, writes: [express(updates(AY)), deletes()], faults: 0 },
  delete: { initial: X, writes: [express(deletes())] },
  'delete||create': { initial: X, writes: [express(deletes()), creates(AZ)], faults: 0 },
  'create||SWEEP': { writes: [express(creates(AX))], sweeps: 1 },
  'create, both in doubt': { writes: [express(creates(AX))], faults: 2, kinds: ['exhaust', 'late', 'stop'] },
  'update(expectedVersion), both in doubt': {
    initial: X,
    writes: [express(updates(AY, { expectedVersion: 1 }))],
    faults: 2,
    kinds: ['exhaust', 'late'],
  },
  'create||SWEEP, both in doubt': {
    writes: [express(creates(AX))],
    sweeps: 1,
    faults: 2,
    kinds: ['exhaust', 'late'],
  },
};

const SETTLED: Readonly<Record<string, Configuration>> = {
  create: { writes: [express(creates(AX))], faults: 2 },
  'create AB': { writes: [express(creates({ A: 'X', B: 'Y' }))] },
  'create||delete': { writes: [express(creates(AX)), deletes()] },
  'create||create': { writes: [express(creates(AX)), creates(AY)] },
  'create||delete||create': { writes: [express(creates(AX)), deletes(), creates(AY)], faults: 0 },
  update: { initial: X, writes: [express(updates(AY))], faults: 2 },
  'update same': { initial: X, writes: [express(updates(AX))] },
  'update||update': { initial: X, writes: [express(updates(AY)), updates(AZ)] },
  'update||update||update': {
    initial: X,
    writes: [express(updates(AY)), updates(AZ), updates({ A: 'W' })],
    faults: 0,
  },
  'update||delete': { initial: X, writes: [express(updates(AY)), deletes()] },
  'update||delete||create': { initial: X, writes: [express(updates(AY)), deletes(), creates(AZ)], faults: 0 },
  put: { initial: X, writes: [express(puts(AY))] },
  upsert: { writes: [express(upserts(AX))] },
  delete: { initial: X, writes: [express(deletes())], faults: 2 },
  'delete||create': { initial: X, writes: [express(deletes()), creates(AZ)] },
  'delete||update': { initial: X, writes: [express(deletes()), updates(AZ)] },
  'delete||delete': { initial: X, writes: [express(deletes()), deletes()] },
  'create||SWEEP': { writes: [express(creates(AX))], sweeps: 1 },
  'update||SWEEP': { initial: X, writes: [express(updates(AY))], sweeps: 1 },
  'update twice(expectedVersion)': {
    initial: X,
    writes: [express(updates(AY, { expectedVersion: 1 }))],
    twice: true,
    faults: 0,
  },
};

/** Ten minutes, in days: an Express run has ended by then, but not what it may have left running. */
const TEN_MINUTES = 10 / (24 * 60);
const HALF_AN_HOUR = 30 / (24 * 60);

const SWEPT: Readonly<Record<string, Configuration>> = {
  'create||SWEEP': { writes: [express(creates(AX))], sweeps: 1, faults: 2 },
  'create||SWEEP, redriven late': { writes: [express(creates(AX))], sweeps: 1, lateRedrive: true },
  'update||SWEEP': { initial: X, writes: [express(updates(AY))], sweeps: 1, lateRedrive: true },
  'put||SWEEP': { initial: X, writes: [express(puts(AY))], sweeps: 1 },
  'delete||SWEEP': { initial: X, writes: [express(deletes())], sweeps: 1 },
  'update||update||SWEEP': {
    initial: X,
    writes: [express(updates(AY)), updates(AX)],
    sweeps: 1,
    faults: 0,
  },
  'create||SWEEP after ten minutes, without a grace': {
    writes: [express(creates(AX))],
    sweeps: 1,
    sweepDay: TEN_MINUTES,
    graceDays: 0,
    kinds: ['stop', 'late'],
  },
  'create||SWEEP after half an hour, without a grace': {
    writes: [express(creates(AX))],
    sweeps: 1,
    faults: 2,
    sweepDay: HALF_AN_HOUR,
    graceDays: 0,
  },
};

export const LANES: Readonly<Record<string, Configuration>> = Object.fromEntries([
  ...prefixed('express', { ...ALONE, ...BESIDE, ...DOUBT }),
  ...prefixed('express twice', TWICE, { twice: true }),
  ...prefixed('express settled', SETTLED, { settles: true }),
  ...prefixed('express', SWEPT),
]);

function prefixed(
  prefix: string,
  configurations: Readonly<Record<string, Configuration>>,
  more: Partial<Configuration> = {},
): readonly (readonly [name: string, Configuration])[] {
  return Object.entries(configurations).map(([name, one]) => [`${prefix} ${name}`, { ...one, ...more }]);
}
