// Runs a vector against Step Functions of the local cloud, through the AWS SDK.

import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { createManualClock, type ManualClock } from '../../local-states/clocks.ts';
import { type FlatEvent, flatten, parse } from '../../local-states/events.ts';
import {
  EXECUTION_ARN,
  MACHINE_ARN,
  ROLE_ARN,
  type StatesServer,
  startStates,
} from '../../local-states/server.ts';
import { expectEvents, expectLike } from './compare.ts';
import { scriptedServices } from './services.ts';
import type { ApiStep, ApiVector, ExecutionVector } from './vector.ts';

const POLL_MS = 5;

export async function runExecutionVector(vector: ExecutionVector): Promise<void> {
  const clock = createManualClock();
  await using server = await startStates(clock, scriptedServices(vector));
  const { sfn } = server;
  const definition = JSON.stringify(vector.definition);
  await sfn.send(new CreateStateMachineCommand({ name: 'sm', definition, roleArn: ROLE_ARN }));
  const input = JSON.stringify(vector.input);
  await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name: 'exec', input }));
  const execution = await untilClosed(server, clock, EXECUTION_ARN);
  const { compare, events, unrecordedEventIds, ...expected } = vector.expect;
  const outcome = { ...outcomeOf(execution), events: (await historyOf(sfn, EXECUTION_ARN)).map(flatten) };
  if (Array.isArray(compare)) {
    const fields = compare as readonly (keyof typeof outcome)[];
    for (const field of fields) expectLike(outcome[field], vector.expect[field], 'exact');
    return;
  }
  const { events: actualEvents, ...actual } = outcome;
  const how = compare === 'subset' ? 'subset' : 'exact';
  expectLike(actual, expected, how);
  expectEvents(actualEvents, events, how, unrecordedEventIds);
}

function outcomeOf({ status, output, error, cause }: DescribeExecutionOutput) {
  return {
    status,
    ...(output !== undefined && { output: parse(output) }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}

export async function runApiVector(vector: ApiVector): Promise<void> {
  const clock = createManualClock();
  await using server = await startStates(clock, async () => {
    throw new Error('no task is expected to run');
  });
  const definition = JSON.stringify(vector.definition);
  let answer: Members = {};
  for (const step of vector.steps) {
    const params = resolveParams(step.params, definition, answer) as Members;
    answer = (await runStep(server, clock, { ...step, params })) ?? answer;
  }
}

type Members = Record<string, unknown>;

/** Puts in what parameters stand for: the definition, a member of the answer before, or a long text. */
function resolveParams(value: unknown, definition: string, before: Members): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveParams(item, definition, before));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, $from, $repeat, bytes } = value as Members;
  if ($ref === 'definition') return definition;
  if (typeof $from === 'string') return before[$from];
  if (typeof $repeat === 'string' && typeof bytes === 'number') {
    return $repeat.repeat(Math.ceil(bytes / $repeat.length)).slice(0, bytes);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, resolveParams(member, definition, before)]),
  );
}

/** @returns the answer, if there is one */
async function runStep(
  server: StatesServer,
  clock: ManualClock,
  step: ApiStep,
): Promise<Members | undefined> {
  const { sfn } = server;
  const { params } = step;
  if (step.action === 'await') {
    const executionArn = String(params.executionArn);
    if (params.event === undefined)
      expect((await untilClosed(server, clock, executionArn)).status).toBe(params.status);
    else await untilEvent(sfn, executionArn, String(params.event));
    return undefined;
  }
  const { error, result = {}, present = [], absent = [], ...message } = step.expect ?? {};
  if (error !== undefined) {
    const refusal = await send(sfn, step.action, params).catch((thrown: Error) => thrown);
    expect(refusal).toMatchObject({ name: error });
    expectMessage((refusal as Error).message, message);
    return undefined;
  }
  const answer = await send(sfn, step.action, params);
  if (step.expect !== undefined) expectAnswer(answer, { ...result, present }, absent);
  return answer;
}

function expectMessage(
  actual: string,
  expected: Pick<NonNullable<ApiStep['expect']>, 'message' | 'messageStart' | 'messageEnd'>,
): void {
  if (expected.message !== undefined) expect(actual).toBe(expected.message);
  if (expected.messageStart !== undefined) expect(actual.startsWith(expected.messageStart)).toBe(true);
  if (expected.messageEnd !== undefined) expect(actual.endsWith(expected.messageEnd)).toBe(true);
}

/** Expects the listed members and, of those under `present`, that they are there; and nothing else. */
function expectAnswer(
  actual: Record<string, unknown>,
  { present = [], ...expected }: Record<string, unknown>,
  absent: readonly string[] = [],
): void {
  const names = [...Object.keys(expected), ...(present as string[])];
  const defined = Object.keys(actual).filter((name) => name !== '$metadata' && actual[name] !== undefined);
  expect(defined.toSorted()).toEqual(names.toSorted());
  for (const name of absent) expect(actual[name]).toBeUndefined();
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'events') expectEvents((actual.events as HistoryEvent[]).map(flatten), value as FlatEvent[]);
    else if (name === 'executions')
      expectList(actual.executions as Record<string, unknown>[], value as (typeof actual)[]);
    else if (name === 'input' || name === 'output') expect(parse(actual[name] as string)).toEqual(value);
    else expect(actual[name]).toEqual(value);
  }
}

function expectList(actual: Record<string, unknown>[], expected: Record<string, unknown>[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, item] of expected.entries()) expectAnswer(actual[index] ?? {}, item);
}

async function send(
  sfn: SFNClient,
  action: string,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  // The vectors hold parameters as JSON: some are wrong on purpose.
  const input = params as never;
  switch (action) {
    case 'CreateStateMachine':
      return {
        ...(await sfn.send(new CreateStateMachineCommand({ roleArn: ROLE_ARN, ...params } as never))),
      };
    case 'DescribeExecution':
      return { ...(await sfn.send(new DescribeExecutionCommand(input))) };
    case 'GetExecutionHistory':
      return { ...(await sfn.send(new GetExecutionHistoryCommand(input))) };
    case 'ListExecutions':
      return { ...(await sfn.send(new ListExecutionsCommand(input))) };
    case 'StartExecution':
      return { ...(await sfn.send(new StartExecutionCommand(input))) };
    case 'StartSyncExecution':
      return { ...(await sfn.send(new StartSyncExecutionCommand(input))) };
    case 'StopExecution':
      return { ...(await sfn.send(new StopExecutionCommand(input))) };
    case 'ValidateStateMachineDefinition':
      return { ...(await sfn.send(new ValidateStateMachineDefinitionCommand(input))) };
    default:
      throw new Error(`the vectors' runner does not know the action ${action}`);
  }
}

/** Waits for the execution's end; waits of its own end at once. */
async function untilClosed(
  { sfn, evaluating }: StatesServer,
  clock: ManualClock,
  executionArn: string,
): Promise<DescribeExecutionOutput> {
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    if (evaluating() || !clock.skipToNext()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function untilEvent(sfn: SFNClient, executionArn: string, type: string): Promise<void> {
  for (;;) {
    if ((await historyOf(sfn, executionArn)).some((event) => event.type === type)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function historyOf(sfn: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events;
}
