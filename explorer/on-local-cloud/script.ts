// A schedule as what can be done to the local cloud: runs that are started, stopped and redriven, time that passes, faults of
// single calls, and other programs' writes. What cannot be expressed so is named.

import type { Model } from '../model/model.ts';
import { FOREIGN_WRITES, type ForeignWrite } from '../state/configuration.ts';
import { RUN_NAMES } from '../state/setting.ts';
import { framesOf, type State } from '../state/state.ts';
import { type CallFault, faultOf } from './call-fault.ts';

/** Where a run comes to before anything else is done. */
export type Stand =
  | 'ended'
  /** The schedule does not follow it to where it comes to. */
  | 'onwards'
  /** It waits, in one of these states or in several iterations: so many of its tasks wait for a retry. */
  | { readonly at: readonly string[]; readonly retries: number };

/** Lets a run go on. */
interface GoOn {
  readonly run: string;
  readonly faults: readonly CallFault[];
  readonly until: Stand;
}

/** One thing to do. */
export type Action =
  | ({ readonly kind: 'start' } & GoOn)
  | ({ readonly kind: 'pass'; readonly seconds: number } & GoOn)
  | ({ readonly kind: 'redrive'; readonly aDayLater: boolean } & GoOn)
  | { readonly kind: 'stop'; readonly run: string }
  | { readonly kind: 'program'; readonly write: ForeignWrite }
  /** The stream's clean-up has deleted these, by their short keys. */
  | { readonly kind: 'cleaned'; readonly keys: readonly string[] };

/** A step that the local cloud's faults cannot express: the message says which, and why. */
export class NotExpressible extends Error {
  override readonly name = 'NotExpressible';
}

type Step =
  | { readonly kind: 'call'; readonly run: string; readonly call: string; readonly way: string }
  | { readonly kind: 'wait'; readonly run: string; readonly seconds: number }
  | { readonly kind: 'stop'; readonly run: string }
  | { readonly kind: 'redrive'; readonly run: string; readonly aDayLater: boolean }
  | { readonly kind: 'says'; readonly run: string }
  | { readonly kind: 'old'; readonly run: string; readonly call: string | undefined }
  | { readonly kind: 'program'; readonly write: ForeignWrite }
  | { readonly kind: 'stream'; readonly deletes: readonly string[] };

/**
 * @param states - the state before each step, as a replay gives them
 * @throws {NotExpressible}
 */
export function scriptOf(
  model: Model,
  labels: readonly string[],
  states: readonly State[],
): readonly Action[] {
  const steps = labels.map(stepOf);
  const isHeld = (at: number, run: string) => isStill(states[at] as State, run);
  const actions: Action[] = [];
  const begun = new Set<string>();
  let active: { readonly run: string; readonly faults: CallFault[]; readonly calls: string[] } | undefined;
  /** @param from - the first step that may interrupt it again */
  const letGoOn = (from: number, run: string, make: (goOn: GoOn) => Action): void => {
    const faults: CallFault[] = [];
    begun.add(run);
    active = { run, faults, calls: [] };
    actions.push(make({ run, faults, until: standOf(steps, states, from, run) }));
  };
  const begin = (at: number, run: string, label: string): void => {
    if (active !== undefined && !isHeld(at, active.run)) throw interleaved(label, active.run);
    letGoOn(at, run, (goOn) => ({ kind: 'start', ...goOn }));
  };
  for (const [at, step] of steps.entries()) {
    const label = labels[at] as string;
    switch (step.kind) {
      case 'call': {
        const { run } = step;
        if (!begun.has(run)) begin(at, run, label);
        else if (active?.run !== run) throw interleaved(label, active?.run ?? '');
        noteCall(active as NonNullable<typeof active>, step.call, step.way, label);
        if (!step.way.startsWith('->') && isRetriedAtOnce(states[at] as State, states[at + 1], run)) {
          throw new NotExpressible(`${label}: its retry comes after a pause of random length there`);
        }
        break;
      }
      case 'wait':
        letGoOn(at + 1, step.run, (goOn) => ({ kind: 'pass', seconds: step.seconds, ...goOn }));
        break;
      case 'redrive': {
        const { run, aDayLater } = step;
        letGoOn(at + 1, run, (goOn) => ({ kind: 'redrive', aDayLater, ...goOn }));
        break;
      }
      case 'stop':
        if (!begun.has(step.run)) begin(at, step.run, label);
        // The call under way fails, applied or not, so that the run stands still while it is stopped.
        if (active?.run === step.run && !isHeld(at, step.run)) {
          noteCutOff(active, cutOffCalls(model, states[at] as State, step.run), steps.slice(at + 1));
        }
        actions.push({ kind: 'stop', run: step.run });
        break;
      // It goes on by itself.
      case 'says':
      case 'old':
        break;
      case 'program':
        if (active !== undefined && !isHeld(at, active.run)) throw interleaved(label, active.run);
        actions.push({ kind: 'program', write: step.write });
        break;
      case 'stream':
        if (active !== undefined && !isHeld(at, active.run)) throw interleaved(label, active.run);
        if (step.deletes.length > 0) actions.push({ kind: 'cleaned', keys: step.deletes });
    }
  }
  return actions;
}

