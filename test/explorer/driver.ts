// Runs the same definitions with the same answers in the explorer's driver and on the local Step Functions, and tells what each did.

import { createHash } from 'node:crypto';
import { initialState } from '../../explorer/actors/initial.ts';
import { type DefinitionChange, loadDefinitions, type MachineName } from '../../explorer/asl/definitions.ts';
import { Expressions } from '../../explorer/asl/expressions.ts';
import type { Functions } from '../../explorer/code/code.ts';
import { nextTime, passTime, redrive } from '../../explorer/machine/advance.ts';
import { inputOf } from '../../explorer/model/inputs.ts';
import { Model, type Product } from '../../explorer/model/model.ts';
import type { Configuration, Write } from '../../explorer/state/configuration.ts';
import { type InvocationResult, runOf, type State } from '../../explorer/state/state.ts';
import { bodyOf, type Dispatch } from '../local-states/server.ts';
import { scenario } from '../local-states/support.ts';

/** What both must agree on. */
export interface Ran {
  /** States outside of iterations, as they were entered, of each attempt. */
  readonly states: readonly string[];
  /** States within iterations, sorted: these run side by side. */
  readonly iterations: readonly string[];
  /** Function and payload of each call, sorted for the same reason. */
  readonly calls: readonly string[];
  readonly variables: unknown;
  readonly outcome: unknown;
}

/** Answers by function and payload. */
export type Answers = (fn: string, payload: Payload) => InvocationResult;

export interface Payload {
  readonly retries?: number;
  readonly redriven?: boolean;
  readonly throttles?: number;
  readonly previous?: { readonly number: number } | null;
  readonly put?: { readonly attribute: string };
}

const WRITES: Readonly<Record<MachineName, Write>> = {
  create: { operation: 'create', large: { A: 'X', B: 'Y' } },
  update: { operation: 'update', large: { A: 'X', B: 'Y' } },
  delete: { operation: 'delete' },
};
/** Those of the product are the same for every program. */
const EXPRESSIONS = new Expressions();
/** Redrives that each run gets at most, as long as it ends at a task. */
const REDRIVES = 2;

/** In the explorer's driver. */
export async function inExplorer(
  machine: MachineName,
  answers: Answers,
  changes: readonly DefinitionChange[] = [],
): Promise<Ran> {
  const calls: string[] = [];
  const [states, iterations]: [string[], string[]] = [[], []];
  const product: Product = {
    codes: [scripted(answers, calls)],
    definitions: loadDefinitions(changes),
    expressions: changes.length === 0 ? EXPRESSIONS : new Expressions(),
    reader: 'Read',
    sharesKeys: false,
    sweepBatch: () => Promise.reject(new Error('nothing is swept')),
  };
  const configuration: Configuration = { writes: [WRITES[machine]], redrives: REDRIVES };
  const model = new Model(product, configuration, (at, isIteration) =>
    (isIteration ? iterations : states).push(at),
  );
  let state = await toItsEnd(model, await initialState(model));
  for (let left = REDRIVES; left > 0 && isStuck(state); left -= 1) {
    state = await toItsEnd(model, await redrive(model, state, 0, 0));
  }
  const { status, error, cause, output, frame } = runOf(state, 0);
  return {
    states,
    iterations: iterations.sort(),
    calls: calls.sort(),
    variables: timeless(frame.variables),
    outcome: timeless({ status, error, cause, output }),
  };
}

async function toItsEnd(model: Model, start: State): Promise<State> {
  let state = start;
  while (nextTime(runOf(state, 0)) < Number.POSITIVE_INFINITY) state = await passTime(model, state, 0);
  return state;
}

function isStuck(state: State): boolean {
  const { status, frame } = runOf(state, 0);
  return status === 'FAILED' && frame.phase === 'failed';
}

function scripted(answers: Answers, calls: string[]): Functions {
  let id = 0;
  return {
    invoke: async (fn, event, now) => {
      calls.push(callText(fn, event));
      const result = answers(fn, event as Payload);
      return { id: id++, fn, event, now, history: [], pending: [], result };
    },
    answer: () => Promise.reject(new Error('scripted functions make no calls')),
  };
}

/** On the local Step Functions. */
export async function onLocalStates(machine: MachineName, answers: Answers): Promise<Ran> {
  const calls: string[] = [];
  const text = JSON.stringify(loadDefinitions()[machine].States).replaceAll(/\$\{(\w+)Function\}/g, '$1');
  const dispatch = lambdaOf(answers, calls);
  await using local = await scenario(JSON.parse(text), {}, {}, { dispatch });
  let description = await local.run(inputOf(WRITES[machine], 'staging'));
  for (let left = REDRIVES; left > 0 && (await isStuckOn(local)); left -= 1)
    description = await local.redrive();
  const { status, error, cause, output } = description;
  const events = await local.events();
  const entered = events.flatMap(({ type, stateName }) =>
    /StateEntered$/.test(type) ? [String(stateName)] : [],
  );
  const isIteration = (name: string) => /^Put(?!Objects)/.test(name);
  const assigned = events.map(({ assignedVariables }) => assignedVariables);
  return {
    states: entered.filter((name) => !isIteration(name)),
    iterations: entered.filter(isIteration).sort(),
    calls: calls.sort(),
    variables: timeless(Object.assign({}, ...assigned)),
    outcome: timeless({
      status,
      error,
      cause,
      output: output === undefined ? undefined : JSON.parse(output),
    }),
  };
}

