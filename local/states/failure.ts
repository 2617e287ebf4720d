// How a state fails: an error name and a cause, and whether a retrier or catcher may take it up.

import { byteLength, type Json } from './json.ts';
import { MAX_DATA_BYTES } from './limits.ts';

/** Error names that Step Functions itself reports. */
export const STATES = {
  all: 'States.ALL',
  taskFailed: 'States.TaskFailed',
  timeout: 'States.Timeout',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  runtime: 'States.Runtime',
  dataLimitExceeded: 'States.DataLimitExceeded',
  queryEvaluationError: 'States.QueryEvaluationError',
  exceedToleratedFailureThreshold: 'States.ExceedToleratedFailureThreshold',
  itemReaderFailed: 'States.ItemReaderFailed',
  resultWriterFailed: 'States.ResultWriterFailed',
} as const;

/** What a state, and if nothing takes it up the execution, fails with. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  /** Absent for a Fail state without Error. */
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** The event after which the failure was raised, once known. */
  readonly eventId: number | undefined;

  constructor(error: string | undefined, reason: string | undefined, eventId?: number) {
    super(`${error ?? 'no error name'}: ${reason ?? 'no cause'}`);
    this.error = error;
    this.reason = reason;
    this.eventId = eventId;
  }

  /** Ends the execution at once: no retrier, catcher or enclosing state sees it. */
  get terminal(): boolean {
    return this.error === STATES.runtime;
  }

  /** The same failure, as the event that now stands for it. */
  at(eventId: number): StateFailure {
    return new StateFailure(this.error, this.reason, eventId);
  }

  /** `$states.errorOutput`. */
  get output(): { Error: string; Cause: string } {
    return { Error: this.error ?? '', Cause: this.reason ?? '' };
  }
}

/**
 * The JSON text of a value.
 * @throws {StateFailure} States.DataLimitExceeded where it is too large
 */
export function limitedText(value: Json, stateOrTask: string): string {
  const text = JSON.stringify(value);
  if (byteLength(text) > MAX_DATA_BYTES) throw dataLimitExceeded(stateOrTask);
  return text;
}

export function dataLimitExceeded(stateOrTask: string): StateFailure {
  return new StateFailure(
    STATES.dataLimitExceeded,
    `The state/task '${stateOrTask}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/**
 * Whether an ErrorEquals list takes the failure up. The documentation lets States.ALL pass
 * States.DataLimitExceeded by, recorded executions show it caught: recordings win. States.Runtime is never matched.
 */
export function matches(errorEquals: readonly string[], failure: StateFailure): boolean {
  if (failure.terminal) return false;
  return errorEquals.some((name) => {
    if (name === STATES.all) return true;
    if (name === STATES.taskFailed) return failure.error !== STATES.timeout;
    if (name === STATES.timeout && failure.error === STATES.heartbeatTimeout) return true;
    return name === failure.error;
  });
}
