// Executions: starting, ending, stopping and redriving them.

import type { Clock } from '../clock.ts';
import { ServiceError } from '../service.ts';
import { STATES, StateFailure } from './failure.ts';
import { type EventDetails, History } from './history.ts';
import type { Dispatch } from './integrations/integration.ts';
import type { Json, JsonObject } from './json.ts';
import { MAX_HISTORY_EVENTS, REDRIVE_PERIOD_MS, REDRIVE_TOKEN_MS, REDRIVE_TOKENS } from './limits.ts';
import type { Revision } from './machines.ts';
import { Aborted, Baton } from './run/baton.ts';
import { createFrame, type Frame, resumable } from './run/frame.ts';
import { writeAborted } from './run/group.ts';
import { runMachine } from './run/machine.ts';
import { type Run, textWithDetails } from './run/thread.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

interface RedriveToken {
  readonly token: string;
  readonly redrivenAt: number;
}

export interface Execution {
  readonly arn: string;
  readonly name: string;
  /** The state machine as it was at the start. */
  readonly revision: Revision;
  /** The input as it was given. */
  readonly inputText: string;
  /** Grows with each start: the order of ListExecutions. */
  readonly sequence: number;
  readonly startedAt: number;
  readonly history: History;
  status: ExecutionStatus;
  stoppedAt: number | undefined;
  output: Json | undefined;
  error: string | undefined;
  cause: string | undefined;
  redriveCount: number;
  redrivenAt: number | undefined;
  /** The clientTokens of redrives, the latest last. */
  readonly redriveTokens: RedriveToken[];
  /** Where it stands; what a redrive goes on from. */
  root: Frame;
  /** Stops what runs. */
  controller: AbortController | undefined;
}

/** What executions run on. */
export interface Environment {
  readonly clock: Clock;
  readonly dispatch: Dispatch;
  readonly region: string;
}

export interface StartInput {
  readonly arn: string;
  readonly name: string;
  readonly revision: Revision;
  readonly inputText: string;
  readonly input: Json;
  readonly sequence: number;
}

/** Starts an execution; it runs on by itself. */
export function start(environment: Environment, { input, ...given }: StartInput): Execution {
  const root = createFrame(given.revision.machine, input);
  root.inputText = given.inputText;
  const execution: Execution = {
    ...given,
    startedAt: environment.clock.now(),
    history: new History(environment.clock),
    status: 'RUNNING',
    stoppedAt: undefined,
    output: undefined,
    error: undefined,
    cause: undefined,
    redriveCount: 0,
    redrivenAt: undefined,
    redriveTokens: [],
    root,
    controller: undefined,
  };
  const { roleArn } = given.revision;
  execution.history.add('ExecutionStarted', 0, {
    ...textWithDetails('input', input, given.inputText),
    roleArn,
  });
  drive(environment, execution, input);
  return execution;
}

/** Why the execution cannot be redriven now, in the words of DescribeExecution; undefined if it can. */
export function redriveObstacle(execution: Execution, now: number): string | undefined {
  if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') {
    return `Execution is ${execution.status} and cannot be redriven`;
  }
  if (execution.history.events.length >= MAX_HISTORY_EVENTS - 1)
    return 'Execution history event limit exceeded';
  if (now - (execution.stoppedAt ?? now) > REDRIVE_PERIOD_MS) return 'Execution redrivable period exceeded';
  return undefined;
}

/**
 * Goes on from the states that did not succeed, with the same input, definition and variables. Which events follow
 * ExecutionRedriven is not documented. Here a state that was entered is not entered again, as "the execution
 * reschedules and then reruns the Task state" suggests, except Fail, which "reenters".
 * @param token one of the last 10, used within 15 minutes, makes no new redrive
 * @returns when the redrive was made
 * @throws {ServiceError} ExecutionNotRedrivable
 */
