// What speaks against a replay: rules over what is known of the run, its item and its uploads.

import { parseRun } from '../../core/keys/run.ts';
import { describeState, describeWriter, hasMoved, type ItemState } from '../item/item.ts';
import type { RefusalCode, ReplayFacts } from './replay-facts.ts';
import { isResumed, OF_ITEM, thenOf } from './replay-facts.ts';

/** Something against it, weaker than a decision: force passes over what may be forced. */
export interface Objection {
  readonly code: RefusalCode;
  readonly reason: string;
}

/** In order of weight: what cannot work before what a person may overrule. */
export function objections(known: ReplayFacts): Objection[] {
  const { summary } = known;
  // Redriven it reads, and deletes what only that run has put: nothing speaks against it.
  if (summary.settles !== undefined) return isResumed(known) ? [] : settleObjections(known);
  switch (summary.outcome) {
    case 'running':
      return [{ code: 'running', reason: 'it is running' }];
    case 'committed':
    case 'cleanup-deferred':
      return [{ code: 'committed', reason: 'the write took effect: there is nothing to replay' }];
    case 'stuck':
    case 'aborted':
      if (known.redrive.possible) return [...stagedObjections(known), ...movedObjections(known)];
      return [...writtenObjections(known), ...newRunObjections(known), lateObjection(known)];
    case 'unknown':
      return [
        ...writtenObjections(known),
        ...newRunObjections(known),
        {
          code: 'outcome-unknown',
          reason: `whether the write took effect cannot be proved; look at the item (${nowText(known)}) and decide`,
        },
      ];
    case 'rejected':
    case 'rolled-back':
      return [...newRunObjections(known), ...movedObjections(known)];
    case 'continued':
      return [{ code: 'express-run', reason: 'another execution goes on with it' }];
  }
}

/** A new execution of its input would settle nothing: its name has to be that of the Express run. */
function settleObjections({ summary, item }: ReplayFacts): Objection[] {
  if (summary.outcome === 'running') return [{ code: 'running', reason: 'it is running' }];
  const now = item === undefined ? 'which could not be read' : `now ${describeWriter(item)}`;
  return [
    {
      code: 'settles',
      reason: `it settles an Express run, which is done once: look at the item (${now}) and write again if it lacks the write`,
    },
  ];
}

/** A run that cannot go on, but whose write is known to have taken effect, must not be made again. */
function writtenObjections({ facts, item }: ReplayFacts): Objection[] {
  const run = facts.plans.at(-1)?.run;
  const isCarried = item?.kind === 'saga' && item.writtenBy === run;
  if (facts.written !== 'yes' && !isCarried) return [];
  const reason = 'the write took effect; what it should have deleted is left for the sweeper';
  return [{ code: 'committed', reason }];
}

/** What speaks against a new execution with this input. */
function newRunObjections(known: ReplayFacts): Objection[] {
  const { earlier, inputProblem, newName } = known;
  if (earlier !== undefined) {
    return [
      { code: 'already-replayed', reason: `it was replayed by ${earlier.name}, which is ${earlier.outcome}` },
    ];
  }
  if (newName === undefined) {
    return [{ code: 'no-name-left', reason: 'it was replayed too often: start a new run with its input' }];
  }
  if (inputProblem !== undefined) {
    return [{ code: 'invalid-input', reason: `the same input would be refused again: ${inputProblem}` }];
  }
  const rejection = known.item && rejectionNow(known, known.item);
  return [
    ...stagedObjections(known),
    ...(rejection === undefined
      ? []
      : [{ code: 'would-be-rejected', reason: `it would be rejected again: ${rejection}` } as const]),
  ];
}

/** Uploads are looked at while objects may still have to be put. */
function stagedObjections(known: ReplayFacts): Objection[] {
  if (isResumed(known) && !['planning', 'putting'].includes(known.facts.phase)) return [];
  const lost = known.staged.find(({ state }) => state === 'gone' || state === 'changed');
  if (lost === undefined) return [];
  const what = lost.state === 'gone' ? 'is gone' : 'is another upload now';
  return [
    {
      code: 'staged-content-gone',
      reason: `the upload of ${lost.attribute} (${lost.key}) ${what}: write the content again`,
    },
  ];
}

/** The plan task's own preconditions, on the item as it is. */
function rejectionNow({ summary, input }: ReplayFacts, now: ItemState): string | undefined {
  const { operation } = summary;
  const { expectedVersion, mustExist, overwrite, createIfMissing } = (input ?? {}) as Readonly<
    Record<string, unknown>
  >;
  if (now.kind === 'spoiled') return `there is ${describeState(now)}`;
  if (now.kind === 'absent') {
    const isUpdate = operation === 'update' && createIfMissing !== true;
    const needsItem = isUpdate || mustExist === true || expectedVersion !== undefined;
    return needsItem ? 'NotFound, there is no item' : undefined;
  }
  if (operation === 'create' && overwrite !== true) {
    return `AlreadyExists, the item is there (${describeWriter(now)})`;
  }
  const version = now.kind === 'saga' ? now.version : null;
  return expectedVersion !== undefined && expectedVersion !== version
    ? `VersionMismatch, expected version ${String(expectedVersion)}, the item is at ${describeWriter(now)}`
    : undefined;
}

/** An old write must not silently replace a newer one. */
function movedObjections(known: ReplayFacts): Objection[] {
  const { summary, facts, item } = known;
  const onlyDeletes = facts.phase === 'compensation' || facts.phase === 'cleanup';
  if (isResumed(known) && onlyDeletes) return [];
  if (item === undefined) return [{ code: 'item-unreadable', reason: 'the item could not be read' }];
  if (summary.outcome === 'rejected' && OF_ITEM.has(summary.reason ?? '')) return [];
  if (isMoved(known, item)) {
    const then = thenOf(known);
    const before = then === undefined ? `written since` : `then ${then.text}`;
    return [
      { code: 'item-moved-on', reason: `the item has moved on: ${before}, now ${describeWriter(item)}` },
    ];
  }
  return summary.reason === 'ConditionFailed'
    ? [
        {
          code: 'item-moved-on',
          reason: `the item is as it was (${describeState(item)}): its condition would fail again`,
        },
      ]
    : [];
}

function isMoved({ summary, facts }: ReplayFacts, now: ItemState): boolean {
  const plan = facts.plans.at(-1);
  if (plan !== undefined && summary.reason !== 'Conflict') {
    const isWritten =
      now.kind === 'saga' ? now.writtenBy === plan.run : plan.saga === null && now.kind === 'absent';
    const mayBeWritten = facts.written !== 'no';
    return hasMoved(plan.expected, now) && !(mayBeWritten && isWritten);
  }
  // It did not get to a plan, or met newer versions itself: what counts is whether somebody wrote later.
  const from = summary.reason === 'Conflict' ? (summary.stoppedAt ?? summary.startedAt) : summary.startedAt;
  const writer = now.kind === 'saga' ? parseRun(now.writtenBy) : undefined;
  return writer !== undefined && Date.parse(writer.startTime) > from.getTime();
}

function lateObjection({ redrive, item }: ReplayFacts): Objection {
  const why = redrive.obstacle ?? 'Step Functions does not say why';
  const now = item === undefined ? '' : `; the item is now ${describeWriter(item)}`;
  return { code: 'not-redrivable', reason: `it cannot be redriven any more: ${why}${now}` };
}

function nowText({ item }: ReplayFacts): string {
  return item === undefined ? 'which could not be read' : `now ${describeWriter(item)}`;
}
