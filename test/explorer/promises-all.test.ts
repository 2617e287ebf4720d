// Every state of every configuration but the largest, which `npm run explore` has; and more walks than promises.test.ts.

import { expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../explorer/configurations/all.ts';
import { brokenBy, explored, walked } from './explored.ts';

const LARGEST = new Set(['update||FSCK with a fault']);
const whole = CONFIGURATIONS.filter(({ isCrowd, name }) => !isCrowd && !LARGEST.has(name));
const crowds = CONFIGURATIONS.filter(({ isCrowd }) => isCrowd);

it.each(whole.map(({ name, expected }) => [name, expected] as const))('%s is %s', async (name, expected) => {
  const exploration = await explored(name, {}, { first: expected === 'violated' });
  if (expected === 'violated') return expect(exploration.violations).not.toEqual([]);
  expect(brokenBy(exploration)).toEqual([]);
  expect(exploration.complete).toBe(true);
});

it.each(crowds.map(({ name }) => name))('%s', async (name) => {
  expect(brokenBy(await walked(name, { walks: 200, seed: 1_000 }))).toEqual([]);
});
