// One stay in one state: entering it, evaluating its fields, leaving it.

import type { Exit, State } from '../definition/types.ts';
import { evaluateAll, QueryError, type Setting } from '../expressions/template.ts';
import { dataLimitExceeded, limitedText, STATES, StateFailure } from '../failure.ts';
import { byteLength, type Json, type JsonObject } from '../json.ts';
import { MAX_DATA_BYTES, MAX_VARIABLES_BYTES } from '../limits.ts';
import { Aborted } from './baton.ts';
import { type MapItem, variableBytes, visibleMapItem, visibleVariables } from './frame.ts';
import { emit, emitAside, type Thread, textWithDetails } from './thread.ts';

export interface Visit<S extends State = State> {
  readonly thread: Thread;
  readonly state: S;
  retryCount: number;
  /** Of the attempt that is under way, where it waits for a callback. */
  taskToken?: string | undefined;
  /** The event that an evaluation which fails now is said to follow. */
  decidedAfter: number;
}

/** What `$states` holds besides input and context. */
export type Results = { readonly result?: Json; readonly errorOutput?: Json };

/** Enters the frame's current state; a redrive goes on in a state that was entered before. */
export function enter<S extends State>(thread: Thread, state: S): Visit<S> {
  const { frame, run } = thread;
  const decidedAfter = frame.lastEventId;
  if (frame.stage === 'before' || state.type === 'Fail') {
    frame.enteredAt = run.clock.now();
    const input = textWithDetails('input', frame.input, frame.inputText);
    frame.enteredEventId = emit(thread, `${state.type}StateEntered`, { name: state.name, ...input });
    frame.children = undefined;
    frame.mapRun = undefined;
    frame.waitUntil = undefined;
  }
  frame.inputText = undefined;
  frame.stage = 'inside';
  return { thread, state, retryCount: 0, decidedAfter };
}

/** What the expressions of the visit see. */
export function scopeOf(visit: Visit, results: Results = {}, mapItem?: MapItem): Setting {
  const { frame, run } = visit.thread;
  const context = contextObject(visit, mapItem ?? visibleMapItem(frame));
  const states: Record<string, Json> = { input: frame.input, context };
  if (results.result !== undefined) states.result = results.result;
  if (results.errorOutput !== undefined) states.errorOutput = results.errorOutput;
  return {
    variables: visibleVariables(frame),
    states,
    now: run.clock.now(),
    evaluator: run.evaluator,
  };
}

/**
 * Runs an evaluation of the state's fields.
 * @throws {StateFailure} States.QueryEvaluationError, with its event written
 * @throws {Aborted} when the thread was stopped meanwhile
 */
export async function evaluating<T>(visit: Visit, evaluation: Promise<T>): Promise<T> {
  try {
    const value = await evaluation;
    if (visit.thread.signal.aborted) throw new Aborted();
    return value;
  } catch (error) {
    if (error instanceof QueryError) throw evaluationFailed(visit, error);
    throw error;
  }
}

/**
 * Leaves the state: evaluates Assign and Output against the variables as they are, then assigns.
 * @throws {StateFailure} also where a size limit is passed
 */
export async function leave(visit: Visit, exit: Exit, fallback: Json, results: Results = {}): Promise<void> {
  const { frame } = visit.thread;
  const { assigned, output = fallback } = await evaluating(
    visit,
    evaluateExit(exit, scopeOf(visit, results)),
  );
  const text = limitedText(output, visit.state.name);
  const texts = assignedTexts(visit, assigned);
  const variables = { ...frame.variables, ...Object.fromEntries(assigned) };
  if (assigned.length > 0 && variableBytes({ ...frame, variables }) > MAX_VARIABLES_BYTES) {
    throw dataLimitExceeded(visit.state.name);
  }
  emit(visit.thread, `${visit.state.type}StateExited`, {
    name: visit.state.name,
    ...textWithDetails('output', output, text),
    ...(texts && { assignedVariables: texts, assignedVariablesDetails: { truncated: false } }),
  });
  frame.variables = variables;
  advance(visit, output, exit.next);
}

/** Writes that an evaluation failed and returns the state's failure. */
export function evaluationFailed(visit: Visit, error: QueryError): StateFailure {
  const { frame } = visit.thread;
  const cause = `${placeOf(visit)} ${error.message}`;
  frame.lastEventId = emitAside(visit.thread, 'EvaluationFailed', visit.decidedAfter, {
    error: STATES.queryEvaluationError,
    cause,
    ...(error.location !== undefined && { location: error.location }),
    state: visit.state.name,
  });
  return new StateFailure(STATES.queryEvaluationError, cause);
}

/** The sentence that begins causes of errors in a state. */
export function placeOf(visit: Visit): string {
  const { enteredEventId } = visit.thread.frame;
  return `An error occurred while executing the state '${visit.state.name}' (entered at the event id #${enteredEventId}).`;
}

function advance(visit: Visit, output: Json, next: string | undefined): void {
  const { frame } = visit.thread;
  frame.stage = 'before';
  frame.children = undefined;
  frame.mapRun = undefined;
  if (next === undefined) {
    frame.status = 'succeeded';
    frame.output = output;
    return;
  }
  frame.state = next;
  frame.input = output;
}

async function evaluateExit({ assign, output }: Exit, setting: Setting) {
  const templates = [...assign.map(([, template]) => template), ...(output === undefined ? [] : [output])];
  const values = await evaluateAll(templates, setting);
  return {
    assigned: assign.map(([name], index) => [name, values[index] as Json] as const),
    output: values[assign.length],
  };
}

function assignedTexts(visit: Visit, assigned: readonly (readonly [string, Json])[]) {
  if (assigned.length === 0) return undefined;
  const texts = assigned.map(([name, value]) => [name, JSON.stringify(value)] as const);
  const bytes = texts.reduce((sum, [, text]) => sum + byteLength(text), 0);
  if (bytes > MAX_DATA_BYTES) throw dataLimitExceeded(visit.state.name);
  return Object.fromEntries(texts);
}

function contextObject(visit: Visit, mapItem: MapItem | undefined): JsonObject {
  const { frame, run } = visit.thread;
  return {
    ...run.context,
    State: {
      EnteredTime: new Date(frame.enteredAt).toISOString(),
      Name: visit.state.name,
      // Recorded: a Pass state, which has no Retry, has none.
      ...('retry' in visit.state && { RetryCount: visit.retryCount }),
    },
    ...(visit.taskToken !== undefined && { Task: { Token: visit.taskToken } }),
    ...(mapItem && { Map: { Item: { Index: mapItem.Index, Value: mapItem.Value } } }),
  };
}
