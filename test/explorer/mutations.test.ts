// The search can find something: a rule left out shows, after the steps that the hazard needs. Here one mutation of each kind of
// loss; mutations-all.test.ts has all of them.

import { describe, expect, it } from 'vitest';
import { loadProduct } from '../../explorer/model/model.ts';
import { MUTATIONS, mutationNamed } from '../../explorer/mutations/all.ts';
import type { Mutation } from '../../explorer/mutations/mutation.ts';
import { tryMutation } from '../../explorer/mutations/table.ts';

it.each([
  ['no-token', 'e:update took effect 2 times'],
  ['no-kept-pointer', 'dangling: the item points at A/X/init'],
  ['own-unused-stay', 'residue: {A/Y/f} though every run ended properly'],
  ['read-missing-alone', expect.stringContaining('torn read')],
])('%s', async (name, promise) => {
  const { violation } = await tryMutation(mutationNamed(name) as Mutation);
  expect(violation?.promise).toEqual(promise);
});

describe('a mutation that would change nothing is an error', () => {
  it.each([
    [
      'a text that is not in the source',
      { file: 'core/saga/plan.ts', from: 'no such text', to: '' },
      'core/saga/plan.ts: expected once, found 0 times: no such text',
    ],
    [
      'a source that no function uses',
      { file: 'cli/run.ts', from: 'export', to: '' },
      'the explored code does not use cli/run.ts',
    ],
    [
      'another value in the definition',
      { machine: 'create', path: 'States.WriteItem.Type', from: 'Pass', to: 'Fail' },
      'create: States.WriteItem.Type is "Task", expected "Pass"',
    ],
    [
      'a path that is not there',
      { machine: 'create', path: 'States.NoSuch.Type', from: 'Pass', to: 'Fail' },
      'create: there is no States.NoSuch.Type',
    ],
  ] as const)('%s', async (_, change, message) => {
    await expect(loadProduct([change])).rejects.toThrow(message);
  });
});

it('has names of its own for each', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
});
