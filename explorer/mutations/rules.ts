// The rules of docs/protocol.md, each left out once: what stands against part B of docs/hazards.md.

import { inMachines, type Mutation } from './mutation.ts';

const WRITES = ['create', 'update'] as const;
const PUT_STATES = 'States.PutObjects.ItemProcessor.States';

const OUTCOME = 'core/saga/outcome.ts';
const PLAN = 'core/saga/plan.ts';
const WRITE = 'core/saga/write.ts';
const SWEEP = 'core/sweep/sweep.ts';

const RUN_IS_ASKED = {
  file: SWEEP,
  from: "return hasEndedForGood(run, description, now) ? 'ended' : 'goingOn';",
  to: "return 'ended';",
};

export const RULES: readonly Mutation[] = [
  {
    name: 'key-without-run',
    rule: '1',
    hazards: 'A1 to A5',
    without: 'the run in an object’s key',
    changes: [
      {
        file: PLAN,
        from: 'objectKey(store, request.key, attribute, sha256, run)',
        to: "objectKey(store, request.key, attribute, sha256, 'create.any.20260101T000000000Z')",
      },
    ],
    shownBy: { configuration: 'create||delete||create same' },
  },
  {
    name: 'no-createdBy',
    rule: '2',
    hazards: 'B3',
    without: 'createdBy in the condition',
    changes: [
      {
        file: WRITE,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a text of the source
        from: "        `${saga()}.${terms.name('createdBy')} = ${terms.value({ S: expected.createdBy })}`,\n",
        to: '',
      },
    ],
    shownBy: { configuration: 'update||delete||create', faults: 0 },
  },
  {
    name: 'no-version',
    rule: '2',
    hazards: 'A7',
    without: 'the version in the condition',
    changes: [
      {
        file: WRITE,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a text of the source
        from: "        `${saga()}.${terms.name('version')} = ${terms.value({ N: String(expected.version) })}`,\n",
        to: '',
      },
    ],
    shownBy: { configuration: 'update||update', faults: 0 },
  },
  {
    name: 'no-kept-pointer',
    rule: '2',
    hazards: 'A3',
    without: 'kept pointers in the condition',
    changes: [
      { file: WRITE, from: '        ...stand(expected.pointers),\n      ].join', to: '      ].join' },
    ],
    shownBy: { configuration: 'update same||removeA STREAM', faults: 0 },
  },
  {
    name: 'no-token',
    rule: '2',
    hazards: 'B4, B11',
    without: 'a token that is the same for each attempt',
    changes: [
      {
        file: 'lambdas/write-item.ts',
        from: 'TransactWriteItemsCommand({ ClientRequestToken, ',
        to: 'TransactWriteItemsCommand({ ',
      },
    ],
    shownBy: { configuration: 'one update', faults: 1, kinds: ['after'] },
  },
  {
    name: 'short-pause',
    rule: '3',
    hazards: 'B5',
    without: 'a pause before a retry that outlasts a request',
    changes: inMachines(WRITES, 'States.WriteItem.Retry.2.IntervalSeconds', 15, 1),
    shownBy: { configuration: 'create||create||delete late' },
  },
  {
    name: 'no-pause-after-redrive',
    rule: '3',
    hazards: 'B5',
    without: 'the pause after a redrive',
    changes: [{ file: OUTCOME, from: 'if (redriven && ', to: 'if (false && ' }],
    shownBy: { configuration: 'create||create||delete', kinds: ['stop'] },
  },
  {
    name: 'one-pause-after-redrive',
    rule: '3',
    hazards: 'B5',
    without: 'a pause after a redrive that outlasts the stopped run’s function',
    changes: [{ file: OUTCOME, from: 'PAUSES_AFTER_REDRIVE = 2;', to: 'PAUSES_AFTER_REDRIVE = 1;' }],
    shownBy: { configuration: 'create||create||delete', kinds: ['stop'] },
  },
  {
    name: 'doubt-forgotten',
    rule: '3',
    hazards: 'B6',
    without: 'memory of doubt: every refusal is definite',
    changes: [
      {
        file: OUTCOME,
        from: 'refusalIsDefinite: first && elapsedMs < REQUEST_LIFETIME_SECONDS * 1000',
        to: 'refusalIsDefinite: true',
      },
    ],
    shownBy: { configuration: 'update||update', kinds: ['after', 'refused'], faults: 2 },
  },
  {
    name: 'doubt-forgotten-at-redrive',
    rule: '3',
    hazards: 'B6',
    without: 'memory of doubt across a redrive',
    changes: inMachines(
      ['update'],
      'States.WriteItem.Arguments.Payload.redriven',
      '{% $states.context.Execution.RedriveCount > $redrivesBefore %}',
      false,
    ),
    shownBy: { configuration: 'update||update', kinds: ['exhaust', 'late', 'refused'], faults: 2 },
  },
  {
    name: 'delete-no-replan',
    rule: '4',
    hazards: 'B7',
    without: 'a new plan when the condition of a delete fails',
    changes: inMachines(
      ['delete'],
      'States.DeleteItem.Catch.0.Next',
      'PauseBeforeReplan',
      'DeleteReplacedObjects',
    ),
    shownBy: { configuration: 'update||delete', faults: 0 },
  },
  {
    name: 'replan-no-compensation',
    rule: '4',
    hazards: 'B2',
    without: 'the compensation of a later plan that fails',
    changes: inMachines(WRITES, 'States.AnythingPut?.Choices.0.Next', 'DeleteCreatedObjects', 'Rejected'),
    shownBy: { configuration: 'update||delete', faults: 0 },
  },
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
      'States.AllObjectsPut?.Choices.0.Condition',
      '{% $secondsToSettle > 0 %}',
      '{% false %}',
    ),
    shownBy: { configuration: 'one create AB', kinds: ['late', 'refused'] },
  },
  {
    name: 'short-settling-after-redrive',
    rule: '5',
    hazards: 'B8',
    without: 'a pause after puts in doubt that outlasts the stopped run’s function',
    changes: inMachines(
      WRITES,
      'States.PutObjects.Assign.secondsToSettle',
      '{% $not(true in $states.result.inDoubt) ? 0 : $states.context.Execution.RedriveCount > $redrivesAtPlan ? 930 : 15 %}',
      '{% $not(true in $states.result.inDoubt) ? 0 : 15 %}',
    ),
    shownBy: { configuration: 'one create AB', kinds: ['stop', 'refused'] },
  },
  {
    name: 'put-doubt-forgotten',
    rule: '5',
    hazards: 'B8',
    without: 'the doubt of a put that was tried more than once',
    changes: [{ file: 'lambdas/put-object.ts', from: 'inDoubt: isLater };', to: 'inDoubt: false };' }],
    shownBy: { configuration: 'one create AB', kinds: ['late', 'refused'] },
  },
  {
    name: 'own-unused-stay',
    rule: '6',
    hazards: 'B1',
    without: 'the deletion of own unused objects',
    changes: [{ file: PLAN, from: '    ...unused,\n', to: '' }],
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
