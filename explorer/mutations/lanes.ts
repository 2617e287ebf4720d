// The Express lane (docs/lanes.md): each rule of it left out.

import { inMachines, type Mutation } from './mutation.ts';

const ALL = ['create', 'update', 'delete'] as const;
const WRITES = ['create', 'update'] as const;
const EXPRESS = 'core/saga/express.ts';
const PLAN = 'lambdas/plan.ts';
const SWEEP = 'core/sweep/sweep.ts';
const SETTLE = 'core/saga/settle.ts';

/** Place of the catcher of `Continues` among those of the plan. */
const CONTINUES = 'States.Plan.Catch.1';
const SETTLES = 'States.Plan.Catch.2';

export const HANDING_OVER: readonly Mutation[] = [
  {
    name: 'express-name-alone',
    rule: 'lanes',
    hazards: 'a name that runs twice',
    without: 'what an Express run draws to tell itself from others of its name',
    changes: [
      {
        file: PLAN,
        from: "const drawn = nonce.replaceAll('-', '').slice(0, NONCE_DIGITS);",
        to: "const drawn = '0'.repeat(NONCE_DIGITS);",
      },
    ],
    shownBy: { configuration: 'express twice create||create', faults: 0 },
  },
  {
    name: 'express-puts-again',
    rule: 'lanes',
    hazards: 'a write in doubt',
    without: 'a hand-over of a write at that write, not at the puts before it',
    changes: [{ file: EXPRESS, from: 'handOverAt(name),\n', to: "handOverAt('PutObjects'),\n" }],
    shownBy: { configuration: 'express create||delete, in doubt' },
  },
  {
    name: 'express-plans-again',
    rule: 'lanes',
    hazards: 'a write in doubt',
    without: 'the plan that is handed over',
    changes: [
      {
        file: PLAN,
        from: "throw new SagaError('Continues', 'this execution goes on with an Express run');",
        to: 'return;',
      },
      {
        file: PLAN,
        from: 'const request = toRequest(operation, input, store);',
        to: 'const { continues: _, ...own } = input as { continues?: unknown }; const request = toRequest(operation, own, store);',
      },
    ],
    shownBy: { configuration: 'express update' },
  },
  {
    name: 'express-refused-unseen',
    rule: 'lanes',
    hazards: 'a write in doubt',
    without: 'doubt where what goes on with a run cannot plan that',
    changes: [
      ...inMachines(WRITES, 'States.AnythingPut?.Choices.2.Next', 'ResumeExpressRun', 'Rejected'),
      ...inMachines(['delete'], 'States.InDoubt?.Choices.0.Next', 'ResumeExpressRun', 'Rejected'),
    ],
    shownBy: { configuration: 'express update' },
  },
  {
    name: 'express-not-redriven',
    rule: 'lanes',
    hazards: 'a write in doubt',
    without: 'what goes on with a run treated as redriven',
    changes: [
      ...inMachines(ALL, `${CONTINUES}.Assign.redrivesBefore`, -1, 0),
      ...inMachines(WRITES, `${CONTINUES}.Assign.redrivesAtPlan`, -1, 0),
    ],
    shownBy: { configuration: 'express create||delete, in doubt' },
  },
  {
    name: 'express-fresh-start',
    rule: 'lanes',
    hazards: 'a token that is forgotten',
    without: "the time of the Express run's own write, which its token counts from",
    changes: inMachines(
      ALL,
      `${CONTINUES}.Assign.writeStartedAt`,
      '{% $states.context.Execution.Input.continues.writeStartedAt %}',
      '{% $now() %}',
    ),
    shownBy: { configuration: 'express update, handed over late' },
  },
  {
    name: 'express-short-settling',
    rule: 'lanes',
    hazards: 'a put in doubt',
    without: 'the longer wait for puts whose function may run on',
    changes: [
      {
        file: EXPRESS,
        from: "false in $puts.put ? 'PutObjects' : 'LetRequestsExpire'",
        to: "'LetRequestsExpire'",
      },
      {
        file: EXPRESS,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a text of the source
        from: "`'secondsToSettle': ${known('secondsToSettle', '0')}`,",
        to: '"\'secondsToSettle\': 15",',
      },
    ],
    shownBy: { configuration: 'express create AB, functions run on' },
  },
  {
    name: 'express-undone-at-once',
    rule: 'lanes',
    hazards: 'a put in doubt',
    without: 'puts that settle, here or elsewhere, before a run is undone whose write is too large',
    changes: [
      {
        file: EXPRESS,
        from: 'own.map((choice) => settlingHere(choice))',
        to: 'own.slice(1)',
      },
    ],
    shownBy: { configuration: 'express create too large to be written', kinds: ['late'] },
  },
];

export const AFTERWARDS: readonly Mutation[] = [
  {
    name: 'express-swept-at-five-minutes',
    rule: '7',
    hazards: 'a sweep',
    without: 'the functions that outlast an Express run, before a sweep takes that for ended',
    changes: [
      {
        file: SWEEP,
        from: 'EXPRESS_OVER_SECONDS + DESCRIBE_LAG_SECONDS, now)',
        to: 'EXPRESS_OVER_SECONDS - 1225, now)',
      },
    ],
    shownBy: { configuration: 'express create||SWEEP after ten minutes, without a grace' },
  },
  {
    name: 'express-swept-while-continued',
    rule: '7',
    hazards: 'a sweep',
    without: 'a look at what goes on with an Express run',
    changes: [
      {
        file: SWEEP,
        from: 'return isOver && (description === undefined || isOverForGood(description, now));',
        to: 'return isOver;',
      },
    ],
    shownBy: { configuration: 'express create||SWEEP, redriven late' },
  },
  {
    name: 'settled-at-once',
    rule: 'lanes',
    hazards: 'an answer that is lost',
    without: 'the wait until an Express run must have ended',
    changes: inMachines(ALL, `${SETTLES}.Next`, 'LetExpressRunEnd', 'SettleRun'),
    shownBy: { configuration: 'express settled create' },
  },
  {
    name: 'settled-by-absence',
    rule: 'lanes',
    hazards: 'an answer that is lost',
    without: 'doubt where there is no item',
    changes: [
      {
        file: SETTLE,
        from: "return { kind: 'unknown', why: 'there is no such item now' };",
        to: "return { kind: 'not written' };",
      },
    ],
    shownBy: { configuration: 'express settled create||delete' },
  },
  {
    name: 'settled-by-others',
    rule: 'lanes',
    hazards: 'an answer that is lost',
    without: 'doubt where others have written since',
    changes: [
      {
        file: SETTLE,
        from: "isProved ? { kind: 'not written' } : { kind: 'unknown', why: 'others have written the item since' };",
        to: "isProved || true ? { kind: 'not written' } : { kind: 'unknown', why: 'others have written the item since' };",
      },
    ],
    shownBy: { configuration: 'express settled update||update||update' },
  },
  {
    name: 'settled-deletes-all',
    rule: '6',
    hazards: 'an answer that is lost',
    without: 'a look at what the item references, before the objects of a settled run are deleted',
    changes: [
      {
        file: 'lambdas/settle-run.ts',
        from: '.filter((object) => !referenced.has(object))',
        to: '',
      },
    ],
    shownBy: { configuration: 'express settled create' },
  },
];