export function redrive(environment: Environment, execution: Execution, token?: string): number {
  const now = environment.clock.now();
  const repeated = execution.redriveTokens
    .slice(-REDRIVE_TOKENS)
    .find((used) => used.token === token && now - used.redrivenAt <= REDRIVE_TOKEN_MS);
  if (repeated !== undefined) return repeated.redrivenAt;
  const obstacle = redriveObstacle(execution, now);
  if (obstacle !== undefined) throw new ServiceError('ExecutionNotRedrivable', obstacle);
  if (token !== undefined) execution.redriveTokens.push({ token, redrivenAt: now });
  execution.redriveCount += 1;
  execution.redrivenAt = now;
  execution.status = 'RUNNING';
  execution.stoppedAt = undefined;
  execution.error = undefined;
  execution.cause = undefined;
  execution.root = resumable(execution.root);
  execution.root.lastEventId = execution.history.add('ExecutionRedriven', execution.history.events.length, {
    redriveCount: execution.redriveCount,
  });
  drive(environment, execution, JSON.parse(execution.inputText));
  return now;
}

/** Aborts a running execution. One that is closed stays as it is. */
export function stop(environment: Environment, execution: Execution, error?: string, cause?: string): void {
  if (execution.status !== 'RUNNING') return;
  abortOpenStates(execution);
  execution.error = error;
  execution.cause = cause;
  end(environment, execution, 'ABORTED', 'ExecutionAborted', 0, failureDetails(error, cause));
}

function drive(environment: Environment, execution: Execution, input: Json): void {
  const controller = new AbortController();
  const { signal } = controller;
  execution.controller = controller;
  const run: Run = {
    ...environment,
    history: execution.history,
    baton: new Baton(),
    context: contextOf(execution, input),
  };
  const { root } = execution;
  const { timeoutSeconds } = execution.revision.machine;
  if (timeoutSeconds !== undefined) {
    environment.clock.sleep(timeoutSeconds * 1000, signal).then(
      () => timeOut(environment, execution),
      () => undefined,
    );
  }
  const settle =
    <T>(handle: (outcome: T) => void) =>
    (outcome: T): void => {
      if (!signal.aborted) handle(outcome);
    };
  void run.baton
    .acquire(signal)
    .then(() => runMachine({ run, frame: root, signal }))
    .then(
      settle(() => succeed(environment, execution)),
      settle((error: unknown) => fail(environment, execution, error)),
    );
}

function contextOf(execution: Execution, input: Json): JsonObject {
  const { revision } = execution;
  return {
    Execution: {
      Id: execution.arn,
      Input: input,
      Name: execution.name,
      RoleArn: revision.roleArn,
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: execution.redriveCount,
      ...(execution.redrivenAt !== undefined && {
        RedriveTime: new Date(execution.redrivenAt).toISOString(),
      }),
    },
    StateMachine: { Id: revision.arn, Name: revision.name },
  };
}

function succeed(environment: Environment, execution: Execution): void {
  const { output, lastEventId } = execution.root;
  execution.output = output;
  end(
    environment,
    execution,
    'SUCCEEDED',
    'ExecutionSucceeded',
    lastEventId,
    textWithDetails('output', output),
  );
}

/** Ends the execution with a failure; a defect of the interpreter itself shows as States.Runtime. */
function fail(environment: Environment, execution: Execution, error: unknown): void {
  const failure = error instanceof StateFailure ? error : new StateFailure(STATES.runtime, String(error));
  execution.error = failure.error;
  execution.cause = failure.reason;
  const details = failureDetails(failure.error, failure.reason);
  end(
    environment,
    execution,
    'FAILED',
    'ExecutionFailed',
    failure.eventId ?? execution.root.lastEventId,
    details,
  );
}

function timeOut(environment: Environment, execution: Execution): void {
  if (execution.status !== 'RUNNING') return;
  abortOpenStates(execution);
  end(environment, execution, 'TIMED_OUT', 'ExecutionTimedOut', 0, {});
}

/**
 * Writes the aborted states that a stop leaves behind. A Wait state at the top leaves none, as recorded. Like
 * ExecutionAborted they follow no event.
 */
function abortOpenStates({ root, history }: Execution): void {
  if (root.machine.states.get(root.state)?.type === 'Wait') return;
  writeAborted(root, (type, details) => {
    if (history.events.length < MAX_HISTORY_EVENTS - 1) history.add(type, 0, details);
  });
}

function failureDetails(error: string | undefined, cause: string | undefined): EventDetails {
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

function end(
  { clock }: Environment,
  execution: Execution,
  status: ExecutionStatus,
  event: string,
  previousEventId: number,
  details: EventDetails,
): void {
  execution.history.end(event, previousEventId, details);
  execution.status = status;
  execution.stoppedAt = clock.now();
  execution.controller?.abort(new Aborted());
  execution.controller = undefined;
}
