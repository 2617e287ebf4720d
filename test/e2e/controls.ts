// The rules of the protocol, each with a mutant that lacks it, HAZARDS' shortest schedule for it, and what that must then lose.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import * as rule from './left-out.ts';
import { assembleMutant, type Mutation } from './mutants.ts';
import { Stage } from './one-item.ts';
import * as schedule from './schedules-b.ts';

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

export interface Control {
  /** Whether every test run plays it, as an example of its loss; the others are for `npm run test:thorough`. */
  readonly every?: true;
  readonly hazard: string;
  /** What is removed, in words and as a change of the product. */
  readonly without: string;
  readonly mutations: readonly Mutation[];
  readonly loses: readonly (readonly [keyof typeof LOSSES, schedule.Schedule])[];
}

export const CONTROLS: readonly Control[] = [
  {
    hazard: 'B1',
    without: 'the deletion of own unused objects after success',
    mutations: rule.OWN_UNUSED_OBJECTS_GO,
    every: true,
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
    every: true,
    loses: [['wrong content', schedule.successorOfTheSameVersion]],
  },
  {
    hazard: 'B4, B11',
    without: 'a token that is the same for each attempt',
    mutations: rule.SAME_TOKEN,
    every: true,
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
    every: true,
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
    every: true,
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
    every: true,
    // The redriven run looks for its object before it begins anew (C1).
    loses: [['no data, but the outcome is unknown', schedule.sweptBeforeRedrive]],
  },
  {
    hazard: 'B9',
    without: 'that question and the grace',
    mutations: [...rule.RUN_IS_ASKED, ...rule.GRACE],
    loses: [['dangling', schedule.sweptBeforeWrite]],
  },
];

/** Plays the schedules of each control on a mutant of its own. */
export function describeControls(controls: readonly Control[]): void {
  describe.each(controls.map((control) => [control.hazard, control.without, control] as const))(
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
}
