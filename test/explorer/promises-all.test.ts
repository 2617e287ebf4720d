// Every configuration, each up to so many states, the nearest first: all states but of the largest, which `npm run explore` looks
// at in full. And more walks than promises.test.ts.

import { expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../explorer/configurations/all.ts';
import { brokenBy, explored, walked } from './explored.ts';

const MAX_STATES = 1_000;
const whole = CONFIGURATIONS.filter(({ isCrowd }) => !isCrowd);
const crowds = CONFIGURATIONS.filter(({ isCrowd }) => isCrowd);

it.each(whole.map(({ name, expected }) => [name, expected] as const))('%s is %s', async (name, expected) => {
  if (expected === 'violated') {
    return expect((await explored(name, {}, { first: true })).violations).not.toEqual([]);
  }
  const exploration = await explored(name, {}, { maxStates: MAX_STATES });
  expect(brokenBy(exploration)).toEqual([]);
  expect(exploration.complete || exploration.states >= MAX_STATES).toBe(true);
});

it.each(crowds.map(({ name }) => name))('%s', async (name) => {
  expect(brokenBy(await walked(name, { walks: 100, seed: 1_000 }))).toEqual([]);
});
