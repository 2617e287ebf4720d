// One state of the world. States are values: whoever changes one makes another.

import type { Item } from '../../core/values/attributes.ts';

/** One call that a function has made and that waits for its answer. */
export interface Call {
  /** Which of its invocation's calls, from 0. */
  readonly at: number;
  /** The SDK command's name without `Command`. */
  readonly name: string;
  readonly input: CallInput;
}
export type CallInput = Readonly<Record<string, unknown>>;

export type Answer = { readonly ok: unknown } | { readonly error: ErrorAnswer };

export interface ErrorAnswer {
  readonly name: string;
  readonly status?: number;
  readonly message?: string;
  /** CancellationReasons of a TransactionCanceledException. */
  readonly reasons?: readonly { readonly Code: string; readonly Message: string; readonly Item?: Item }[];
}

/** How far an invocation has come: what it was called with and every answer that it has got. */
export interface Invocation {
  readonly id: number;
  readonly fn: string;
  readonly event: unknown;
  /** Milliseconds since the epoch, by its own clock. */
  readonly now: number;
  readonly history: readonly (readonly [at: number, answer: Answer])[];
  readonly pending: readonly Call[];
  readonly result: InvocationResult | undefined;
}

export type InvocationResult = { readonly ok: unknown } | { readonly name: string; readonly message: string };

export type Variables = Readonly<Record<string, unknown>>;

/**
 * Where a run, or one iteration of its Map, is in its definition. `entering` a state; `invoking` its function; `retrying` and
 * `waiting` until a time; `iterating` over its kids; `ended`; `failed`, so that a redrive goes on from here.
 */
export interface Frame {
  readonly at: string;
  readonly variables: Variables;
  readonly input: unknown;
  readonly phase: 'entering' | 'invoking' | 'retrying' | 'waiting' | 'iterating' | 'ended' | 'failed';
  /** Retries of the task so far: all of them, and by the index of the retrier. */
  readonly retries: number;
  readonly counts: Readonly<Record<number, number>>;
  /** Of the run's clock, ms. */
  readonly until: number;
  readonly invocation?: Invocation | undefined;
  readonly kids?: readonly Frame[] | undefined;
  readonly output?: unknown;
  /** Why an iteration failed. */
  readonly failure?: TaskError | undefined;
  /** When the task was entered; kept only where a configuration freezes the context. */
  readonly enteredAt?: number;
}

/** An error as Retry and Catch match it. */
export interface TaskError {
  readonly name: string;
  readonly cause: string;
}

/** A request whose caller has given up, and which may still land until then. */
export interface LateRequest {
  readonly name: string;
  readonly input: CallInput;
  readonly until: number;
}

/** A function that runs on although nobody waits for it. */
export interface OldInvocation {
  readonly invocation: Invocation;
  readonly until: number;
}

export type RunStatus = 'ABSENT' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

export interface Run {
  readonly index: number;
  readonly status: RunStatus;
  readonly redrives: number;
  /** ms since the start; moved by the run's own waits alone, so others may be as slow or fast as they like. */
  readonly clock: number;
  readonly frame: Frame;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly output?: unknown;
  readonly old: readonly OldInvocation[];
  readonly late: readonly LateRequest[];
  /** Whether its time for redrives is over, and then whether its history is forgotten. */
  readonly age: 'recent' | 'expired' | 'forgotten';
  /** The execution's input, where a client, an Express run or who settles one has started it; else that of the configuration. */
  readonly input?: unknown;
  /** Of what goes on with an Express run: the index of that. */
  readonly continues?: number;
}

/** Whoever else is about: a sweep, a reader, one of pages, fsck, the stream's consumer, another program, a client. */
export interface Actor {
  readonly kind: 'program' | 'sweep' | 'read' | 'page' | 'fsck' | 'stream' | 'client' | 'settler';
  /** 0 before it begins; what more it counts is its own. */
  readonly step: number;
  /** Of a client: the index of its write, and of its call; of a reader of pages: which one it is. */
  readonly of?: number;
  readonly invocation?: Invocation | undefined;
  readonly memory?: readonly unknown[] | undefined;
}

export interface StoredObject {
  readonly text: string;
  readonly type?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface Upload {
  readonly key: string;
  readonly id: number;
  /** Bytes by part number. */
  readonly parts: Readonly<Record<number, number>>;
  readonly text?: string;
  readonly type?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface StreamRecord {
  readonly before: Item;
  readonly after?: Item | undefined;
}

export interface State {
  /** By `table/partition key`. */
  readonly items: Readonly<Record<string, Item>>;
  /** What each client request token was used for. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly objects: Readonly<Record<string, StoredObject>>;
  readonly uploads: readonly Upload[];
  readonly stream: readonly StreamRecord[];
  readonly runs: readonly Run[];
  readonly actors: readonly Actor[];
  readonly faultsLeft: number;
  readonly redrivesLeft: number;
  /** How often each write of the configuration took effect; where one runs twice, each execution of it. */
  readonly effects: readonly number[];
  /** How many of those others have undone since, without a trace that its run could read (machine/undone.ts). */
  readonly undone: readonly number[];
  /** Whether each write's item was missing at some time while it could be looked at. */
  readonly absences: readonly number[];
  /** Object keys that fsck has called orphans. */
  readonly claims: readonly string[];
  /** Promises that were broken on the way here. */
  readonly problems: readonly string[];
}

/** One step that can be taken, and the state after it. */
export interface Step {
  readonly label: string;
  readonly state: State;
}

/** The frame itself, or one of its kids from 0. */
export const TOP = -1;

export function frameOf(run: Run, kid: number): Frame {
  return kid === TOP ? run.frame : ((run.frame.kids ?? [])[kid] as Frame);
}

/** The run's frame and those of its iterations, each with its number. */
export function framesOf(run: Run): readonly (readonly [kid: number, frame: Frame])[] {
  return [[TOP, run.frame] as const, ...(run.frame.kids ?? []).map((frame, kid) => [kid, frame] as const)];
}

export function withRun(state: State, index: number, changes: Partial<Run>): State {
  const runs = state.runs.slice();
  runs[index] = { ...(runs[index] as Run), ...changes };
  return { ...state, runs };
}

export function withFrame(state: State, index: number, kid: number, frame: Frame): State {
  if (kid === TOP) return withRun(state, index, { frame });
  const run = state.runs[index] as Run;
  const kids = (run.frame.kids ?? []).slice();
  kids[kid] = frame;
  return withRun(state, index, { frame: { ...run.frame, kids } });
}

export function withActor(state: State, index: number, actor: Actor): State {
  const actors = state.actors.slice();
  actors[index] = actor;
  return { ...state, actors };
}

export function runOf(state: State, index: number): Run {
  return state.runs[index] as Run;
}

export function spendFault(state: State): State {
  return { ...state, faultsLeft: state.faultsLeft - 1 };
}
