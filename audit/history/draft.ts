// The tree of a history while it is built. Events name their predecessor only, so each event's place in the tree is
// found from the place of the event before it.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { detailsOf, type Failure, failureOf, meaningOf, timeOf } from '../events.ts';

export interface Draft {
  readonly name: string;
  readonly type: string;
  readonly enteredAt: Date;
  /** Number of the event. */
  readonly enteredId: number;
  exitedId: number | undefined;
  /** Whether what came right before it is not the state before it in its sequence. */
  readonly isAfterGap: boolean;
  /** Whether it is not known what it is within: events before it are not there. */
  readonly isAdrift: boolean;
  readonly within: DraftBranch;
  readonly branches: DraftBranch[];
  readonly retries: Failure[];
  readonly attempts: DraftAttempt[];
  /** As JSON text, when the history shows them. */
  readonly input: string | undefined;
  output: string | undefined;
  redrives: number;
  /** Whether a redrive is to schedule it again. */
  awaitsRedrive: boolean;
  /** Of the last attempt. */
  failure: Failure | undefined;
  lastAt: Date;
  exited: boolean;
}

/** One try of a task, or one run of a Map or Parallel. */
export interface DraftAttempt {
  readonly at: Date;
  endedAt: Date | undefined;
  failure: Failure | undefined;
  output: string | undefined;
}

export interface DraftBranch {
  readonly index: number;
  readonly owner: Draft | undefined;
  readonly states: Draft[];
  attribute: string | undefined;
}

/** Where an event is: in which sequence of states, and in which of them, once one was entered. */
interface Place {
  readonly branch: DraftBranch;
  readonly state: Draft | undefined;
  /** Whether the events from the start to here are not all there. */
  readonly isLost?: true;
}

/** The root's sequence of states. What follows an event that is not there is in this sequence, too, after a gap. */
export function draftTree(events: readonly HistoryEvent[]): DraftBranch {
  const root = newBranch(0, undefined);
  const start: Place = { branch: root, state: undefined };
  const lost = lostFrom({ branch: root, state: undefined });
  const places = new Map<number, Place>([[0, start]]);
  for (const event of events) {
    const place = placeOf(event, places.get(event.previousEventId ?? 0) ?? lost, root);
    places.set(event.id ?? 0, place);
    const { state } = place;
    if (state && (state.exitedId === undefined || state.exitedId === event.id)) state.lastAt = timeOf(event);
  }
  return root;
}

function placeOf(event: HistoryEvent, before: Place, root: DraftBranch): Place {
  switch (meaningOf(event)) {
    case 'entered':
      return enter(event, before);
    case 'exited':
      return exit(event, before);
    case 'attempt':
      return attempt(event, before);
    case 'attempt failed':
      return failAttempt(event, before);
    case 'attempt succeeded':
      return succeedAttempt(event, before);
    case 'iteration':
      return iterate(event, before);
    case 'composite ended':
      return endComposite(event, before);
    case 'execution failed':
      return failExecution(event, before);
    case 'execution redriven':
      return resume(root);
    case 'other':
      return before;
  }
}

function enter(event: HistoryEvent, before: Place): Place {
  const { name = '', input = '' } = detailsOf(event);
  const opensBranch = before.state?.type === 'Parallel' && !before.state.exited;
  const branch = opensBranch && before.state ? addBranch(before.state) : before.branch;
  const present = branch.states.at(-1);
  const isResumed = present !== undefined && present === before.state && !present.exited;
  if (isResumed && present.name === name) return before;
  if (branch.states.length === 0) branch.attribute = attributeIn(input);
  const enteredAt = timeOf(event);
  const state: Draft = {
    name,
    type: (event.type ?? '').replace(/StateEntered$/, ''),
    enteredAt,
    enteredId: event.id ?? 0,
    exitedId: undefined,
    isAfterGap: before.isLost === true || before.state !== present,
    isAdrift: before.isLost === true || before.state?.isAdrift === true,
    within: branch,
    branches: [],
    retries: [],
    attempts: [],
    input: input === '' ? undefined : input,
    output: undefined,
    redrives: 0,
    awaitsRedrive: false,
    failure: event.type === 'FailStateEntered' ? NOT_TOLD : undefined,
    lastAt: enteredAt,
    exited: false,
  };
  branch.states.push(state);
  return { branch, state };
}

function exit(event: HistoryEvent, before: Place): Place {
  const { name, output } = detailsOf(event);
  const isMeant = (state: Draft) => state.name === name && !state.exited;
  const place = climb(before, isMeant);
  const state = place.state && !isMeant(place.state) ? openLeaves(place.state).find(isMeant) : place.state;
  if (state === undefined) return before.state?.isAdrift ? lostFrom(before) : place;
  state.exited = true;
  state.exitedId = event.id;
  state.output = output;
  return { branch: state.within, state };
}

