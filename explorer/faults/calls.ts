// Every way in which one call of a running task can go.

import { oldInvocation } from '../machine/abort.ts';
import { advance, answerCall, failTask, forgetTokens, move } from '../machine/advance.ts';
import { placeOf } from '../machine/scope.ts';
import type { Model } from '../model/model.ts';
import { showItem } from '../model/show.ts';
import type { FaultKind } from '../state/configuration.ts';
import { itemPlace, storeAt } from '../state/setting.ts';
import {
  type Answer,
  type Call,
  frameOf,
  type Invocation,
  type Run,
  runOf,
  type State,
  type Step,
  spendFault,
  type TaskError,
  TOP,
  withFrame,
  withRun,
} from '../state/state.ts';
import { keysToDelete } from '../world/bucket.ts';
import { isWrite, outcomeText, perform } from '../world/perform.ts';
import type { Performed } from '../world/performed.ts';

const UNAVAILABLE: Answer = { error: { name: 'InternalServerError', status: 500, message: '500' } };
export const TIMEOUT: Answer = { error: { name: 'TimeoutError', message: 'no answer' } };
const REFUSED: Answer = { error: { name: 'AccessDeniedException', status: 403, message: 'no' } };
const THROTTLED: Answer = { error: { name: 'ThrottlingException', status: 400 } };

const TIMED_OUT: TaskError = {
  name: 'Sandbox.Timedout',
  cause: JSON.stringify({ errorMessage: 'timed out' }),
};
const DISCONNECTED: TaskError = {
  name: 'Lambda.SdkClientException',
  cause: JSON.stringify({ errorMessage: 'connection reset' }),
};

/** One call of one task, in a state where a fault may happen. */
interface Situation {
  readonly model: Model;
  readonly index: number;
  readonly kid: number;
  readonly call: Call;
  /** With the fault paid for, and the call not carried out. */
  readonly paid: State;
  /** The same, and carried out. */
  readonly done: Performed;
}

/** Made only when it is its turn: one piece of code runs at a time. */
type Fault = readonly [label: string, make: () => Promise<State>];

export async function callSteps(
  model: Model,
  state: State,
  index: number,
  kid: number,
  call: Call,
): Promise<Step[]> {
  const run = runOf(state, index);
  const prefix = `${model.nameOf(run)} ${frameOf(run, kid).at} ${model.describe(call)}`;
  const done = perform(model, state, index, call);
  const write = model.writeOf(run);
  const item = state.items[itemPlace(storeAt(write.store ?? 0).table, write.item ?? 'k')];
  const seen = call.name === 'GetItem' ? ` ${showItem(model, item)}` : '';
  const steps: Step[] = [
    {
      label: `${prefix} -> ${outcomeText(done)}${seen}`,
      state: await answerCall(model, done.state, index, kid, call, done.answer),
    },
  ];
  if (!mayFail(model, state, run)) return steps;
  const paid = spendFault(state);
  const situation: Situation = { model, index, kid, call, paid, done: perform(model, paid, index, call) };
  for (const [label, make] of faultsOf(situation))
    steps.push({ label: `${prefix} ${label}`, state: await make() });
  return steps;
}

/** Whether a fault may happen to a run where it is. */
export function mayFail({ configuration }: Model, { faultsLeft }: State, { frame }: Run): boolean {
  return faultsLeft > 0 && configuration.faultsAt?.includes(frame.at) !== false;
}

/** A task that makes no call is about to say which way its saga takes; or it is lost before that. */
export async function branchSteps(
  model: Model,
  state: State,
  index: number,
  branch: TaskError,
): Promise<Step[]> {
  const run = runOf(state, index);
  const prefix = `${model.nameOf(run)} ${run.frame.at}`;
  const failed = (given: State, error: TaskError, forGood = false) =>
    move(model, given, index, `says ${error.name} ${forGood}`, (moved) =>
      failTask(model, moved, index, TOP, error, forGood),
    );
  const steps: Step[] = [{ label: `${prefix} says ${branch.name}`, state: await failed(state, branch) }];
  if (!mayFail(model, state, run)) return steps;
  const lost = async (kind: FaultKind, words: string, error: TaskError, forGood = false) => {
    if (!model.kinds.has(kind)) return;
    const next = await failed(spendFault(state), error, forGood);
    steps.push({ label: `${prefix} ${words}`, state: next });
  };
  await lost('exhaust', 'the function fails for good, unheard', TIMED_OUT, true);
  await lost('early', 'Lambda.SdkClientException at once, unheard', DISCONNECTED);
  return steps;
}

function faultsOf(situation: Situation): Fault[] {
  const { call } = situation;
  return [
    ...(isWrite(call) ? answers(situation) : []),
    ...(call.name === 'TransactWriteItems' ? outages(situation) : []),
    ...exhaustions(situation),
    ...lostFunction(situation),
  ];
}

