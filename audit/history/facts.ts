// What a run's history proves about its work: what it planned, put, wrote and deleted, and where it stopped.
// A pure reading of the tree; names of states are those of statemachines/.

import { BRANCH_ERRORS } from '../../core/errors/errors.ts';
import type { Plan } from '../../core/saga/plan.ts';
import type { Continuation } from '../runs/continuation.ts';
import type { Failure, RunTree, StateNode, StateStatus } from './history.ts';
import { resultOf } from './timeline.ts';

/** The part of the saga in which a run is, or stopped. */
export type Phase =
  | 'planning'
  | 'putting'
  | 'writing'
  | 'compensation'
  | 'cleanup'
  | 'ended'
  /** It says what became of an Express run. */
  | 'settling'
  /** The log of an Express run does not tell. */
  | 'unknown';

/** A compensation or clean-up that was begun. */
export interface Deletion {
  readonly state: string;
  readonly kind: 'compensation' | 'cleanup';
  readonly status: StateStatus;
  /** Keys of objects that it was to delete; missing where no plan is told. */
  readonly keys?: readonly string[];
  /** Keys that it left alone because the item references them. */
  readonly kept: readonly string[];
  readonly failure?: Failure;
}

export interface RunFacts {
  /** In order; empty where the history does not show results. */
  readonly plans: readonly Plan[];
  /** Keys of the objects that were put. */
  readonly put: readonly string[];
  /** Keys of objects that may have been put: their last attempt did not answer. */
  readonly maybePut: readonly string[];
  /** Whether the item was written: `maybe` once a write was tried that got no definite answer. */
  readonly written: 'yes' | 'no' | 'maybe';
  readonly deletions: readonly Deletion[];
  /** Whether each of its plans is told, and so every object that it had to do with. */
  readonly tellsObjects: boolean;
  readonly phase: Phase;
  /** The state at the top in which it is, or stopped; missing once it ended by itself. */
  readonly stoppedAt?: string;
}

/** Of an Express run: what is in doubt or stuck goes on as another execution. */
const HAND_OVER = 'HandOver';
const WRITES: ReadonlySet<string> = new Set(['WriteItem', 'ReplaceItem', 'DeleteItem']);
/** Answers that prove that the write was not applied. */
const DEFINITE: ReadonlySet<string> = new Set([
  ...BRANCH_ERRORS,
  'WriteConflict',
  'NotWritten',
  'ConditionFailed',
  'WriteRefused',
  'WriteThrottled',
  'States.DataLimitExceeded',
]);

/**
 * @param before - of an execution that goes on with an Express run: what that run had done by then
 */
export function factsOf(tree: RunTree, before?: Continuation): RunFacts {
  const begun = before && factsBefore(before);
  const plans: Plan[] = begun ? [...begun.plans] : [];
  const put = new Set<string>(begun?.put);
  const maybePut = new Set<string>(begun?.maybePut);
  const deletions: Deletion[] = [];
  let tellsObjects = before === undefined || plans.length > 0;
  let written: RunFacts['written'] = begun?.written ?? 'no';
  for (const state of tree.states) {
    const plan = plans.at(-1);
    if (state.name === 'Plan') {
      const told = planIn(state);
      plans.push(...told);
      if (told.length === 0 && state.status === 'succeeded') tellsObjects = false;
    } else if (state.name === 'PutObjects') {
      for (const [key, certain] of putsOf(state, plan)) (certain ? put : maybePut).add(key);
    } else if (WRITES.has(state.name)) written = writtenBy(state);
    else if (state.name === HAND_OVER) {
      // What goes on with it may write, unless it is to compensate.
      if (written === 'no' && !deletions.some(({ kind }) => kind === 'compensation')) written = 'maybe';
    } else if (state.type === 'Task' && (state.kind === 'compensation' || state.kind === 'cleanup')) {
      deletions.push(deletionOf(state, state.kind, plan));
    }
  }
  const last = tree.states.at(-1);
  const isStopped = last !== undefined && last.status !== 'succeeded' && last.kind !== 'outcome';
  return {
    ...(isStopped && { stoppedAt: last.name }),
    plans,
    put: [...put],
    maybePut: [...maybePut].filter((key) => !put.has(key)),
    written,
    deletions,
    tellsObjects,
    phase: phaseOf(tree, before),
  };
}