function attempt(event: HistoryEvent, before: Place): Place {
  const composite = /^(?:Map|Parallel)/.exec(event.type ?? '')?.[0];
  const place =
    composite === undefined
      ? redrivenPlace(before)
      : climb(before, (state) => state.type === composite && !state.exited);
  const { state } = place;
  if (state === undefined) return place;
  if (state.attempts.length > 0) state.retries.push(state.failure ?? innermostFailure(state) ?? NOT_TOLD);
  state.attempts.push({ at: timeOf(event), endedAt: undefined, failure: undefined, output: undefined });
  state.failure = undefined;
  return place;
}

function succeedAttempt(event: HistoryEvent, before: Place): Place {
  endAttempt(before.state, event);
  return before;
}

function endAttempt(state: Draft | undefined, event: HistoryEvent, failure?: Failure): void {
  const last = state?.attempts.at(-1);
  if (last === undefined || last.endedAt !== undefined) return;
  last.endedAt = timeOf(event);
  last.failure = failure;
  last.output = failure === undefined ? detailsOf(event).output : undefined;
}

/** AWS chains a failed evaluation to the event before its state was entered; its details name the state. */
function failAttempt(event: HistoryEvent, before: Place): Place {
  const { state: name } = detailsOf(event);
  const isNamed = name !== undefined && before.isLost !== true;
  const named = isNamed ? before.branch.states.findLast((each) => each.name === name) : undefined;
  const state = named ?? before.state;
  if (state === undefined) return before;
  state.failure = failureOf(event);
  endAttempt(state, event, state.failure);
  return { branch: before.branch, state };
}

function iterate(event: HistoryEvent, before: Place): Place {
  const { name, index = 0 } = detailsOf(event);
  const outer = climb(before, (state) => state.type === 'Map' && state.name === name);
  const map = outer.state;
  if (map?.type !== 'Map') return before.state?.isAdrift ? lostFrom(before) : before;
  return event.type === 'MapIterationStarted' ? { branch: addBranch(map, index), state: undefined } : outer;
}

function endComposite(event: HistoryEvent, before: Place): Place {
  const type = event.type?.startsWith('Map') ? 'Map' : 'Parallel';
  const place = climb(before, (state) => state.type === type && !state.exited && state.failure === undefined);
  if (place.state?.isAdrift && place.state.type !== type) return lostFrom(place);
  if (place.state && event.type?.endsWith('Failed')) {
    place.state.failure = innermostFailure(place.state) ?? NOT_TOLD;
  }
  endAttempt(place.state, event, place.state?.failure);
  return place;
}

/** The execution's error is that of the state at which it ended; of a Fail state only this event tells it. */
function failExecution(event: HistoryEvent, before: Place): Place {
  const { state } = before;
  if (state && !state.exited && (state.failure?.error ?? '') === '') state.failure = failureOf(event);
  return before;
}

/** A redrive goes on at the states that the execution had not got past. */
function resume(root: DraftBranch): Place {
  const state = root.states.findLast((each) => !each.exited);
  for (const leaf of state ? openLeaves(state) : []) {
    leaf.redrives += 1;
    leaf.awaitsRedrive = true;
  }
  return { branch: root, state };
}

/** Below a redriven composite, events do not tell their iteration: its open states are scheduled again in order. */
function redrivenPlace(before: Place): Place {
  const state = before.state && openLeaves(before.state).find((leaf) => leaf.awaitsRedrive);
  if (state === undefined) return before;
  state.awaitsRedrive = false;
  return { branch: state.within, state };
}

/** The innermost states at which a state has not ended; the state itself if it has none below. */
function openLeaves(state: Draft): Draft[] {
  if (state.exited) return [];
  const below = state.branches.flatMap(({ states }) => states.slice(-1).flatMap(openLeaves));
  return below.length === 0 ? [state] : below;
}

const NOT_TOLD: Failure = { error: '', message: '' };

/** The nearest state, from this place outwards, that is meant; else the place itself. */
function climb(from: Place, isMeant: (state: Draft) => boolean): Place {
  let { branch, state } = from;
  while (state === undefined || !isMeant(state)) {
    if (branch.owner === undefined) return from;
    state = branch.owner;
    branch = state.within;
  }
  return { branch, state };
}

/** In the root's sequence, where nothing is known of what is around it. */
function lostFrom({ branch }: Place): Place {
  let root = branch;
  while (root.owner !== undefined) root = root.owner.within;
  return { branch: root, state: undefined, isLost: true };
}

function innermostFailure(state: Draft): Failure | undefined {
  const failed = state.branches
    .flatMap((branch) => branch.states)
    .findLast((each) => !each.exited && each.failure !== undefined);
  return failed && (innermostFailure(failed) ?? failed.failure);
}

function newBranch(index: number, owner: Draft | undefined): DraftBranch {
  return { index, owner, states: [], attribute: undefined };
}

function addBranch(owner: Draft, index = owner.branches.length): DraftBranch {
  const branch = newBranch(index, owner);
  owner.branches.push(branch);
  return branch;
}

function attributeIn(input: string): string | undefined {
  try {
    const { attribute } = JSON.parse(input) as { attribute?: unknown };
    return typeof attribute === 'string' ? attribute : undefined;
  } catch {
    return undefined; // a history may leave inputs out
  }
}
