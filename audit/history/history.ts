// A run's history as a tree: the states in the order they were entered, iterations and branches below theirs.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { type Failure, failureOf, timeOf } from '../events.ts';
import { type Draft, type DraftAttempt, type DraftBranch, draftTree } from './draft.ts';

export type { Failure } from '../events.ts';

/** What became of a state: `caught` failed and went on by a Catch, `aborted` was stopped half-way, `unknown` a log does not tell. */
export type StateStatus = 'running' | 'succeeded' | 'caught' | 'failed' | 'aborted' | 'unknown';

/** What a state is in a saga. */
export type StateKind = 'step' | 'compensation' | 'cleanup' | 'wait' | 'outcome';

/** One try of a task, or one run of a Map. */
export interface Attempt {
  readonly at: Date;
  /** Missing while it runs, or when a stop cut it off. */
  readonly durationMs?: number;
  readonly failure?: Failure;
  /** JSON text of its result, when it succeeded and the history shows it. */
  readonly output?: string;
}

export interface StateNode {
  readonly name: string;
  /** As ASL has it: `Task`, `Map`, `Choice`... */
  readonly type: string;
  readonly kind: StateKind;
  readonly status: StateStatus;
  readonly enteredAt: Date;
  /** From entered to exited or, if it never was, to its last event; missing while the status is `unknown`. */
  readonly durationMs?: number;
  /** Failures that were followed by another attempt, in order; while the status is `unknown`, those that are told. */
  readonly retries: readonly Failure[];
  readonly attempts: readonly Attempt[];
  /** JSON text, when the history shows it. */
  readonly input?: string;
  readonly output?: string;
  /** How often a redrive of the execution went on from here. */
  readonly redrives: number;
  /** Why the last attempt failed. Of a `running` or `aborted` state: it was to be tried again. */
  readonly failure?: Failure;
  /** Iterations of a Map, branches of a Parallel. */
  readonly branches: readonly Branch[];
  /** Of a log that does not tell what came right before it, nor what it is within. */
  readonly isAfterGap?: true;
}

export interface Branch {
  /** Of the iteration, as AWS numbers it; of the branch, in order of appearance. */
  readonly index: number;
  /** The large attribute that the iteration is about, when the history shows its input. */
  readonly attribute?: string;
  readonly states: readonly StateNode[];
}

export interface RunTree {
  /** `UNKNOWN` where a log does not tell the end. */
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT' | 'UNKNOWN';
  readonly failure?: Failure;
  /** Of the first event that is told. */
  readonly startedAt: Date;
  /** To the last event that is told. */
  readonly spanMs: number;
  /** From its start to its end, or to its last event so far; missing where a log does not tell one of them. */
  readonly durationMs?: number;
  readonly redrives: number;
  readonly states: readonly StateNode[];
  /** Of a log that lacks events. */
  readonly isPartial?: true;
}

/** States of statemachines/ by what they are for; every other one is a step or, by its type, an outcome. */
const COMPENSATIONS: ReadonlySet<string> = new Set(['DeleteCreatedObjects', 'DeleteUnwrittenObjects']);
const CLEANUPS: ReadonlySet<string> = new Set(['DeleteReplacedObjects', 'CleanupDeferred']);

const ENDINGS: Readonly<Record<string, RunTree['status']>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionAborted: 'ABORTED',
  ExecutionTimedOut: 'TIMED_OUT',
};

function isEnd({ type }: HistoryEvent): boolean {
  return Object.hasOwn(ENDINGS, type ?? '');
}

/**
 * The tree of a whole history, oldest event first; a redriven one shows all that happened as one tree.
 * @throws {RangeError} when there are no events
 */
export function runTree(events: readonly HistoryEvent[]): RunTree {
  return treeOf(events, { ofOpen: 'running', isTold: () => true, isTimed: true });
}

/**
 * The tree of a log, which may lack any of the events: a state is `unknown` unless all events are there from the one that entered it to
 * the one by which it was over.
 * @param events - by their number
 * @throws {RangeError} when there are no events
 */