/** Whether the last state that was entered is a task, or a Map, that failed. */
async function isStuckOn(local: Awaited<ReturnType<typeof scenario>>): Promise<boolean> {
  const events = await local.events();
  const last = events.filter(({ type }) => /StateEntered$/.test(type)).at(-1);
  return events.at(-1)?.type === 'ExecutionFailed' && last?.type === 'TaskStateEntered';
}

function lambdaOf(answers: Answers, calls: string[]): Dispatch {
  return async (_service, request) => {
    const fn =
      decodeURIComponent(request.path.split('/')[3] ?? '')
        .split(':')
        .at(-1) ?? '';
    const { log: _, ...payload } = JSON.parse(await bodyOf(request)) as Payload & { log?: unknown };
    calls.push(callText(fn, payload));
    const result = answers(fn, payload);
    if ('ok' in result) return { status: 200, body: JSON.stringify(result.ok) };
    const headers = { 'x-amz-function-error': 'Unhandled' };
    return {
      status: 200,
      headers,
      body: JSON.stringify({ errorType: result.name, errorMessage: result.message }),
    };
  };
}

function callText(fn: string, payload: unknown): string {
  return `${fn} ${JSON.stringify(sorted(timeless(payload)))}`;
}

/** Times become the milliseconds between `startedAt` and `now`; names and starts of executions differ between the two. */
function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timeless);
  if (typeof value === 'string') return value.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  if (typeof value !== 'object' || value === null) return value;
  const { execution: _, startedAt, now, ...rest } = value as Readonly<Record<string, unknown>>;
  const elapsed =
    startedAt === undefined ? {} : { elapsed: Date.parse(String(now)) - Date.parse(String(startedAt)) };
  return Object.fromEntries(
    Object.entries({ ...rest, ...elapsed }).map(([name, inner]) => [name, timeless(inner)]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** A random program of answers: each depends on the seed and the call alone, so that both runs get the same. */
export function randomAnswers(seed: number): Answers {
  return (fn, payload) => {
    const { retries = 0, redriven = false, throttles = 0, previous, put } = payload;
    const plan = (payload as { plan?: { number: number } }).plan?.number ?? previous?.number ?? 0;
    const call = JSON.stringify([seed, fn, retries, redriven, throttles, plan, put?.attribute]);
    // Some programs use up the retries of the write, so that a redrive goes on from it.
    if (seed % 5 === 0 && fn === 'WriteItem' && !redriven) return { name: 'Error', message: 'no answer' };
    const digest = createHash('sha256').update(call).digest();
    const roll = digest.readUInt32BE(0) / 2 ** 32;
    return answerOf(fn, payload, roll, digest.readUInt8(4));
  };
}

const ERRORS: Readonly<Record<string, readonly string[]>> = {
  Plan: ['InvalidInput', 'AlreadyExists', 'NotFound', 'VersionMismatch', 'Conflict', 'Error'],
  Put: [
    'ContentMismatch',
    'StagedObjectMissing',
    'PutRefused',
    'CopyUnfinished',
    'PutUnavailable',
    'Lambda.TooManyRequestsException',
    'Error',
    'Sandbox.Timedout',
  ],
  WriteItem: [
    'WriteConflict',
    'WriteConflict',
    'NotWritten',
    'WriteRefused',
    'OutcomeUnknown',
    'WriteThrottled',
    'WriteInDoubt',
    'WriteInDoubt',
    'Lambda.SdkClientException',
    'Error',
  ],
  DeleteObjects: ['StillReferenced', 'DeleteFailed', 'Error'],
};

function answerOf(fn: string, payload: Payload, roll: number, choice: number): InvocationResult {
  const kind = fn.startsWith('Put') ? 'Put' : fn;
  const errors = ERRORS[kind] as readonly string[];
  if (roll < (kind === 'Plan' ? 0.2 : 0.5)) {
    const name = errors[choice % errors.length] as string;
    const proof = choice % 2 === 0 ? 'condition' : 'reading';
    return { name, message: JSON.stringify({ message: `${fn} fails`, code: String(choice), proof }) };
  }
  switch (kind) {
    case 'Plan':
      return { ok: planned(payload, choice) };
    case 'Put': {
      const inDoubt = (payload.retries ?? 0) > 0 || payload.redriven === true;
      return { ok: { attribute: payload.put?.attribute, put: true, inDoubt } };
    }
    case 'WriteItem':
      return { ok: { written: true } };
    default:
      return { ok: { deleted: 1, kept: [] } };
  }
}

/** A plan with none, one or two puts; a delete's may find no item. */
function planned({ previous }: Payload, choice: number): unknown {
  const number = (previous?.number ?? 0) + 1;
  const puts = ['A', 'B']
    .slice(choice % 3)
    .map((attribute) => ({ attribute, key: `${attribute}/${number}` }));
  return {
    number,
    series: 1 + (choice % 2),
    run: 'run',
    key: { id: { S: 'k' } },
    expected: { kind: choice % 4 === 0 ? 'absent' : 'saga' },
    puts,
    placed: puts.map(({ key }) => key),
    pointers: { A: 's3://b/A' },
    saga: { version: number },
    replaced: ['A/0'],
    created: ['A/1'],
    letGo: choice % 2 === 0 ? [] : ['s3://b/other'],
  };
}
