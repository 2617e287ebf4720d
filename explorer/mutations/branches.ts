// What the write says before it is made, in the place of a choice, and when it begins (docs/protocol.md): each rule of it left out.

import { inMachines, type Mutation } from './mutation.ts';

const WRITES = ['create', 'update'] as const;
const WRITE_ITEM = 'lambdas/write-item.ts';
const SAYS = 'if (branch !== undefined) throw branch;';

const REDRIVES =
  '{% $exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0 %}';
const ANEW = { writeStartedAt: '{% $now() %}', redrivesBefore: REDRIVES };
const NOT_AFTER_UPLOADS = inMachines(WRITES, 'States.EndUnfinishedUploads.Assign', ANEW, undefined);
const BEFORE_THE_WRITE = 'C9 puts settle or the run is redriven before its write, then refused';

export const BRANCHES: readonly Mutation[] = [
  {
    name: 'failed-first',
    rule: '5',
    hazards: 'B8',
    without: 'the order in which the write tells of its puts: unsettled before failed',
    changes: [
      {
        file: 'core/saga/branch.ts',
        from: 'if (secondsToSettle > 0) {',
        to: 'if (secondsToSettle > 0 && !anyFailed) {',
      },
    ],
    shownBy: { configuration: 'one create AB', kinds: ['late', 'refused'] },
  },
  {
    name: 'too-large-undone-at-once',
    rule: '5',
    hazards: 'B8',
    without: 'puts that settle also before a write is undone that is too large',
    changes: inMachines(WRITES, 'States.WriteItem.Catch.7.Next', 'AnythingPut?', 'DeleteCreatedObjects'),
    shownBy: { configuration: 'one create AB, too large to be written', kinds: ['late'], faults: 1 },
  },
  {
    name: 'branches-after-doubt',
    rule: '3',
    hazards: 'C7',
    without: 'a look at the puts before anything else, the pauses and reads of a redrive included',
    changes: [
      { file: WRITE_ITEM, from: SAYS, to: '' },
      { file: WRITE_ITEM, from: "case 'write':\n", to: `case 'write':\n      ${SAYS}\n` },
    ],
    shownBy: { configuration: 'C7 create whose put is refused, stuck, redriven late' },
  },
  {
    name: 'not-renewed',
    rule: '3',
    hazards: 'C9',
    without: 'a write that begins anew once its puts have settled',
    changes: NOT_AFTER_UPLOADS,
    shownBy: { configuration: BEFORE_THE_WRITE, kinds: ['late'] },
  },
  {
    name: 'renewed-before-uploads',
    rule: '3',
    hazards: 'C9',
    without: 'the same after the end of their uploads, rather than before it',
    changes: [
      ...NOT_AFTER_UPLOADS,
      ...inMachines(
        WRITES,
        'States.LetRequestsExpire.Assign',
        { secondsToSettle: 0 },
        { secondsToSettle: 0, ...ANEW },
      ),
    ],
    shownBy: { configuration: BEFORE_THE_WRITE },
  },
  {
    name: 'redrives-at-plan',
    rule: '3',
    hazards: 'C9',
    without: 'redrives that are counted from the last state before the write, not from the plan',
    changes: ['PutObjects', 'EndUnfinishedUploads'].flatMap((state) =>
      inMachines(WRITES, `States.${state}.Assign.redrivesBefore`, REDRIVES, '{% $redrivesAtPlan %}'),
    ),
    shownBy: { configuration: BEFORE_THE_WRITE, kinds: ['stop'], faults: 1 },
  },
];
