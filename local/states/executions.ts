// Executions: starting, running, stopping and ending them.

import type { Clock } from '../clock.ts';
import type { ChildOf, Execution, ExecutionStatus } from './execution.ts';
import { callerOf, contextOf, timeLimit } from './execution-context.ts';
import type { Evaluator } from './expressions/evaluator.ts';
import { STATES, StateFailure } from './failure.ts';
import { type EventDetails, History, type HistoryEvent, UnkeptHistory } from './history.ts';
import type { Dispatch, Jobs } from './integrations/integration.ts';
import type { Journal } from './journal/journal.ts';
import type { Json } from './json.ts';
import { MAX_HISTORY_EVENTS } from './limits.ts';
import type { Revision } from './machines.ts';
import { Aborted, Baton } from './run/baton.ts';
import { createFrame } from './run/frame.ts';
import { writeAborted } from './run/group.ts';
import { runMachine } from './run/machine.ts';
import { type MapRunHost, type Run, textWithDetails } from './run/thread.ts';
import type { TaskTokens } from './task-tokens.ts';

/** What executions run on. */
export interface Environment {
  readonly clock: Clock;
  readonly dispatch: Dispatch;
  readonly region: string;
  readonly journal: Journal;
  readonly evaluator: Evaluator;
  readonly tokens: TaskTokens;
  readonly jobs: Jobs;
  /** Told of every Standard execution that begins to run, and of its end. */
  statusChanged?(execution: Execution): void;
  /** Told of every event of an execution's history. */
  historyGrew?(execution: Execution, event: HistoryEvent): void;
  /** Told of every execution that has ended. */
  ended(execution: Execution): void;
  /** Where an execution's Map Runs live. */
  mapRunsOf(execution: Execution): MapRunHost;
}

export interface StartInput {
  readonly arn: string;
  readonly name: string;
  readonly revision: Revision;
  readonly inputText: string;
  readonly input: Json;
  readonly sequence: number;
  readonly express?: Execution['express'];
  readonly mapRun?: ChildOf;
  readonly onEnd?: Execution['onEnd'];
}

/** Starts an execution; it runs on by itself. */
export function start(environment: Environment, { input, ...given }: StartInput): Execution {
  const root = createFrame(given.revision.machine, input);
  root.inputText = given.inputText;
  const execution: Execution = {
    ...given,
    startedAt: environment.clock.now(),
    history: given.express
      ? new UnkeptHistory(environment.clock, (event) => environment.historyGrew?.(execution, event))
      : new History(environment.clock, (event) => {
          environment.journal.touch(execution);
          environment.historyGrew?.(execution, event);
        }),
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

/** Aborts a running execution. One that is closed stays as it is. */
export function stop(environment: Environment, execution: Execution, error?: string, cause?: string): void {
  if (execution.status !== 'RUNNING') return;
  abortOpenStates(execution);
  execution.error = error;
  execution.cause = cause;
  end(environment, execution, 'ABORTED', 'ExecutionAborted', 0, failureDetails(error, cause));
}

/** Aborts what runs when the cloud ends, or ran when it was killed: it can be redriven. */
export function interrupt(environment: Environment, execution: Execution): void {
  stop(environment, execution, 'LocalCloud.Ended', 'The local cloud ended while the execution ran.');
}

/** Runs an execution on from where its frames stand, up to its end. */
export function drive(environment: Environment, execution: Execution, input: Json): void {
  const controller = new AbortController();
  const { signal } = controller;
  execution.controller = controller;
  const run: Run = {
    ...environment,
    arn: execution.arn,
    dispatch: (service, request) =>
      environment.dispatch(service, { ...request, caller: callerOf(execution) }),
    history: execution.history,
    mapRuns: environment.mapRunsOf(execution),
    baton: new Baton(),
    context: contextOf(execution, input),
  };
  const { root } = execution;
  const timeoutSeconds = timeLimit(execution);
  if (timeoutSeconds !== undefined) {
    environment.clock.limit(timeoutSeconds * 1000, signal, execution.arn).then(
      () => timeOut(environment, execution),
      () => undefined,
    );
  }
  const settle =
    <T>(handle: (outcome: T) => void) =>
    (outcome: T): void => {
      if (!signal.aborted) handle(outcome);
    };
  if (!execution.express) environment.statusChanged?.(execution);
  void run.baton
    .acquire(signal)
    .then(() => runMachine({ run, frame: root, signal }))
    .then(
      settle(() => succeed(environment, execution)),
      settle((error: unknown) => fail(environment, execution, error)),
    );
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
  environment: Environment,
  execution: Execution,
  status: ExecutionStatus,
  event: string,
  previousEventId: number,
  details: EventDetails,
): void {
  execution.history.end(event, previousEventId, details);
  execution.status = status;
  execution.stoppedAt = environment.clock.now();
  execution.controller?.abort(new Aborted());
  execution.controller = undefined;
  environment.ended(execution);
  if (!execution.express) environment.statusChanged?.(execution);
  execution.onEnd?.(execution);
}
