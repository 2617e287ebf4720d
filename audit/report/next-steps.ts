// What to do about a run, in sentences. Pure.

import { describeState, describeWriter } from '../item/item.ts';
import type { ObjectReport } from './objects.ts';
import type { RunReport } from './run-report.ts';

export function nextStepsOf(report: Omit<RunReport, 'nextSteps'>): string[] {
  const { replayedBy } = report;
  const steps = replayedBy
    ? [`It was replayed by ${replayedBy.name}, which is ${replayedBy.outcome}: go on from there.`]
    : stepsByOutcome(report);
  return [...steps, ...lossSteps(report)];
}

function stepsByOutcome(report: Omit<RunReport, 'nextSteps'>): string[] {
  const { summary, redrive } = report;
  if (summary.lane === 'express') return expressSteps(report);
  const isStopped = summary.outcome === 'stuck' || summary.outcome === 'aborted';
  if (summary.settles !== undefined && !(isStopped && redrive.possible)) return settledSteps(report);
  switch (summary.outcome) {
    case 'committed':
      return [WRITTEN];
    case 'cleanup-deferred':
      return [WRITTEN, LEFT_TO_SWEEPER];
    case 'running':
      return ['Wait: the run goes on by itself.'];
    case 'rejected':
      return [
        NOT_WRITTEN,
        summary.reason === 'InvalidInput'
          ? 'Correct the input and start a new run: the same input would be refused again.'
          : 'Replay it once the reason is gone: a replay starts a new run with the same input.',
      ];
    case 'rolled-back':
      return [
        keepsObjects(report) ? KEPT : UNDONE,
        OF_UPLOAD.has(summary.reason ?? '')
          ? 'Write the content again in a new run: a replay would copy the same upload.'
          : 'Replay it once the reason is gone: a replay starts a new run with the same input.',
      ];
    case 'unknown':
      return [
        'Whether the write took effect cannot be proved; nothing was deleted, so the item is consistent.',
        `Look at the item (${itemText(report)}) and decide: if it lacks the write, write again, or replay it all the same.`,
      ];
    case 'stuck':
    case 'aborted':
      return redrive.possible ? redriveSteps(report) : lateSteps(report);
    case 'continued':
      return [GOES_ON];
  }
}

const WRITTEN = 'Nothing to do: the write took effect, exactly once.';
const LEFT_TO_SWEEPER =
  'Objects that are not needed any more could not be deleted; the sweeper collects them.';
const NOT_WRITTEN = 'Nothing was written.';
const UNDONE = 'Nothing was written, and every object that the run put is deleted.';
const KEPT = 'Nothing was written; the objects that the run put are left, as its input asks.';
const UNDONE_OR_KEPT =
  'Nothing was written. What the run put is deleted, unless its input asks to leave it, which the log does not tell.';
const GOES_ON = 'Another execution goes on with it, and tells what becomes of it.';
const BY_CALLER =
  'Whoever started it starts it again once the reason is gone: an Express run is not replayed.';

/** Nothing but its log is left of it, and Step Functions lets it neither go on nor start anew. */
function expressSteps(report: Omit<RunReport, 'nextSteps'>): string[] {
  const { summary, input, written } = report;
  switch (summary.outcome) {
    case 'committed':
      return [WRITTEN];
    case 'cleanup-deferred':
      return [WRITTEN, LEFT_TO_SWEEPER];
    case 'running':
      return [
        'Wait: it ends within five minutes. Its end may come late to its log; at level ERROR a good one never does.',
      ];
    case 'rejected':
      return [NOT_WRITTEN, BY_CALLER];
    case 'rolled-back': {
      const isInputTold = typeof input === 'object' && input !== null;
      return [isInputTold ? (keepsObjects(report) ? KEPT : UNDONE) : UNDONE_OR_KEPT, BY_CALLER];
    }
    case 'continued':
      return [
        'It was to go on as a Standard execution, which is not known any more, or goes on with another run of its name.',
        'Look at the item: Step Functions forgets runs 90 days after they end.',
      ];
    default:
      if (written === 'yes') {
        return [
          'The write took effect, exactly once, though the run did not come to its end.',
          'The sweeper collects what is not needed any more, should anything be left.',
        ];
      }
      if (written === 'no') {
        return ['Nothing was written; the sweeper collects what it may have put.', BY_CALLER];
      }
      return [
        'Whether the write took effect is not known, and no execution is known to go on with it.',
        `Settle it: twinwrite settle ${summary.name} --key …, or outcome(run) of the client; or look at the item and decide.`,
      ];
  }
}

