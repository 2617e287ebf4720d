// Lets runs go on: by themselves, at an answer, when a time has come, and after a redrive.

import type { Model } from '../model/model.ts';
import {
  type Answer,
  type Call,
  type Frame,
  frameOf,
  framesOf,
  type Invocation,
  type Run,
  runOf,
  type State,
  type TaskError,
  TOP,
  withFrame,
  withRun,
} from '../state/state.ts';
import { abortFrame } from './abort.ts';
import { leave } from './leave.ts';
import { recover } from './recovery.ts';
import { placeOf } from './scope.ts';
import { conclude, enter } from './states.ts';
import { withUndone } from './undone.ts';

/** More states than a run enters without waiting for anything. */
const MAX_STEPS = 100;

/** Lets a run go on until it waits for an answer or a time, or has ended. */
export async function advance(model: Model, start: State, index: number): Promise<State> {
  let state = start;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const run = runOf(state, index);
    if (run.status !== 'RUNNING') return state;
    if (run.frame.phase === 'entering') {
      state = await enter(model, state, index, TOP);
      continue;
    }
    if (run.frame.phase !== 'iterating') return state;
    const next = await iterateOn(model, state, run);
    if (next === undefined) return state;
    state = next;
  }
  throw new Error(`${model.nameOf({ index })} goes round in circles at ${runOf(state, index).frame.at}`);
}

/** The next step of a Map by itself; undefined when all of its iterations wait. */
async function iterateOn(model: Model, state: State, run: Run): Promise<State | undefined> {
  const kids = run.frame.kids ?? [];
  const entering = kids.findIndex(({ phase }) => phase === 'entering');
  if (entering >= 0) return enter(model, state, run.index, entering);
  const failure = kids.find(({ phase }) => phase === 'failed')?.failure;
  if (failure !== undefined)
    return recover(model, stopIterations(model, state, run), run.index, TOP, failure);
  if (kids.some(({ phase }) => phase !== 'ended')) return undefined;
  const result = kids.map(({ output }) => output);
  const place = placeOf(model, state, run.index, TOP);
  return leave(model, state, place, {
    by: 'leave',
    exit: place.definition,
    more: { result },
    fallback: result,
  });
}

/** The first iteration that fails ends the others; their functions run on. */
function stopIterations(model: Model, state: State, run: Run): State {
  const kids = (run.frame.kids ?? []).map((kid) => abortFrame(model, run.clock, kid));
  const frame = { ...run.frame, kids: kids.map((kid) => kid.frame) };
  return withRun(state, run.index, { frame, old: [...run.old, ...kids.flatMap(({ old }) => old)] });
}

/** A call of a run's function is answered. */
export async function answerCall(
  model: Model,
  state: State,
  index: number,
  kid: number,
  call: Call,
  answer: Answer,
): Promise<State> {
  const frame = frameOf(runOf(state, index), kid);
  const code = model.codeOf(model.writeOf({ index }).store);
  const invocation = await code.answer(frame.invocation as Invocation, call.at, answer);
  const known = withUndone(model, state, index, invocation);
  return move(model, known, index, `answer ${kid} ${invocation.id}`, async (given) => {
    const next = withFrame(given, index, kid, { ...frame, invocation });
    if (invocation.result === undefined) return next;
    return advance(model, await conclude(model, next, index, kid, invocation.result), index);
  });
}

/** A run's task fails, whatever its function does. */
export async function failTask(
  model: Model,
  state: State,
  index: number,
  kid: number,
  error: TaskError,
  forGood = false,
): Promise<State> {
  return advance(model, await recover(model, state, index, kid, error, forGood), index);
}

/** When the first wait of a run is over, by its clock; Infinity where it waits for no time. */
export function nextTime(run: Run): number {
  if (run.status !== 'RUNNING') return Number.POSITIVE_INFINITY;
  const waits = framesOf(run).filter(([, { phase }]) => phase === 'retrying' || phase === 'waiting');
  return Math.min(Number.POSITIVE_INFINITY, ...waits.map(([, { until }]) => until));
}