export function loggedTree(events: readonly HistoryEvent[]): RunTree {
  const ids = new Set(events.map(({ id = 0 }) => id));
  const end = events.findLast(isEnd)?.id;
  const areThere = (from: number, to: number | undefined): boolean => {
    for (let id = from; id <= (to ?? 0); id += 1) if (!ids.has(id)) return false;
    return to !== undefined;
  };
  const isTold = ({ enteredId, exitedId = end }: Draft): boolean => areThere(enteredId, exitedId);
  const isTimed = ids.has(1) && end !== undefined;
  const tree = treeOf(events, { ofOpen: 'unknown', isTold, isTimed });
  return areThere(1, end) ? tree : { ...tree, isPartial: true };
}

/** How a tree is read. */
interface Reading {
  /** The status of a run without an end. */
  readonly ofOpen: 'running' | 'unknown';
  readonly isTold: (state: Draft) => boolean;
  /** Whether its first event and its last are those of the run. */
  readonly isTimed: boolean;
}

function treeOf(events: readonly HistoryEvent[], reading: Reading): RunTree {
  const { ofOpen, isTimed } = reading;
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a history has at least one event');
  const spanMs = timeOf(last).getTime() - timeOf(first).getTime();
  const turns = events.filter((event) => isEnd(event) || event.type === 'ExecutionRedriven');
  const ending = turns.at(-1);
  const status = ENDINGS[ending?.type ?? ''] ?? (ofOpen === 'running' ? 'RUNNING' : 'UNKNOWN');
  const hasFailed = status === 'FAILED' || status === 'ABORTED' || status === 'TIMED_OUT';
  return {
    status,
    ...(ending && hasFailed && { failure: failureOf(ending) }),
    startedAt: timeOf(first),
    spanMs,
    ...(isTimed && { durationMs: spanMs }),
    redrives: turns.filter(({ type }) => type === 'ExecutionRedriven').length,
    states: finished(draftTree(events), OPEN_STATE[status], reading),
  };
}

/** What a state that never exited became, by how the execution ended. */
type OpenState = 'running' | 'failed' | 'aborted' | 'unknown';

const OPEN_STATE: Readonly<Record<RunTree['status'], OpenState>> = {
  RUNNING: 'running',
  UNKNOWN: 'unknown',
  SUCCEEDED: 'aborted',
  FAILED: 'failed',
  ABORTED: 'aborted',
  TIMED_OUT: 'aborted',
};

function finished(branch: DraftBranch, open: OpenState, reading: Reading): StateNode[] {
  return branch.states.map((state) => {
    const belowOver = state.exited || state.failure !== undefined;
    const told = reading.isTold(state);
    return {
      name: state.name,
      type: state.type,
      kind: kindOf(state),
      // Who enters a Fail state fails there.
      status: told ? statusOf(state, open) : state.type === 'Fail' ? 'failed' : 'unknown',
      enteredAt: state.enteredAt,
      ...(told && { durationMs: state.lastAt.getTime() - state.enteredAt.getTime() }),
      retries: state.retries,
      attempts: state.attempts.map(finishedAttempt),
      ...(state.input !== undefined && { input: state.input }),
      ...(state.output !== undefined && { output: state.output }),
      redrives: state.redrives,
      ...(state.failure && { failure: state.failure }),
      branches: state.branches.map((each) => ({
        index: each.index,
        ...(each.attribute !== undefined && { attribute: each.attribute }),
        states: finished(each, belowOver ? 'failed' : open, reading),
      })),
      ...(reading.ofOpen === 'unknown' && state.isAfterGap && { isAfterGap: true as const }),
    };
  });
}

function finishedAttempt({ at, endedAt, failure, output }: DraftAttempt): Attempt {
  return {
    at,
    ...(endedAt && { durationMs: endedAt.getTime() - at.getTime() }),
    ...(failure && { failure }),
    ...(output !== undefined && { output }),
  };
}

function statusOf({ exited, failure }: Draft, open: OpenState): StateStatus {
  if (exited) return failure === undefined ? 'succeeded' : 'caught';
  return open === 'failed' && failure === undefined ? 'aborted' : open;
}

function kindOf({ name, type }: Draft): StateKind {
  if (COMPENSATIONS.has(name)) return 'compensation';
  if (CLEANUPS.has(name)) return 'cleanup';
  if (type === 'Wait') return 'wait';
  return type === 'Succeed' || type === 'Fail' ? 'outcome' : 'step';
}
