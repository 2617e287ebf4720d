// Schedules that are known, or were until they were mended, to lose, leak or misreport: the table says of each whether it does.

import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../explorer/configurations/all.ts';
import { brokenBy, explored } from './explored.ts';

/** What has most states is for `npm run test:thorough`: promises-all.test.ts has every configuration. */
const LARGE =
  /^C1 (adopt|legacy)|^C4|^C6|^margin: functions|^limit: .* again|^needed: (functions|waits|a retry)/;

describe.each(CONFIGURATIONS.filter(({ about, name }) => about !== undefined && !LARGE.test(name)))(
  '$name',
  ({ name, expected }) => {
    it(`is ${expected}`, async () => {
      const exploration = await explored(name, {}, { first: expected === 'violated' });
      if (expected === 'clean') expect(brokenBy(exploration)).toEqual([]);
      else expect(exploration.violations).not.toEqual([]);
    });
  },
);

const limits = CONFIGURATIONS.filter(({ name }) => /^limit/.test(name) && !LARGE.test(name));

it.each(limits.map(({ name }) => name))('%s: only that the write takes effect once more', async (name) => {
  const broken = (await explored(name)).violations.map(({ promise }) => promise);
  expect(broken).not.toEqual([]);
  expect(broken.filter((promise) => !/took effect 2 times$/.test(promise))).toEqual([]);
});