/** The execution that settles a run is not replayed: it is started again. */
function settledSteps(report: Omit<RunReport, 'nextSteps'>): string[] {
  switch (report.summary.outcome) {
    case 'committed':
    case 'cleanup-deferred':
      return ['Nothing to do: the Express run had written the item, exactly once.'];
    case 'rolled-back':
      return [
        'The Express run has not written the item, and what it put is deleted.',
        'Whoever started that run starts it again.',
      ];
    case 'running':
      return ['Wait: the Express run must have ended before anything is concluded.'];
    default:
      return [
        'What became of the Express run cannot be proved.',
        `Look at the item (${itemText(report)}) and decide: if it lacks the write, write again.`,
      ];
  }
}

/** What is wrong with an upload stays wrong. */
const OF_UPLOAD: ReadonlySet<string> = new Set(['ContentMismatch', 'StagedObjectMissing']);

/** `cleanUp.whenFailed` turned off. */
function keepsObjects({ input }: Omit<RunReport, 'nextSteps'>): boolean {
  const { cleanUp } = (input ?? {}) as { cleanUp?: { whenFailed?: unknown } };
  return cleanUp?.whenFailed === false;
}

const AT: Readonly<Record<RunReport['phase'], string>> = {
  planning: 'before anything was written',
  putting: 'while it put objects; the item was not written',
  writing: 'in the write of the item',
  compensation: 'in the compensation; the item was not written',
  cleanup: 'in the clean-up after its write, which took effect',
  ended: 'at its end',
  settling: 'while it settled an Express run',
  unknown: 'where its log does not tell',
};

function redriveSteps({ summary, phase, written }: Omit<RunReport, 'nextSteps'>): string[] {
  const doubt = phase === 'writing' && written === 'maybe' ? ', which may have taken effect' : '';
  const cause = summary.outcome === 'stuck' ? 'Remove what made the task fail, then replay it' : 'Replay it';
  return [
    `It stopped ${AT[phase]}${doubt}.`,
    `${cause}: a replay redrives the same run, which goes on from where it stopped.`,
  ];
}

function lateSteps(report: Omit<RunReport, 'nextSteps'>): string[] {
  const { phase, redrive } = report;
  const why = redrive.obstacle ?? 'Step Functions does not say why';
  return [
    `It stopped ${AT[phase]}, and cannot be redriven any more (${why}); the sweeper collects its objects.`,
    phase === 'cleanup'
      ? 'The write took effect: there is nothing to write again.'
      : `Look at the item (${itemText(report)}) and decide: if it lacks the write, write again, or replay it all the same.`,
  ];
}

function itemText({ item }: Omit<RunReport, 'nextSteps'>): string {
  if (item === undefined) return 'which could not be read';
  return item.carriesThisWrite
    ? `now ${describeState(item.now)}, written by this run`
    : `now ${describeWriter(item.now)}`;
}

/** Objects that are not as the outcome has them. */
function lossSteps(report: Omit<RunReport, 'nextSteps'>): string[] {
  const { objects, item, summary, written } = report;
  const isCurrent = item?.carriesThisWrite === true;
  const lost = objects.filter(
    ({ exists, role }) => exists === 'no' && ['created', 'kept', 'untouched'].includes(role),
  );
  const dangling = isCurrent && written === 'yes' ? lost : [];
  const leftOver = objects.filter(
    ({ exists, wanted, put }) => exists === 'yes' && wanted === false && put !== 'no',
  );
  return [
    ...(dangling.length === 0
      ? []
      : [`The item points at ${names(dangling)}, which is gone: write the content again.`]),
    ...(leftOver.length > 0 && summary.outcome === 'rolled-back' && !keepsObjects(report)
      ? [`Left over: ${names(leftOver)}; the sweeper collects it.`]
      : []),
  ];
}

function names(objects: readonly ObjectReport[]): string {
  return objects.map(({ attribute, key }) => attribute ?? key).join(', ');
}
