// What docs/protocol.md has beside its seven rules for outcomes that come late, lost functions, slow copies and throttling, each left
// out once: one for each case of explorer/configurations/known.ts, and more.

import type { Change } from '../model/model.ts';
import { inMachines, type Mutation } from './mutation.ts';
import { settling } from './objects.ts';

const WRITES = ['create', 'update'] as const;
const PUT = 'States.PutObjects.ItemProcessor.States.PutObject';
const OUTCOME = 'core/saga/outcome.ts';
const WRITE_ITEM = 'lambdas/write-item.ts';

function inOutcome(from: string, to: string): readonly Change[] {
  return [{ file: OUTCOME, from, to }];
}

/** C1 to C3, C7, C10: what a late read proves. */
const LATE_READS: readonly Mutation[] = [
  {
    name: 'unmanaged-not-written',
    rule: '3',
    hazards: 'C1',
    without: 'doubt about an item that no saga wrote, found by a late read',
    changes: inOutcome(
      "return found !== undefined && saga === undefined ? 'foreign' : 'moved';",
      "return found !== undefined && saga === undefined ? 'not written' : 'moved';",
    ),
    shownBy: { configuration: 'C1 adopt||putPlain STREAM, stopped and redriven late' },
  },
  {
    name: 'additions-repeated',
    rule: '3',
    hazards: 'C1',
    without: 'the question whether an update may be repeated',
    changes: inOutcome(
      "return isRepeatable(request) ? 'not written' : 'as-planned';",
      "void isRepeatable; return 'not written';",
    ),
    shownBy: { configuration: 'C1 update||putBack STREAM, stopped and redriven late' },
  },
  {
    name: 'same-keys-after-reading',
    rule: '1',
    hazards: 'C1',
    without: 'new keys for a plan that follows on a late read',
    changes: [
      {
        file: 'core/saga/plan.ts',
        from: "series: previous.proof === 'condition' ? (previous.series ?? 1) : number }",
        to: 'series: previous.series ?? 1 }',
      },
    ],
    shownBy: { configuration: 'C7 stuck create, redriven late' },
  },
  {
    name: 'same-item-once-more',
    rule: '2',
    hazards: 'C10',
    without: 'a createdBy of its own for an item that is made once more',
    changes: [
      {
        file: 'core/saga/plan.ts',
        from: 'createdBy: formatSeries(run, series),',
        to: 'createdBy: run,',
      },
      { file: OUTCOME, from: 'saga?.createdBy === plan.saga.createdBy', to: 'saga?.createdBy === plan.run' },
    ],
    shownBy: { configuration: 'create||update||delete' },
  },
  {
    name: 'pointers-not-compared',
    rule: '3',
    hazards: 'C1',
    without: 'a comparison of all pointers with those that were planned on',
    changes: inOutcome(
      '(digest === undefined || digest === digestOfPointers(readPointers(found, space)))',
      '(digest !== digestOfPointers(readPointers(found, space)) || true)',
    ),
    shownBy: { configuration: 'C1 repeatable update B||putBackLess, stopped and redriven late' },
  },
  {
    name: 'unwritten-stay',
    rule: '6',
    hazards: 'C1',
    without: 'the deletion of what was put for a write that a late read found not written',
    changes: [
      ...inMachines(WRITES, 'States.WriteItem.Catch.3.Next', 'DeleteUnwrittenObjects', 'PauseBeforeReplan'),
    ],
    shownBy: { configuration: 'C7 stuck create, redriven late' },
  },
  {
    name: 'undone-not-noticed',
    rule: '3',
    hazards: 'C7',
    without: 'a look for the run’s own objects before a late read proves “not written”',
    changes: [
      {
        file: WRITE_ITEM,
        from: "return there.includes(false) ? 'undone' : proof;",
        to: 'void there; return proof;',
      },
    ],
    shownBy: { configuration: 'create||delete' },
  },
  {
    name: 'unmanaged-delete-not-made',
    rule: '3',
    hazards: 'C2',
    without: 'doubt about a delete that finds an item of no saga',
    changes: inOutcome(
      "if (saga === undefined) return 'foreign';\n  if (expected.kind",
      "if (saga === undefined) return 'not written';\n  if (expected.kind",
    ),
    shownBy: { configuration: 'C2 delete unmanaged||putPlain, stopped and redriven late' },
  },
  {
    name: 'unmanaged-delete-made',
    rule: '3',
    hazards: 'C3',
    without: 'the same the other way round',
    changes: inOutcome(
      "if (saga === undefined) return 'foreign';\n  if (expected.kind",
      "if (saga === undefined) return 'written';\n  if (expected.kind",
    ),
    shownBy: { configuration: 'C3 delete||dropSaga, stopped and redriven late' },
  },
  {
    name: 'absent-create-unknown',
    rule: '3',
    hazards: 'C7',
    without: 'what a late read of no item proves about a create',
    changes: inOutcome("return found === undefined ? 'not written' : 'moved';", "return 'moved';"),
    shownBy: { configuration: 'C7 stuck create, redriven late' },
  },
];

