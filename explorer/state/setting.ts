// Fixed things: the stores, their machines, names and times.

import type { StoreDescriptor } from '../../core/contract/store.ts';
import type { Run as RunName } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';

export const DAY_MS = 86_400_000;
/** When every exploration begins. */
export const START = Date.parse('2026-06-01T00:00:00.000Z');

const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:';

function store(table: string, suffix: string): StoreDescriptor {
  return {
    table,
    bucket: 'b',
    prefix: 'items',
    stagingPrefix: `staging${suffix}`,
    key: { partitionKey: { name: 'id', type: 'S' } },
    legacy: { prefix: 'old' },
    region: 'us-east-1',
    stateMachines: {
      create: `${MACHINE}create${suffix}`,
      update: `${MACHINE}update${suffix}`,
      delete: `${MACHINE}delete${suffix}`,
    },
  };
}

/** Two stores on one bucket and prefix; most configurations use the first alone. */
export const STORES: readonly StoreDescriptor[] = [store('t', ''), store('t2', '2')];

export function storeAt(index: number): StoreDescriptor {
  return STORES[index] as StoreDescriptor;
}

/** The run that wrote the items that are there at the start. */
export const INITIAL_RUN: RunName = {
  operation: 'create',
  name: 'init',
  startTime: new Date(START - 30 * DAY_MS).toISOString(),
};

/** Short names of runs, as the hazards have them. */
export const RUN_NAMES = 'efghij';

export function itemKey(id: string): Item {
  return { id: { S: id } };
}

/** Where an item stands in a state. */
export function itemPlace(table: string, id: string): string {
  return `${table}/${id}`;
}

/** Each run's start, a millisecond after the one before. */
export function startTimeOf(run: number): string {
  return new Date(START + run).toISOString();
}
