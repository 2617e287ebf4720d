// One state machine on a local Step Functions, with functions of the test's own as its tasks.

import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Evaluator } from '../../local/states/expressions/evaluator.ts';
import { createManualClock, type ManualClock } from './clocks.ts';
import { type FlatEvent, flatten } from './events.ts';
import {
  bodyOf,
  type Dispatch,
  EXECUTION_ARN,
  MACHINE_ARN,
  ROLE_ARN,
  type StatesServer,
  startStates,
} from './server.ts';

const POLL_MS = 3;

/** What a function answers; what it throws is its error, named by the error's `name`. */
export type TestFunction = (payload: never) => unknown;

export interface Scenario extends StatesServer {
  readonly clock: ManualClock;
  /** Starts the execution `exec` and waits for its end. */
  run(input?: unknown): Promise<DescribeExecutionOutput>;
  start(input?: unknown): Promise<void>;
  /** Waits until nothing runs; waits of the execution's own pass at once. */
  ended(): Promise<DescribeExecutionOutput>;
  /** Waits until the history holds an event of this type, `times` times. */
  reached(type: string, times?: number): Promise<void>;
  redrive(): Promise<DescribeExecutionOutput>;
  events(): Promise<FlatEvent[]>;
  /** The types of all events, in order. */
  types(): Promise<string[]>;
}

export interface Surroundings {
  readonly clock?: ManualClock;
  /** Instead of the functions. */
  readonly dispatch?: Dispatch;
  readonly keepExecutions?: number | undefined;
  readonly folder?: string | undefined;
  readonly evaluator?: Evaluator | undefined;
}

/** @param states the state machine's States; it starts at the first */
export async function scenario(
  states: Record<string, unknown>,
  functions: Record<string, TestFunction> = {},
  top: Record<string, unknown> = {},
  { clock = createManualClock(), dispatch = lambda(functions), ...options }: Surroundings = {},
): Promise<Scenario> {
  const server = await startStates(clock, dispatch, options);
  const { sfn } = server;
  const definition = JSON.stringify(machine(states, top));
  await sfn.send(new CreateStateMachineCommand({ name: 'sm', definition, roleArn: ROLE_ARN }));

  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn: EXECUTION_ARN }));
  const history = async (): Promise<HistoryEvent[]> => {
    const { events = [] } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN, maxResults: 1000 }),
    );
    return events;
  };
  const start = async (input: unknown = {}): Promise<void> => {
    const text = JSON.stringify(input);
    await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name: 'exec', input: text }));
  };
  const ended = async (): Promise<DescribeExecutionOutput> => {
    for (;;) {
      const execution = await describe();
      if (execution.status !== 'RUNNING') return execution;
      if (server.evaluating() || !clock.skipToNext()) await pause();
    }
  };
  return {
    ...server,
    clock,
    start,
    ended,
    run: async (input) => {
      await start(input);
      return ended();
    },
    reached: async (type, times = 1) => {
      while ((await history()).filter((event) => event.type === type).length < times) await pause();
    },
    redrive: async () => {
      await sfn.send(new RedriveExecutionCommand({ executionArn: EXECUTION_ARN }));
      return ended();
    },
    events: async () => (await history()).map(flatten),
    types: async () => (await history()).map(({ type }) => String(type)),
  };
}

export function machine(
  states: Record<string, unknown>,
  top: Record<string, unknown> = {},
): Record<string, unknown> {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...top };
}

/** A Task state that calls a function. */
export function invoke(
  name: string,
  fields: Record<string, unknown> = { End: true },
): Record<string, unknown> {
  const Resource = 'arn:aws:states:::lambda:invoke';
  const Arguments = { FunctionName: name, Payload: '{% $states.input %}' };
  return { Type: 'Task', Resource, Arguments, Output: '{% $states.result.Payload %}', ...fields };
}

/** An error that a function throws under a name. */
export function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export function lambda(functions: Record<string, TestFunction>): Dispatch {
  return async (_service, request) => {
    const name = decodeURIComponent(request.path.split('/')[3] ?? '');
    const handler = functions[name.split(':').at(-1) ?? ''];
    if (handler === undefined) {
      const Message = `Function not found: ${name}`;
      const headers = { 'x-amzn-errortype': 'ResourceNotFoundException', 'x-amzn-requestid': 'request' };
      return { status: 404, headers, body: JSON.stringify({ Type: 'User', Message }) };
    }
    try {
      const result = await handler(JSON.parse(await bodyOf(request)) as never);
      return { status: 200, body: JSON.stringify(result ?? null) };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      const headers = { 'x-amz-function-error': 'Unhandled' };
      return { status: 200, headers, body: JSON.stringify({ errorType, errorMessage, trace: [] }) };
    }
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
