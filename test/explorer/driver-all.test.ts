// More random programs of answers than driver.test.ts has, through the explorer's driver and on the local Step Functions.

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { inExplorer, onLocalStates, randomAnswers } from './driver.ts';

const FIRST = 1_000;
const PROGRAMS = 100;

// Jittered retries wait the shortest time in the explorer.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe.each(['create', 'update', 'delete'] as const)('%s', (machine) => {
  it(`programs ${FIRST} to ${FIRST + PROGRAMS - 1}`, async () => {
    for (let seed = FIRST; seed < FIRST + PROGRAMS; seed += 1) {
      const answers = randomAnswers(seed);
      const ran = { seed, ...(await inExplorer(machine, answers)) };
      expect(ran).toEqual({ seed, ...(await onLocalStates(machine, answers)) });
    }
  });
});