/** Where a run has come to when the schedule next does something to it. */
function standOf(steps: readonly Step[], states: readonly State[], from: number, name: string): Stand {
  const isNext = (step: Step) =>
    /^(wait|stop|redrive)$/.test(step.kind) && 'run' in step && step.run === name;
  const next = steps.findIndex((step, at) => at >= from && isNext(step));
  const run = (states[next < 0 ? steps.length : next] as State).runs[RUN_NAMES.indexOf(name)];
  if (run === undefined || run.status !== 'RUNNING') return 'ended';
  const frames = framesOf(run).filter(([, { phase }]) => /^(invoking|retrying|waiting)$/.test(phase));
  if (next < 0 && frames.some(([, { phase }]) => phase === 'invoking')) return 'onwards';
  return {
    at: frames.map(([, frame]) => frame.at),
    retries: frames.filter(([, { phase }]) => phase !== 'waiting').length,
  };
}

/** Whether a run does nothing by itself: it waits for time to pass, or has ended. */
export function isStill({ runs }: State, name: string): boolean {
  const run = runs[RUN_NAMES.indexOf(name)];
  if (run === undefined || run.status !== 'RUNNING') return true;
  return framesOf(run).every(([, { phase }]) => phase !== 'invoking');
}

/** Whether a task is tried again without a wait: its retrier has jitter, of which the explorer takes the shortest. */
function isRetriedAtOnce(before: State, after: State | undefined, name: string): boolean {
  const index = RUN_NAMES.indexOf(name);
  const [one, other] = [before.runs[index], after?.runs[index]];
  if (one === undefined || other === undefined) return false;
  const known = new Set(framesOf(one).map(([, { invocation }]) => invocation?.id));
  return framesOf(other).some(
    ([, { phase, retries, invocation }]) => phase === 'invoking' && retries > 0 && !known.has(invocation?.id),
  );
}

function cutOffCalls(model: Model, { runs }: State, name: string): readonly string[] {
  const run = runs[RUN_NAMES.indexOf(name)];
  if (run === undefined) return [];
  return framesOf(run).flatMap(([, { phase, invocation }]) =>
    phase === 'invoking' ? (invocation?.pending ?? []).map((call) => model.describe(call)) : [],
  );
}

function interleaved(label: string, run: string): NotExpressible {
  return new NotExpressible(`${label}: while ${run} goes on; the local cloud's faults hold no call back`);
}

const FAULTS: readonly (readonly [way: RegExp, when: CallFault['when'], error: string, status: number])[] = [
  [/^FAILS, not applied/, 'before', 'InternalServerError', 500],
  [/^APPLIED, but answered 5xx/, 'after', 'InternalServerError', 500],
  [/^REFUSED/, 'before', 'AccessDeniedException', 403],
  [/^THROTTLED/, 'before', 'ThrottlingException', 400],
];

function noteCall(
  active: { readonly faults: CallFault[]; readonly calls: string[] },
  call: string,
  way: string,
  label: string,
): void {
  if (!way.startsWith('->')) {
    const found = FAULTS.find(([pattern]) => pattern.test(way));
    if (found === undefined)
      throw new NotExpressible(`${label}: the fault API has no such fault of a single call`);
    const [, when, error, status] = found;
    active.faults.push(faultOf(active.calls, call, when, error, status));
  }
  active.calls.push(call);
}

/** The calls that were under way when the run was stopped: applied by the function that ran on, or never. */
function noteCutOff(
  active: { readonly run: string; readonly faults: CallFault[]; readonly calls: string[] },
  cutOff: readonly string[],
  after: readonly Step[],
): void {
  for (const call of cutOff) {
    const isApplied = after.some(
      (step) => step.kind === 'old' && step.run === active.run && step.call === call,
    );
    const when = isApplied ? 'after' : 'before';
    active.faults.push(faultOf(active.calls, call, when, 'InternalServerError', 500));
  }
}

/** @throws {NotExpressible} for a step of which the local cloud knows nothing */
export function stepOf(label: string): Step {
  const [, run, rest = ''] = /^(\w):\w+ (.*)$/.exec(label) ?? [];
  if (run === undefined) return stepOfOthers(label);
  const [, seconds] = /^waits ([\d.]+) s in /.exec(rest) ?? [];
  if (seconds !== undefined) return { kind: 'wait', run, seconds: Number(seconds) };
  if (rest.startsWith('is STOPPED')) return { kind: 'stop', run };
  if (rest.startsWith('is REDRIVEN'))
    return { kind: 'redrive', run, aDayLater: rest.includes('a day later') };
  if (rest.startsWith('old invocation ends')) return { kind: 'old', run, call: undefined };
  if (/^\w+ says \w+$/.test(rest)) return { kind: 'says', run };
  const [, old] = /^OLD INVOCATION of \w+: (.+) -> ok/.exec(rest) ?? [];
  if (old !== undefined) return { kind: 'old', run, call: old };
  const [, call, way] = /^\w+ (\w+(?:\([^)]*\))?) (->.*|[A-Z]{2}.*|times out.*|keeps .*)$/.exec(rest) ?? [];
  if (call === undefined || way === undefined) {
    throw new NotExpressible(
      `${label}: nothing lands late, ages or fails for good at will on the local cloud`,
    );
  }
  return { kind: 'call', run, call, way };
}

function stepOfOthers(label: string): Step {
  const [, name] = /^program: (\w+)$/.exec(label) ?? [];
  const write = FOREIGN_WRITES.find((one) => one === name);
  if (write !== undefined) return { kind: 'program', write };
  if (label.startsWith('stream: ')) {
    const [, keys = ''] = /DeleteObjects\((.*)\) -> ok/.exec(label) ?? [];
    return { kind: 'stream', deletes: keys.split(' ').filter((key) => key !== '') };
  }
  throw new NotExpressible(`${label}: only runs, other programs and the stream's clean-up are driven`);
}