function answers({ model, index, kid, call, paid, done }: Situation): Fault[] {
  const { kinds } = model;
  const answered = (state: State, answer: Answer) => () => answerCall(model, state, index, kid, call, answer);
  const faults: Fault[] = [];
  if (kinds.has('before')) faults.push(['FAILS, not applied (5xx)', answered(paid, UNAVAILABLE)]);
  if (kinds.has('after') && 'ok' in done.answer) {
    faults.push(['APPLIED, but answered 5xx', answered(done.state, UNAVAILABLE)]);
  }
  if (kinds.has('late')) {
    const late = async () => answered(await inFlight(model, paid, index, kid, call), TIMEOUT)();
    faults.push(['times out, IN FLIGHT', late]);
  }
  if (kinds.has('refused')) faults.push(['REFUSED (403)', answered(paid, REFUSED)]);
  if (kinds.has('throttle') && call.name === 'TransactWriteItems') {
    faults.push(['THROTTLED', answered(paid, THROTTLED)]);
  }
  const keys = call.name === 'DeleteObjects' ? keysToDelete(call.input) : [];
  const [first] = keys;
  if (kinds.has('partial') && first !== undefined && keys.length > 1) {
    const rest = { Delete: { Objects: keys.slice(1).map((Key) => ({ Key })) } };
    const { state } = perform(model, paid, index, { name: call.name, input: { ...call.input, ...rest } });
    const answer = { ok: { Errors: [{ Key: first, Code: 'InternalError' }] } };
    faults.push(['keeps the first key (InternalError)', answered(state, answer)]);
  }
  return faults;
}

/** Longer than a token is valid: this attempt and all others until the one that finds its life over, the last of each kind. */
const OUTAGE_MS = 620_000;
/** The retriers of a write in doubt, and of a lost function. */
const DOUBTS = [1, 2] as const;

function outages({ model, index, kid, paid, done }: Situation): Fault[] {
  // An Express run is ended before.
  if (!model.kinds.has('outage') || model.slotOf({ index }).lane === 'express') return [];
  const through = (state: State) => async (): Promise<State> => {
    const forgotten = forgetTokens(model, state, index);
    const run = runOf(forgotten, index);
    const { outageMs = OUTAGE_MS } = model.configuration;
    const later = withRun(forgotten, index, { clock: run.clock + outageMs, old: [], late: [] });
    const retriers = placeOf(model, forgotten, index, kid).definition.Retry;
    const spent = DOUBTS.map((at) => (retriers?.[at]?.MaxAttempts ?? 1) - 1);
    const frame = {
      ...frameOf(run, kid),
      phase: 'entering',
      retries: spent.reduce((sum, one) => sum + one, 0),
      counts: Object.fromEntries(DOUBTS.map((retrier, at) => [retrier, spent[at] ?? 0])),
      invocation: undefined,
    } as const;
    return advance(model, withFrame(later, index, kid, frame), index);
  };
  return [
    ['not applied, and no answer for ten minutes', through(paid)],
    ...('ok' in done.answer
      ? [['applied, and no answer for ten minutes', through(done.state)] as const]
      : []),
  ];
}

function exhaustions({ model, index, kid, call, paid, done }: Situation): Fault[] {
  if (!model.kinds.has('exhaust')) return [];
  const failed = (state: State) => () =>
    move(model, state, index, `exhaust ${kid}`, (given) =>
      failTask(model, given, index, kid, TIMED_OUT, true),
    );
  const faults: Fault[] = [['the function fails for good, not applied', failed(paid)]];
  if (!isWrite(call)) return faults;
  if ('ok' in done.answer) faults.push(['the function fails for good, APPLIED', failed(done.state)]);
  if (model.kinds.has('late')) {
    const late = async () => failed(await inFlight(model, paid, index, kid, call))();
    faults.push(['the function fails for good, IN FLIGHT', late]);
  }
  return faults;
}

function lostFunction({ model, index, kid, paid }: Situation): Fault[] {
  if (!model.kinds.has('early')) return [];
  const run = runOf(paid, index);
  const old = [...run.old, oldInvocation(model, run.clock, frameOf(run, kid).invocation as Invocation)];
  return [
    [
      'Lambda.SdkClientException at once; the function RUNS ON',
      () => failTask(model, withRun(paid, index, { old }), index, kid, DISCONNECTED),
    ],
  ];
}

/** The call's caller has given up on it now, and it may land as long as it lives. */
function inFlight(model: Model, state: State, index: number, kid: number, call: Call): Promise<State> {
  const run = runOf(state, index);
  const id = frameOf(run, kid).invocation?.id;
  return move(model, state, index, `late ${kid} ${id} ${call.at}`, async (given) =>
    withLate(model, given, index, call, run.clock),
  );
}

const COPIES = new Set(['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload']);

/** @param gaveUp - when its caller gave up on it, by the run's clock */
export function withLate(
  model: Model,
  state: State,
  index: number,
  { name, input }: Pick<Call, 'name' | 'input'>,
  gaveUp: number,
): State {
  const { copyLifeMs, requestLifeMs } = model.configuration;
  const until = gaveUp + (COPIES.has(name) ? copyLifeMs : requestLifeMs);
  return withRun(state, index, { late: [...runOf(state, index).late, { name, input, until }] });
}
