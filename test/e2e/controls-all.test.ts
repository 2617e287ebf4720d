// The negative controls that controls.test.ts leaves out: with it, each rule of the protocol is left out once.

import { rm } from 'node:fs/promises';
import { expect, inject, it } from 'vitest';
import { CONTROLS, describeControls } from './controls.ts';
import { startStore } from './harness.ts';
import * as rule from './left-out.ts';
import { assembleMutant } from './mutants.ts';
import { storm } from './storm.ts';

describeControls(CONTROLS.filter(({ every }) => !every));

it('the storm: without what B1 and B2 leave out, objects are orphaned', async () => {
  const mutations = [...rule.OWN_UNUSED_OBJECTS_GO, ...rule.FAILED_REPLAN_COMPENSATES];
  const assembly = await assembleMutant(inject('assembly'), mutations);
  try {
    await using store = await startStore({ assembly });
    const { losses } = await storm(store);
    expect(losses.flatMap(({ orphans }) => orphans)).not.toEqual([]);
  } finally {
    await rm(assembly, { recursive: true });
  }
});
