// Negative controls: each rule of the protocol is left out of the product, and HAZARDS' shortest schedule for it must
// then lose what HAZARDS says. So hazards-b.test.ts, which stages the same schedules with the rule, can fail.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startStore } from './harness.ts';
import * as rule from './left-out.ts';
import { assembleMutant, type Mutation } from './mutants.ts';
import { Stage } from './one-item.ts';
import * as schedule from './schedules-b.ts';
import { storm } from './storm.ts';

/** What a schedule leaves behind, by the name of the loss. */
const LOSSES = {
  dangling: { losses: { dangling: [expect.any(String)] } },
  orphan: { losses: { dangling: [], orphans: [expect.any(String)] } },
  // The second item's picture is a large attribute no more: a reader would get the pointer for its content.
  'wrong content': {
    item: { owner: { S: 'second' }, _saga: { M: { large: { L: [{ S: 'page' }] } } } },
    losses: { orphans: [expect.stringContaining('attr=page'), expect.stringContaining('attr=picture')] },
  },
  'false success': { ended: { status: 'SUCCEEDED' }, item: { page: expect.anything() } },
  'applied twice': { ended: { status: 'SUCCEEDED' }, item: { views: { N: '11' } } },
  'no data, but the outcome is unknown': {
    ended: { error: 'OutcomeUnknown' },
    losses: { dangling: [], orphans: [] },
  },
} as const;

interface Control {
  readonly hazard: string;
  /** What is removed, in words and as a change of the product. */
  readonly without: string;
  readonly mutations: readonly Mutation[];
  readonly loses: readonly (readonly [keyof typeof LOSSES, schedule.Schedule])[];
}

const CONTROLS: readonly Control[] = [
  {
    hazard: 'B1',
    without: 'the deletion of own unused objects after success',
    mutations: rule.OWN_UNUSED_OBJECTS_GO,
    loses: [['orphan', schedule.identicalUpdates]],
  },
  {
    hazard: 'B2',
    without: 'the compensation of a re-plan that finds no item',
    mutations: rule.FAILED_REPLAN_COMPENSATES,
    loses: [['orphan', schedule.deletedBeforeUpdate]],
  },
  {
    hazard: 'B3',
    without: 'createdBy in the condition',
    mutations: rule.CREATED_BY_IN_CONDITION,
    loses: [['wrong content', schedule.successorOfTheSameVersion]],
  },
  {
    hazard: 'B4, B11',
    without: 'a token that is the same for each attempt',
    mutations: rule.SAME_TOKEN,
    loses: [
      ['dangling', schedule.deletedBeforeRetry],
      // The condition on the version does not help: the retry fails it, plans again and applies again.
      ['applied twice', schedule.arithmeticReportedFailed(schedule.ADD)],
      ['applied twice', schedule.arithmeticReportedFailed(schedule.EXPRESSION)],
    ],
  },
  {
    hazard: 'B5',
    without: 'the pause before a retry',
    mutations: rule.PAUSE_BEFORE_RETRY,
    loses: [['dangling', schedule.keyTakenMeanwhile]],
  },
  {
    hazard: 'B5',
    without: 'the pause after a redrive',
    mutations: rule.PAUSE_AFTER_REDRIVE,
    loses: [['dangling', schedule.keyTakenBeforeRedrive]],
  },
  {
    hazard: 'B5',
    without: "a pause after a redrive that outlasts the stopped run's function",
    mutations: rule.SECOND_PAUSE_AFTER_REDRIVE,
    loses: [['dangling', schedule.keyTakenBeforeRedrive]],
  },
  {
    hazard: 'B6',
    without: 'memory of doubt between retries',
    mutations: rule.MEMORY_OF_DOUBT,
    loses: [
      ['dangling', schedule.refusedInDoubt],
      // Rule 6 covers for it: the compensation reads that the item references the object.
      ['no data, but the outcome is unknown', schedule.crashedLandedAndRefused],
    ],
  },
  {
    hazard: 'B6',
    without: 'memory of doubt, and rule 6: what the item references is not deleted',
    mutations: [...rule.MEMORY_OF_DOUBT, ...rule.REFERENCED_OBJECTS_STAY],
    loses: [['dangling', schedule.crashedLandedAndRefused]],
  },
  {
    hazard: 'B6',
    without: 'memory of doubt across a redrive',
    mutations: rule.MEMORY_ACROSS_REDRIVE,
    loses: [['dangling', schedule.crashedAndRefused]],
  },
  {
    hazard: 'B7',
    without: 'a new plan when the condition of a delete fails',
    mutations: rule.DELETE_PLANS_AGAIN,
    loses: [['false success', schedule.updatedBeforeDelete]],
  },
  {
    hazard: 'B8',
    without: 'puts that end by themselves before the compensation',
    mutations: rule.PUTS_END_BY_THEMSELVES,
    loses: [['orphan', schedule.putInFlight]],
  },
  {
    hazard: 'B8',
    without: 'the pause after puts in doubt',
    mutations: rule.PUTS_SETTLE,
    loses: [
      ['orphan', schedule.putInFlight],
      ['orphan', schedule.putInFlightAtDelete],
    ],
  },
  {
    hazard: 'B8',
    without: "a pause after puts in doubt that outlasts the stopped run's function",
    mutations: rule.LONG_PAUSE_AFTER_REDRIVE,
    loses: [['orphan', schedule.putInFlightAtRedrive]],
  },
  {
    hazard: 'B9',
    without: "the question to Step Functions whether an object's run goes on",
    mutations: rule.RUN_IS_ASKED,
    loses: [['dangling', schedule.sweptBeforeRedrive]],
  },
  {
    hazard: 'B9',
    without: 'that question and the grace',
    mutations: [...rule.RUN_IS_ASKED, ...rule.GRACE],
    loses: [['dangling', schedule.sweptBeforeWrite]],
  },
];

describe.each(CONTROLS.map((control) => [control.hazard, control.without, control] as const))(
  '%s: without %s',
  (_hazard, _without, { mutations, loses }) => {
    const stage = new Stage();
    let assembly = '';
    beforeAll(async () => {
      assembly = await assembleMutant(inject('assembly'), mutations);
      await stage.open({ assembly });
    });
    beforeEach(() => stage.reset());
    afterAll(async () => {
      await stage.close();
      await rm(assembly, { recursive: true, force: true });
    });

    it.each(loses)('%s', async (loss, play) => {
      expect(await play(stage)).toMatchObject(LOSSES[loss]);
    });
  },
);

it('the storm: without what B1 and B2 leave out, objects are orphaned', { timeout: 120_000 }, async () => {
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
      { machine: 'Create', path: 'States.WriteItem.Retry.2.IntervalSeconds', from: 14, to: 1 },
      /Create: States\.WriteItem\.Retry\.2\.IntervalSeconds is 15, expected 14/,
    ],
  ])('%s', async (_, mutation, message) => {
    await expect(assembleMutant(inject('assembly'), [mutation])).rejects.toThrow(message);
  });
});