/** C4 to C6: what lost functions, slow copies and late requests leave. */
const LEFT_BEHIND: readonly Mutation[] = [
  {
    name: 'lost-write-short-pause',
    rule: '3',
    hazards: 'C4',
    without: 'a longer pause before a retry when the function may have been lost',
    changes: inMachines(WRITES, 'States.WriteItem.Retry.2.IntervalSeconds', 40, 15),
    shownBy: { configuration: 'C4 create||create||delete, function runs on' },
  },
  {
    name: 'lost-put-short-pause',
    rule: '5',
    hazards: 'C4',
    without: 'the same of a put',
    changes: inMachines(WRITES, `${PUT}.Retry.3.IntervalSeconds`, 90, 1),
    shownBy: { configuration: 'C4 put AB, function runs on' },
  },
  {
    name: 'lost-copy-settles-soon',
    rule: '5',
    hazards: 'C4',
    without: 'a pause that outlasts the lost function of a copy',
    changes: settling('$put.lost or $slow) ? 1230', '$put.lost or $slow) ? 90'),
    shownBy: { configuration: 'C4 copy, function runs on' },
  },
  {
    name: 'slow-copy-settles-soon',
    rule: '5',
    hazards: 'C5',
    without: 'a pause that outlasts an unanswered copy',
    changes: settling(' or $slow)', ')'),
    shownBy: { configuration: 'C5 copy that takes five minutes' },
  },
  {
    name: 'unanswered-copy-at-once',
    rule: '5',
    hazards: 'C5',
    without: 'the difference between a copy that nobody answered and one that failed',
    changes: [
      {
        file: 'lambdas/put-object.ts',
        from: 'throw putError(error, put, failureOf(error).status !== undefined);',
        to: 'throw putError(error, put, true);',
      },
    ],
    shownBy: { configuration: 'C5 copy that takes five minutes' },
  },
  {
    name: 'unseen-uploads-stay',
    rule: '5',
    hazards: 'C6',
    without: 'the end of uploads that have begun unseen',
    changes: inMachines(WRITES, 'States.LetRequestsExpire.Next', 'EndUnfinishedUploads', 'WriteItem'),
    shownBy: { configuration: 'C6 big create' },
  },
  {
    name: 'no-margin',
    rule: '5',
    hazards: 'B8',
    without: 'a margin over what requests are taken to live',
    changes: settling('90 : 15', '90 : 12'),
    shownBy: { configuration: 'margin: requests that live 2.5 s longer' },
  },
];

/** C9: what is no doubt. */
const NO_DOUBT: readonly Mutation[] = [
  {
    name: 'throttling-is-doubt',
    rule: '3',
    hazards: 'C9',
    without: 'a way of its own for throttled writes',
    changes: [
      {
        file: WRITE_ITEM,
        from: 'if (THROTTLED.has(details.code) && !inDoubt && mayWaitMore) {',
        to: 'if (false && !inDoubt && mayWaitMore) {',
      },
    ],
    shownBy: { configuration: 'C9 throttled once, then refused' },
  },
  {
    name: 'doubt-by-own-clock',
    rule: '3',
    hazards: 'C9',
    without: 'the state machine’s own time, by which alone a first attempt is known',
    changes: inOutcome('|| now - startedAt >= WRITE_PAUSE', '|| functionNow - startedAt >= WRITE_PAUSE'),
    shownBy: { configuration: 'C9 clock of the functions 20 s ahead, refused' },
  },
];

export const EDGES: readonly Mutation[] = [...LATE_READS, ...LEFT_BEHIND, ...NO_DOUBT];
