// Rules 1 to 4 of docs/protocol.md, each left out once: keys, conditions, tokens, doubt, new plans.

import { inMachines, type Mutation } from './mutation.ts';

const WRITES = ['create', 'update'] as const;

const OUTCOME = 'core/saga/outcome.ts';
const PLAN = 'core/saga/plan.ts';
const WAITS = 'core/saga/waits.ts';
const WRITE = 'core/saga/write.ts';

export const WRITING: readonly Mutation[] = [
  {
    name: 'key-without-run',
    rule: '1',
    hazards: 'A1 to A5',
    without: 'the run in an object’s key',
    changes: [
      {
        file: PLAN,
        from: 'objectKey(store, request.key, attribute, sha256, formatSeries(run, series))',
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
    changes: inMachines(WRITES, 'States.WriteItem.Retry.1.IntervalSeconds', 15, 1),
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
    changes: [{ file: WAITS, from: 'PAUSES_AFTER_REDRIVE = 2;', to: 'PAUSES_AFTER_REDRIVE = 1;' }],
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
        from: 'inDoubt: !first || now - startedAt >= WRITE_PAUSE_SECONDS * 1000',
        to: 'inDoubt: false',
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
      '{% $exists($states.context.Execution.RedriveCount) and $states.context.Execution.RedriveCount > $redrivesBefore %}',
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
      'States.DeleteItem.Catch.1.Next',
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
    changes: inMachines(WRITES, 'States.AnythingPut?.Choices.1.Next', 'DeleteCreatedObjects', 'Rejected'),
    shownBy: { configuration: 'update||delete', faults: 0 },
  },
];
