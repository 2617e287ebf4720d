// Schedules that are known to lose, leak or misreport: the table says of each whether it still does.

import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../explorer/configurations/all.ts';
import { brokenBy, explored } from './explored.ts';

/** What has most states is for `npm run test:thorough`, once it is expected to be clean. */
const LARGE = /^C4 create|^C6 big update|^needed: (functions|waits|a retry)/;

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
