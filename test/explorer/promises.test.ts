// A bounded part of `npm run explore`: every state of small configurations, and walks with fixed seeds through large ones.

import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../explorer/configurations/all.ts';
import { brokenBy, explored, walked } from './explored.ts';

describe('every state keeps the promises', () => {
  it.each([
    ['one create', { faults: 1 }],
    ['one update', { faults: 1 }],
    ['one delete', { faults: 1 }],
    ['one put', { faults: 1 }],
    ['put||delete', { faults: 0 }],
    ['one upsert of nothing', { faults: 1 }],
    ['create||create same', {}],
    ['update||update', { faults: 0 }],
    ['update||delete||create', { faults: 0 }],
    ['update||READ', { faults: 0 }],
    ['update||SWEEP', { faults: 0 }],
    ['update same||removeA STREAM', { faults: 0 }],
    ['adopt legacy||update', { faults: 0 }],
    ['condition||flag off, on', { kinds: ['stop', 'late'] }],
    ['staged create||update', {}],
    ['client: create staged', {}],
    ['client: create staged, two calls with one key', { kinds: ['after'] }],
    ['copied pointers: update of the copy', {}],
    ['two stores: update||create', {}],
  ] as const)('%s %j', async (name, changes) => {
    const exploration = await explored(name, changes);
    expect(brokenBy(exploration)).toEqual([]);
    expect(exploration.complete).toBe(true);
    expect(exploration.ends).toBeGreaterThan(0);
  });
});

it('two calls with one key are one run, whichever comes first', async () => {
  const { outcomes } = await explored('client: create staged, two calls with one key', { faults: 0 });
  expect([...outcomes.keys()]).toEqual(['e:create=ABSENT', 'e:create=SUCCEEDED']);
});

describe('random walks keep the promises', () => {
  const crowds = CONFIGURATIONS.filter(({ isCrowd, name }) => isCrowd && !/FSCK/.test(name));

  it.each(crowds.map(({ name }) => name))('%s', async (name) => {
    const exploration = await walked(name, { walks: 4, seed: 7 });
    expect(brokenBy(exploration)).toEqual([]);
    expect(exploration.ends).toBeGreaterThan(2);
  });
});

it('the same seed walks the same way', async () => {
  const [name] = CONFIGURATIONS.filter(({ isCrowd }) => isCrowd).map((one) => one.name);
  const outcomes: unknown[] = [];
  for (const seed of [3, 3, 4]) outcomes.push((await walked(name as string, { walks: 3, seed })).outcomes);
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(outcomes[0]).not.toEqual(outcomes[2]);
});
