// Rules 5 to 7 of docs/protocol.md, each left out once: puts, compensation and clean-up, the sweeper.

import type { Change } from '../model/model.ts';
import { inMachines, type Mutation } from './mutation.ts';

const WRITES = ['create', 'update'] as const;
const PUT_STATES = 'States.PutObjects.ItemProcessor.States';

const PLAN = 'core/saga/plan.ts';
const SWEEP = 'core/sweep/sweep.ts';

const SETTLING =
  '{% ($redriven := $states.context.Execution.RedriveCount > $redrivesAtPlan; $slow := $toMillis($now()) - $toMillis($plannedAt) >= 60000; $max($append(0, $map($states.result[inDoubt], function($put) { $put.staged and ($redriven or $put.lost or $slow) ? 1230 : $redriven or $put.lost ? 90 : 15 })))) %}';

/** How long puts in doubt settle, with one text in the place of another. */
export function settling(from: string, to: string): readonly Change[] {
  const path = 'States.PutObjects.Assign.secondsToSettle';
  return inMachines(
    WRITES,
    path,
    SETTLING,
    SETTLING.replace(from, () => to),
  );
}

const RUN_IS_ASKED = {
  file: SWEEP,
  from: "return hasEndedForGood(run, description, now) ? 'ended' : 'goingOn';",
  to: "return 'ended';",
};

export const OBJECTS: readonly Mutation[] = [
  {
    name: 'first-put-failure-ends-all',
    rule: '5',
    hazards: 'B8',
    without: 'puts that end by themselves before the compensation',
    changes: [
      ...inMachines(['create'], `${PUT_STATES}.PutFailed.Type`, 'Pass', 'Fail'),
      ...inMachines(['create'], `${PUT_STATES}.PutFailed.End`, true, undefined),
      ...inMachines(['create'], 'States.PutObjects.Catch', undefined, [
        {
          ErrorEquals: ['States.ALL'],
          Assign: {
            failure: { name: 'PutRefused', cause: '{"message": "refused", "attribute": "A", "code": "403"}' },
          },
          Next: 'DeleteCreatedObjects',
        },
      ]),
    ],
    shownBy: { configuration: 'one create AB', kinds: ['late', 'refused'] },
  },
  {
    name: 'no-settling',
    rule: '5',
    hazards: 'B8',
    without: 'the pause after puts in doubt',
    changes: inMachines(
      WRITES,
      'States.WriteItem.Arguments.Payload.puts.secondsToSettle',
      '{% $secondsToSettle %}',
      0,
    ),
    shownBy: { configuration: 'one create AB', kinds: ['late', 'refused'] },
  },
  {
    name: 'short-settling-after-redrive',
    rule: '5',
    hazards: 'B8',
    without: 'a pause after puts in doubt that outlasts the stopped run’s function',
    changes: settling('$redriven or $put.lost ? 90', '$put.lost ? 90'),
    shownBy: { configuration: 'one create AB', kinds: ['stop', 'refused'] },
  },
  {
    name: 'put-doubt-forgotten',
    rule: '5',
    hazards: 'B8',
    without: 'the doubt of a put that was tried more than once',
    changes: [{ file: 'lambdas/put-content.ts', from: 'inDoubt: isLater(event) };', to: 'inDoubt: false };' }],
    shownBy: { configuration: 'one create AB', kinds: ['late', 'refused'] },
  },
  {
    name: 'own-unused-stay',
    rule: '6',
    hazards: 'B1',
    without: 'the deletion of own unused objects',
    changes: [{ file: PLAN, from: '[...unused, ', to: '[' }],
    shownBy: { configuration: 'update||update identical', faults: 0 },
  },
  {
    name: 'delete-unread',
    rule: '6',
    hazards: 'A13',
    without: 'a look at the item before its objects are deleted',
    changes: [
      {
        file: 'lambdas/delete-objects.ts',
        from: 'const referenced = item === undefined ? new Set<string>() : referencedKeys(item, store);',
        to: 'const referenced = new Set<string>(); void referencedKeys; void item;',
      },
    ],
    shownBy: { configuration: 'update||putBack before its clean-up' },
  },
  {
    name: 'uploads-go-on',
    rule: '6',
    hazards: 'A14',
    without: 'the end of uploads that are under way',
    changes: [
      {
        file: 'lambdas/delete-objects.ts',
        from: "if (event.purpose === 'compensation') await endUploads(doomed);",
        to: 'void endUploads;',
      },
    ],
    shownBy: { configuration: 'C6 big create', kinds: ['after', 'refused'], faults: 2 },
  },
  {
    name: 'sweep-no-question',
    rule: '7',
    hazards: 'B9',
    without: 'the question to Step Functions whether an object’s run goes on',
    changes: [RUN_IS_ASKED],
    shownBy: { configuration: 'create||SWEEP', faults: 0 },
  },
  {
    name: 'sweep-no-grace',
    rule: '7',
    hazards: 'B9',
    without: 'that question and the grace',
    changes: [
      RUN_IS_ASKED,
      {
        file: SWEEP,
        from: 'unreferenced.filter((object) => youngestAge(object) <= cutoff)',
        to: 'unreferenced',
      },
    ],
    shownBy: { configuration: 'create||SWEEP on the same day', faults: 0 },
  },
  {
    name: 'sweep-one-read',
    rule: '7',
    hazards: 'B9',
    without: 'the second read, after the run was asked about',
    changes: [
      {
        file: SWEEP,
        from: 'const second = await calls.referenced(ended);',
        to: 'const second = new Set<string>();',
      },
    ],
    shownBy: { configuration: 'create||SWEEP', faults: 0 },
  },
  {
    name: 'sweep-unknown-ended',
    rule: '7',
    hazards: 'B9',
    without: 'the age of a run that nobody knows',
    changes: [
      {
        file: SWEEP,
        from: 'return isPast(startedAt, MAX_RUN_SECONDS + REDRIVE_PERIOD_SECONDS + DESCRIBE_LAG_SECONDS, now);',
        to: 'return true;',
      },
    ],
    shownBy: { configuration: 'create||SWEEP unknown runs' },
  },
];