/** Time passes for a run until its next wait is over. What then has lived long enough is gone. */
export function passTime(model: Model, state: State, index: number): Promise<State> {
  return move(model, state, index, 'time', async (given) => {
    const clock = Math.max(runOf(given, index).clock, nextTime(runOf(given, index)));
    let next = withRun(given, index, { clock, ...stillAlive(runOf(given, index), clock) });
    for (const [kid] of framesOf(runOf(next, index))) {
      const frame = frameOf(runOf(next, index), kid);
      if (frame.until > clock) continue;
      if (frame.phase === 'retrying') {
        const again: Frame = { ...frame, phase: 'entering', retries: frame.retries + 1, until: 0 };
        next = withFrame(next, index, kid, again);
      } else if (frame.phase === 'waiting') {
        const place = placeOf(model, next, index, kid);
        const { definition: exit } = place;
        next = await leave(model, next, place, { by: 'leave', exit, fallback: frame.input });
      }
    }
    return advance(model, next, index);
  });
}

/** A run is redriven, some time after it has ended. */
export async function redrive(model: Model, state: State, index: number, afterMs: number): Promise<State> {
  const run = runOf(state, index);
  const clock = run.clock + afterMs;
  const again = (frame: Frame): Frame => {
    if (frame.phase === 'failed') {
      const { failure: _, ...rest } = frame;
      return { ...rest, phase: 'entering', retries: 0, counts: {}, until: 0 };
    }
    if (frame.phase === 'waiting' && model.configuration.waitSkipped) return { ...frame, until: clock };
    return frame.kids === undefined ? frame : { ...frame, kids: frame.kids.map(again) };
  };
  const remembered = afterMs >= TOKEN_LIFE_MS ? forgetTokens(model, state, index) : state;
  const redriven = withRun({ ...remembered, redrivesLeft: state.redrivesLeft - 1 }, index, {
    frame: again(run.frame),
    status: 'RUNNING',
    error: undefined,
    cause: undefined,
    redrives: run.redrives + 1,
    clock,
    ...stillAlive(run, clock),
  });
  return advance(model, redriven, index);
}

/** DynamoDB API reference, TransactWriteItems: a token is valid for 10 minutes. */
const TOKEN_LIFE_MS = 600_000;

/** DynamoDB has forgotten the tokens of a run's write. */
export function forgetTokens(model: Model, state: State, index: number): State {
  const effect = model.effectOf(runOf(state, index));
  const kept = Object.entries(state.tokens).filter(([, used]) => !used.startsWith(`${effect}#`));
  return { ...state, tokens: Object.fromEntries(kept) };
}

function stillAlive(run: Run, clock: number): Pick<Run, 'old' | 'late'> {
  return {
    old: run.old.filter(({ until }) => until > clock),
    late: run.late.filter(({ until }) => until > clock),
  };
}

interface Move {
  readonly run: Run;
  readonly problems: readonly string[];
}
const moves = new WeakMap<Run, Map<string, Move>>();

/** What a run does by itself is computed once: it depends on nothing but the run. */
export async function move(
  model: Model,
  state: State,
  index: number,
  key: string,
  work: (state: State) => Promise<State>,
): Promise<State> {
  const run = model.interner.canonical(runOf(state, index));
  let known = moves.get(run);
  if (known === undefined) {
    known = new Map();
    moves.set(run, known);
  }
  let made = known.get(key);
  if (made === undefined) {
    const after = await work({ ...state, problems: [] });
    made = { run: model.interner.canonical(runOf(after, index)), problems: after.problems };
    known.set(key, made);
  }
  const runs = state.runs.slice();
  runs[index] = made.run;
  return { ...state, runs, problems: [...state.problems, ...made.problems] };
}
