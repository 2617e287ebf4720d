// Negative controls: a rule of the protocol is left out of the product, and the shortest schedule for it must then lose
// what HAZARDS says. So hazards-b.test.ts, which stages the same schedules with the rule, can fail. Here one for each
// kind of loss; controls-all.test.ts has the others.

import { describe, expect, inject, it } from 'vitest';
import { CONTROLS, describeControls } from './controls.ts';
import { assembleMutant, type Mutation } from './mutants.ts';

describeControls(CONTROLS.filter(({ every }) => every));

describe('a mutation that would change nothing is an error', () => {
  it.each<[string, Mutation, RegExp]>([
    [
      'a text that is not in the source',
      { task: 'plan', file: 'core/saga/plan.ts', from: 'no such text', to: '' },
      /core\/saga\/plan\.ts: expected once, found 0 times: no such text/,
    ],
    [
      'a source that the task does not use',
      { task: 'put-object', file: 'core/saga/outcome.ts', from: 'export', to: '' },
      /put-object does not use core\/saga\/outcome\.ts/,
    ],
    [
      'another value in the definition',
      { machine: 'Create', path: 'States.WriteItem.Retry.1.IntervalSeconds', from: 14, to: 1 },
      /Create: States\.WriteItem\.Retry\.1\.IntervalSeconds is 15, expected 14/,
    ],
  ])('%s', async (_, mutation, message) => {
    await expect(assembleMutant(inject('assembly'), [mutation])).rejects.toThrow(message);
  });
});
