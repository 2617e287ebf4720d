// A short soak, and one of a product that breaks a rule: it is seen.

import { rm } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { COMPENSATION_DELETES } from '../e2e/left-out.ts';
import { assembleMutant } from '../e2e/mutants.ts';
import { soak } from './soak.ts';

const OPTIONS = { seconds: 8, seed: 20261128, writers: 6 } as const;

test('a few seconds of writes, reads, faults and stops lose nothing', async () => {
  const report = await soak({ ...OPTIONS, assembly: inject('assembly') });
  expect(report.violations).toEqual([]);
  expect(report.outcomes.committed).toBeGreaterThan(0);
  expect(report.faults).toBeGreaterThan(0);
  expect(report.reads).toBeGreaterThan(0);
});

test('a compensation that deletes nothing is seen', async () => {
  const assembly = await assembleMutant(inject('assembly'), COMPENSATION_DELETES);
  try {
    const { violations } = await soak({ ...OPTIONS, assembly });
    expect(violations).toContainEqual(expect.stringMatching(/^left behind by /));
  } finally {
    await rm(assembly, { recursive: true });
  }
});