/** It had come to the state in which it was in doubt or stuck: what comes before it was done. */
function factsBefore({ plan, at }: Continuation): Pick<RunFacts, 'plans' | 'put' | 'maybePut' | 'written'> {
  if (!isPlan(plan)) return { plans: [], put: [], maybePut: [], written: WRITES.has(at) ? 'maybe' : 'no' };
  const keys = plan.puts.map(({ key }) => key);
  return WRITES.has(at)
    ? { plans: [plan], put: keys, maybePut: [], written: 'maybe' }
    : { plans: [plan], put: [], maybePut: keys, written: 'no' };
}

function planIn(state: StateNode): Plan[] {
  const result = resultOf(state);
  return isPlan(result) ? [result] : [];
}

/** The plan of this version of the stack; another's is not guessed at. */
function isPlan(value: unknown): value is Plan {
  const { number, run, key, expected, puts, pointers, replaced, created } = (value ?? {}) as Partial<Plan>;
  return (
    typeof number === 'number' &&
    typeof run === 'string' &&
    [key, expected, pointers].every((record) => typeof record === 'object' && record !== null) &&
    [puts, replaced, created].every(Array.isArray)
  );
}

function* putsOf(
  map: StateNode,
  plan: Plan | undefined,
): Generator<readonly [key: string, certain: boolean]> {
  for (const branch of map.branches) {
    const [task] = branch.states;
    const key = plan?.puts[branch.index]?.key;
    if (task === undefined || key === undefined || task.attempts.length === 0) continue;
    const refused = task.status === 'caught' && task.attempts.length === 1 && isRefusal(task.failure);
    if (!refused) yield [key, task.status === 'succeeded'];
  }
}

function isRefusal(failure: Failure | undefined): boolean {
  return ['ContentMismatch', 'StagedObjectMissing', 'PutRefused'].includes(failure?.error ?? '');
}

function writtenBy(state: StateNode): RunFacts['written'] {
  if (state.status === 'succeeded') return 'yes';
  // A refusal is caught where it proves that nothing was written (rule 3); in the Express lane, whatever else is in doubt is caught, too.
  if (state.status === 'caught') return DEFINITE.has(state.failure?.error ?? '') ? 'no' : 'maybe';
  const doubtful = state.attempts.some(
    ({ failure }) => failure === undefined || !DEFINITE.has(failure.error),
  );
  return doubtful ? 'maybe' : 'no';
}

function deletionOf(state: StateNode, kind: Deletion['kind'], plan: Plan | undefined): Deletion {
  const result = resultOf(state) as { kept?: unknown } | undefined;
  return {
    state: state.name,
    kind,
    status: state.status,
    ...(plan && { keys: kind === 'compensation' ? plan.created : plan.replaced }),
    kept: Array.isArray(result?.kept) ? result.kept : [],
    ...(state.failure && { failure: state.failure }),
  };
}

const PHASES: Readonly<Record<string, Phase>> = {
  PutObjects: 'putting',
  // Of runs that earlier definitions began.
  'AllObjectsPut?': 'putting',
  LetRequestsExpire: 'putting',
  EndUnfinishedUploads: 'putting',
  WriteItem: 'writing',
  ReplaceItem: 'writing',
  DeleteItem: 'writing',
  PauseAfterThrottling: 'writing',
  DeleteCreatedObjects: 'compensation',
  DeleteReplacedObjects: 'cleanup',
  CleanupDeferred: 'cleanup',
  LetExpressRunEnd: 'settling',
  SettleRun: 'settling',
};

/** By the last state at the top, unless the execution has succeeded or went through a state that ends it. */
function phaseOf({ status, states }: RunTree, before: Continuation | undefined): Phase {
  const last = states.at(-1);
  if (status === 'SUCCEEDED') return 'ended';
  if (last?.kind === 'outcome') return 'ended';
  const hasGoneOn = states.some(({ name }) => Object.hasOwn(PHASES, name));
  const own = last?.name === HAND_OVER ? states.findLast(({ name }) => Object.hasOwn(PHASES, name)) : last;
  const at = before === undefined || hasGoneOn ? own?.name : before.at;
  return at !== undefined && Object.hasOwn(PHASES, at) ? (PHASES[at] as Phase) : 'planning';
}
