// Step Functions as its API shows it: what DescribeExecution tells of runs, and how often a name starts one.

import { plainDate } from '../code/sdk-answer.ts';
import type { Model } from '../model/model.ts';
import { DAY_MS, INITIAL_RUN, START, storeAt } from '../state/setting.ts';
import { type Answer, type CallInput, type Run, runOf, type State, withRun } from '../state/state.ts';
import { DONE, type Performed } from './performed.ts';

const HOUR_MS = 3_600_000;
const NO_SUCH_EXECUTION: Answer = { error: { name: 'ExecutionDoesNotExist', status: 400 } };
const NAME_TAKEN: Answer = { error: { name: 'ExecutionAlreadyExists', status: 400 } };

/** When sweeps and fsck run, ms since the epoch. */
export function sweepTime(model: Model): number {
  return START + (model.configuration.sweepDay ?? 20) * DAY_MS;
}

/** The run that an execution's or a machine's ARN and a name stand for. */
function runNamed(model: Model, state: State, machine: string, name: string): Run | undefined {
  return state.runs.find(({ index }) => {
    const { operation, store = 0 } = model.writeOf({ index });
    const slot = model.slotOf({ index });
    const own = storeAt(store).stateMachines[operation].split(':').pop();
    return own === machine && slot.name === name && slot.lane !== 'express';
  });
}

export function describeExecution(model: Model, state: State, { executionArn }: CallInput): Performed {
  const [, , , , , , machine = '', name = ''] = String(executionArn).split(':');
  if (name === INITIAL_RUN.name && machine === INITIAL_RUN.operation) return { state, answer: INITIAL };
  const run = runNamed(model, state, machine, name);
  const isKnown = run !== undefined && run.status !== 'ABSENT' && run.age !== 'forgotten';
  if (!isKnown || model.configuration.unknownRuns) return { state, answer: NO_SUCH_EXECUTION };
  return { state, answer: { ok: descriptionOf(model, run, String(executionArn)) } };
}

const INITIAL: Answer = {
  ok: {
    status: 'SUCCEEDED',
    startDate: plainDate(START - 30 * DAY_MS),
    stopDate: plainDate(START - 30 * DAY_MS + 1000),
    redriveStatus: 'NOT_REDRIVABLE',
  },
};

function descriptionOf(model: Model, run: Run, executionArn: string): Readonly<Record<string, unknown>> {
  const { status, age, output, error, cause } = run;
  const isOpen = status === 'RUNNING';
  const ended = sweepTime(model) - (age === 'recent' ? HOUR_MS : 16 * DAY_MS);
  const isFinal = isOpen || status === 'SUCCEEDED' || age !== 'recent';
  return {
    status,
    startDate: plainDate(Date.parse(model.startOf(run.index))),
    ...(!isOpen && { stopDate: plainDate(ended) }),
    redriveStatus: isFinal ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
    ...(model.writeOf(run).client !== undefined && {
      executionArn,
      input: JSON.stringify(model.inputOf(run)),
      ...(output !== undefined && { output: JSON.stringify(output) }),
      error,
      cause,
    }),
  };
}

/** A name starts one run: with the same input again it is the same answer while that runs, and else an error. */
export function startExecution(
  model: Model,
  state: State,
  owner: number | undefined,
  input: CallInput,
): Performed {
  const from = owner === undefined ? undefined : runOf(state, owner);
  const run =
    from !== undefined && model.slotOf(from).lane === 'express'
      ? whatGoesOn(model, state, from)
      : runNamed(model, state, String(input.stateMachineArn).split(':').pop() ?? '', String(input.name));
  if (run === undefined || model.slotOf(run).name !== input.name)
    throw new Error(`the configuration has no write that starts ${input.name} of ${input.stateMachineArn}`);
  if (run.status === 'ABSENT') {
    const given = JSON.parse(String(input.input)) as unknown;
    const frame = { ...run.frame, input: given, phase: 'entering' as const };
    const started = withRun(state, run.index, { status: 'RUNNING', input: given, frame });
    const isLane = model.slotOf(run).lane === 'continued' && from !== undefined;
    return { state: isLane ? takeOver(model, started, run.index, from) : started, answer: DONE };
  }
  const isSame = JSON.stringify(runOf(state, run.index).input) === String(input.input);
  return { state, answer: run.status === 'RUNNING' && isSame ? DONE : NAME_TAKEN };
}

/** The Standard execution of the same write. */
export function whatGoesOn(model: Model, state: State, run: Pick<Run, 'index'>): Run | undefined {
  const index = model.lanesOf(run).find((lane) => model.slotOf({ index: lane }).lane === 'continued');
  return index === undefined ? undefined : runOf(state, index);
}

/** What an Express run has in flight may still land while the execution waits that goes on with it. */
function takeOver(model: Model, state: State, index: number, from: Run): State {
  const clock = from.clock + (model.configuration.handOverMs ?? 0);
  // But for starts: one more is in vain.
  const late = from.late.filter(({ name }) => name !== 'StartExecution');
  const old = from.old.filter(({ invocation }) => invocation.fn !== 'StartExecution');
  const taken = withRun(state, index, { continues: from.index, clock, late, old });
  return withRun(taken, from.index, { late: [], old: [] });
}
