// More than one item, more than one store, and writes that the product's own client asks for.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, updates, X } from './writes.ts';

const stages = { stages: true } as const;

/** From the client's first call to what it tells its caller: staging, start, idempotency by name, lost answers, its death. */
export const CLIENTS: Readonly<Record<string, Configuration>> = {
  'client: create': { writes: [creates({ A: 'X' }, { client: {} })] },
  'client: create staged': { writes: [creates({ A: 'X' }, { client: stages })] },
  'client: create staged, two calls with one key': {
    writes: [creates({ A: 'X' }, { client: { ...stages, calls: 2 } })],
    kinds: ['after', 'late', 'stop'],
  },
  'client: update staged, two calls with one key': {
    initial: X,
    writes: [updates({ A: 'Y' }, { client: { ...stages, calls: 2 } })],
    kinds: ['before', 'after', 'stop'],
  },
  'client: update staged||delete': {
    initial: X,
    writes: [updates({ A: 'Y' }, { client: stages }), deletes()],
    kinds: ['after', 'stop'],
  },
  'client: delete, two calls with one key': { initial: X, writes: [deletes({ client: { calls: 2 } })] },
};

/** The item `l` whose pointers a program has copied from the item `k`: they borrow, and sagas on `l` take nothing from `k`. */
export const COPIES: Readonly<Record<string, Configuration>> = {
  'copied pointers: update of the copy': {
    initial: X,
    copied: true,
    writes: [updates({ A: 'Y' }, { item: 'l' })],
    lateRedrive: true,
  },
  'copied pointers: update of the copy with the same content': {
    initial: X,
    copied: true,
    writes: [updates({ A: 'X' }, { item: 'l' })],
    lateRedrive: true,
  },
  'copied pointers: delete of the copy': {
    initial: X,
    copied: true,
    writes: [deletes({ item: 'l' })],
    lateRedrive: true,
  },
  'copied pointers: update||update of the copy': {
    initial: X,
    copied: true,
    writes: [updates({ A: 'Y' }), updates({ A: 'X' }, { item: 'l' })],
    faults: 0,
    danglingAllowed: ['l'],
  },
  'copied pointers: delete||update of the copy': {
    initial: X,
    copied: true,
    writes: [deletes(), updates({ A: 'Y' }, { item: 'l' })],
    faults: 0,
    danglingAllowed: ['l'],
  },
  'copied pointers: copied while an update goes on': {
    initial: X,
    writes: [updates({ A: 'Y' }), deletes({ item: 'l' })],
    programs: [['copyToL']],
    faults: 0,
    danglingAllowed: ['l'],
  },
  'copied pointers: update of the copy||SWEEP': {
    initial: X,
    copied: true,
    writes: [updates({ A: 'Y' }, { item: 'l' })],
    sweeps: 1,
  },
  'two items: update||update': {
    initial: X,
    writes: [updates({ A: 'Y' }), creates({ A: 'Y' }, { item: 'l' })],
    faults: 0,
  },
};

/** Two stores of one bucket and prefix, and of items with the same keys. */
export const STORES_TOGETHER: Readonly<Record<string, Configuration>> = {
  'two stores: create||create': {
    writes: [creates({ A: 'X' }), creates({ A: 'X' }, { store: 1 })],
    faults: 0,
  },
  'two stores: update||create': {
    initial: X,
    writes: [updates({ A: 'Y' }), creates({ A: 'X' }, { store: 1 })],
    faults: 0,
  },
  'two stores: create||SWEEP of the other': { writes: [creates({ A: 'X' })], sweeps: 1, sweepOf: 1 },
  'two stores: create||SWEEP of the other, day 200': {
    writes: [creates({ A: 'X' })],
    sweeps: 1,
    sweepOf: 1,
    sweepDay: 200,
    forget: true,
  },
};
