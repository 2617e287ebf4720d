// Clients: the product's own, from its first call to what it tells its caller. Answers get lost, and a client may die.

import { TIMEOUT, withLate } from '../faults/calls.ts';
import { advance } from '../machine/advance.ts';
import { clientInputOf } from '../model/inputs.ts';
import type { Model } from '../model/model.ts';
import { RUN_NAMES, START, storeAt } from '../state/setting.ts';
import {
  type Actor,
  type Answer,
  type Call,
  type Invocation,
  runOf,
  type State,
  type Step,
  spendFault,
  withActor,
} from '../state/state.ts';
import { isWrite, outcomeText, perform } from '../world/perform.ts';

const OVER = 2;
const UNAVAILABLE: Answer = { error: { name: 'InternalError', status: 500, message: '500' } };
const ALREADY_EXISTS: Answer = { error: { name: 'ExecutionAlreadyExists', status: 400 } };

export async function clientSteps(model: Model, state: State, number: number, actor: Actor): Promise<Step[]> {
  const name = `client ${nameOf(model, state, number)}`;
  if (actor.invocation === undefined) {
    if (actor.step !== 0) return [];
    const invocation = await begin(model, actor.of ?? 0);
    return [{ label: `${name} begins`, state: withActor(state, number, { ...actor, invocation, step: 1 }) }];
  }
  const steps: Step[] = [];
  for (const call of actor.invocation.pending) {
    if (isLook(call) && !hasSomethingToSee(state, actor)) continue;
    for (const [label, make] of callSteps(model, state, number, actor, call)) {
      steps.push({ label: `${name} ${model.describe(call)} ${label}`, state: await make() });
    }
  }
  if (state.faultsLeft > 0 && model.kinds.has('stop')) {
    const dead = withActor(spendFault(state), number, { kind: 'client', step: OVER });
    steps.push({ label: `${name} DIES`, state: dead });
  }
  return steps;
}

/** Which client it is, among those of its write: `e/1`. */
function nameOf(model: Model, state: State, number: number): string {
  const { of = 0 } = state.actors[number] as Actor;
  const first = model.configuration.writes
    .slice(0, of)
    .reduce((count, { client }) => count + (client === undefined ? 0 : (client.calls ?? 1)), 0);
  const clients = state.actors.findIndex(({ kind }) => kind === 'client');
  return `${RUN_NAMES[of]}/${number - clients - first + 1}`;
}

function begin(model: Model, of: number): Promise<Invocation> {
  const write = model.writeOf({ index: of });
  const event = {
    store: storeAt(write.store ?? 0),
    operation: write.operation,
    input: clientInputOf(write),
    idempotencyKey: RUN_NAMES[of],
    stages: write.client?.stages ?? false,
  };
  return model.codeOf(write.store).invoke('Client', event, START);
}

type Way = readonly [label: string, make: () => Promise<State>];

function callSteps(model: Model, state: State, number: number, actor: Actor, call: Call): Way[] {
  const answered = (given: State, answer: Answer) => () =>
    answerTo(model, given, number, actor, call, answer);
  const done = carryOut(model, state, actor, call);
  const ways: Way[] = [[`-> ${outcomeText(done)}`, answered(done.state, done.answer)]];
  if (state.faultsLeft <= 0 || !isWrite(call)) return ways;
  const paid = spendFault(state);
  const paidDone = carryOut(model, paid, actor, call);
  if (model.kinds.has('before')) ways.push(['FAILS, not applied (5xx)', answered(paid, UNAVAILABLE)]);
  if (model.kinds.has('after') && 'ok' in paidDone.answer) {
    ways.push(['APPLIED, but no answer', answered(paidDone.state, TIMEOUT)]);
    // The SDK makes a call again whose answer is lost; the second time its run may exist, and have ended.
    if (call.name === 'StartExecution') {
      ways.push(['APPLIED, and made again in vain', answered(paidDone.state, ALREADY_EXISTS)]);
    }
  }
  if (model.kinds.has('late')) {
    const of = actor.of ?? 0;
    ways.push([
      'times out, IN FLIGHT',
      answered(withLate(model, paid, of, call, runOf(paid, of).clock), TIMEOUT),
    ]);
  }
  return ways;
}

function carryOut(model: Model, state: State, actor: Actor, call: Call) {
  return perform(model, state, actor.of, call);
}

async function answerTo(
  model: Model,
  state: State,
  number: number,
  actor: Actor,
  call: Call,
  answer: Answer,
): Promise<State> {
  const of = actor.of ?? 0;
  const code = model.codeOf(model.writeOf({ index: of }).store);
  const invocation = await code.answer(actor.invocation as Invocation, call.at, answer);
  const started = await advance(model, state, of);
  if (invocation.result === undefined) return withActor(started, number, { ...actor, invocation });
  const over: Actor = { kind: 'client', step: OVER, of };
  const problems = 'ok' in invocation.result ? successProblems(model, started, of) : [];
  return withActor({ ...started, problems: [...started.problems, ...problems] }, number, over);
}

/** A caller who is told of success finds the write done. */
function successProblems(model: Model, state: State, of: number): string[] {
  const run = runOf(state, of);
  if (run.status === 'SUCCEEDED') return [];
  return [`the client of ${model.nameOf(run)} reports success of a run that is ${run.status}`];
}

function isLook({ name }: Call): boolean {
  return name === 'DescribeExecution';
}

/** A look at a run that goes on tells nothing, and is made again: so it waits until the run has ended. */
function hasSomethingToSee(state: State, { of = 0, invocation }: Actor): boolean {
  const hasStarted = invocation?.history.some(([, answer]) => 'ok' in answer) ?? false;
  return !hasStarted || runOf(state, of).status !== 'RUNNING';
}
