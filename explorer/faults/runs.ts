// What can happen to a run beside its calls: it is stopped and redriven, requests land late, functions run on, it ages.

import { abortFrame } from '../machine/abort.ts';
import { advance, move, nextTime, passTime, redrive } from '../machine/advance.ts';
import type { Model } from '../model/model.ts';
import { DAY_MS } from '../state/setting.ts';
import {
  framesOf,
  type OldInvocation,
  type Run,
  runOf,
  type State,
  type Step,
  spendFault,
  withRun,
} from '../state/state.ts';
import { isWrite, outcomeText, perform } from '../world/perform.ts';
import { mayFail, withLate } from './calls.ts';

/** The steps of one run that are no calls of its tasks. */
export async function runSteps(model: Model, state: State, run: Run): Promise<Step[]> {
  return [
    ...(await timeSteps(model, state, run)),
    ...(await redriveSteps(model, state, run)),
    ...(await lateSteps(model, state, run)),
    ...(await oldSteps(model, state, run)),
    ...ageSteps(model, state, run),
  ];
}

async function timeSteps(model: Model, state: State, run: Run): Promise<Step[]> {
  const time = nextTime(run);
  if (time === Number.POSITIVE_INFINITY) return [];
  if (run.frame.at === EXPRESS_ENDS && !isOver(model, state, run)) return [];
  const label = `${model.nameOf(run)} waits ${Math.max(time - run.clock, 0) / 1000} s in ${run.frame.at}`;
  return [{ label, state: await passTime(model, state, run.index) }];
}

/** The wait that outlasts an Express run by a bound on that, not by the clock of its own. */
const EXPRESS_ENDS = 'LetExpressRunEnd';

/** Whether nothing of a write's Express runs goes on, or is in flight. */
export function isOver(model: Model, { runs }: State, of: Pick<Run, 'index'>): boolean {
  return model.lanesOf(of).every((index) => {
    const { status, late, old } = runs[index] as Run;
    if (model.slotOf({ index }).lane !== 'express') return true;
    return status !== 'RUNNING' && late.length + old.length === 0;
  });
}

/** StopExecution, at any point of a run; the end of an Express run by time, or by a loss of it. */
export async function stopSteps(model: Model, state: State, run: Run): Promise<Step[]> {
  if (run.status !== 'RUNNING' || !mayFail(model, state, run) || !model.kinds.has('stop')) return [];
  const stopped = await move(model, spendFault(state), run.index, 'stop', async (given) =>
    stop(model, given, runOf(given, run.index)),
  );
  const ends = model.slotOf(run).lane === 'express' ? 'DIES' : 'is STOPPED';
  return [{ label: `${model.nameOf(run)} ${ends} at ${run.frame.at}`, state: stopped }];
}

function stop(model: Model, state: State, run: Run): State {
  const { frame, old } = abortFrame(model, run.clock, run.frame);
  return withRun(state, run.index, { frame, status: 'ABORTED', old: [...run.old, ...old] });
}

async function redriveSteps(model: Model, state: State, run: Run): Promise<Step[]> {
  const canBe =
    run.status === 'ABORTED' ||
    (run.status === 'FAILED' && framesOf(run).some(([, { phase }]) => phase === 'failed'));
  if (!canBe || model.slotOf(run).lane === 'express' || run.age !== 'recent' || state.redrivesLeft <= 0)
    return [];
  const name = model.nameOf(run);
  const at = run.frame.at;
  const steps = [{ label: `${name} is REDRIVEN at ${at}`, state: await redrive(model, state, run.index, 0) }];
  if (model.configuration.lateRedrive) {
    const label = `${name} is REDRIVEN a day later at ${at}`;
    steps.push({ label, state: await redrive(model, state, run.index, DAY_MS) });
  }
  return steps;
}

async function lateSteps(model: Model, state: State, run: Run): Promise<Step[]> {
  const name = model.nameOf(run);
  const steps: Step[] = [];
  for (const [at, request] of run.late.entries()) {
    const rest = withRun(state, run.index, { late: run.late.filter((_, other) => other !== at) });
    const done = perform(model, rest, run.index, request);
    const what = model.describe(request);
    const inVain = 'ok' in done.answer ? '' : ' in vain';
    // What lands may be the start of the run.
    const landed = await advance(model, done.state, run.index);
    steps.push({ label: `${name} LATE ${what} lands${inVain}`, state: landed });
    if (run.status !== 'RUNNING') steps.push({ label: `${name} late ${what} is lost`, state: rest });
  }
  return steps;
}

/** Milliseconds into an attempt within which a function that runs on may still send what is then in flight. */
const SENT_WITHIN_MS = 5_000;

async function oldSteps(model: Model, state: State, run: Run): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [at, one] of run.old.entries()) {
    const others = run.old.filter((_, other) => other !== at);
    const name = `${model.nameOf(run)} OLD INVOCATION of ${one.invocation.fn}:`;
    for (const call of one.invocation.pending) {
      const done = perform(model, state, run.index, call);
      const invocation = await model
        .codeOf(model.writeOf(run).store)
        .answer(one.invocation, call.at, done.answer);
      const goesOn = invocation.result === undefined && invocation.pending.length > 0;
      // A hand-over takes the others along.
      const left = runOf(done.state, run.index).old;
      const old: readonly OldInvocation[] = goesOn
        ? left.map((other) => (other === one ? { ...one, invocation } : other))
        : left.filter((other) => other !== one);
      steps.push({
        label: `${name} ${model.describe(call)} -> ${outcomeText(done)}`,
        state: withRun(done.state, run.index, { old }),
      });
      if (!isWrite(call)) continue;
      const gaveUp = Math.min(nextTime(run) + SENT_WITHIN_MS, one.until);
      const sent = `sent by +${(gaveUp - run.clock) / 1000} s, IN FLIGHT`;
      const rest = withRun(state, run.index, { old: others });
      steps.push({
        label: `${name} ${model.describe(call)} ${sent}`,
        state: withLate(model, rest, run.index, call, gaveUp),
      });
    }
    if (run.status !== 'RUNNING') {
      const ended = withRun(state, run.index, { old: others });
      steps.push({ label: `${model.nameOf(run)} old invocation ends`, state: ended });
    }
  }
  return steps;
}

/** Where a sweep is about, a run that has not succeeded may have ended 16 days ago, and histories may be forgotten. */
function ageSteps(model: Model, state: State, run: Run): Step[] {
  const { sweeps = 0, forget } = model.configuration;
  const name = model.nameOf(run);
  // Of an Express run nothing is ever told.
  const isTold = model.slotOf(run).lane !== 'express';
  const hasEnded = isTold && run.status !== 'RUNNING' && run.status !== 'ABSENT';
  const steps: Step[] = [];
  if (sweeps > 0 && hasEnded && run.status !== 'SUCCEEDED' && run.age === 'recent') {
    const state16 = withRun(state, run.index, { age: 'expired', old: [], late: [] });
    steps.push({ label: `${name}: 16 days pass`, state: state16 });
  }
  const isOver = run.age === 'expired' || (run.age === 'recent' && run.status === 'SUCCEEDED');
  if (forget && hasEnded && isOver) {
    const forgotten = withRun(state, run.index, { age: 'forgotten', old: [], late: [] });
    steps.push({ label: `${name}: its history is forgotten`, state: forgotten });
  }
  return steps;
}
