// A write that has been started, to be waited for later or by another process.

import { consoleUrl } from '../../core/contract/console-url.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { asRejected } from '../errors/rejected.ts';
import type { WriteResult } from '../inputs.ts';
import { executionArn as arnOf } from './execution.ts';
import { finishWrite, type Started, type WriteContext } from './write.ts';

/** How a wait may end early. */
export interface WaitOptions {
  /** Stops the waiting only: the run goes on, see `WaitInterrupted`. For a time-out: `AbortSignal.timeout(ms)`. */
  readonly signal?: AbortSignal | undefined;
}

/** A run on its way. `executionArn` is all that another process needs: `client.handle(executionArn)`. */
export interface WriteHandle {
  readonly executionArn: string;
  /** The execution's name: the idempotency key, where there is one. */
  readonly name: string;
  /** The run's page in the Step Functions console. */
  readonly consoleUrl: string;
  /**
   * What the call would have given had it waited. May be called again, also after an error: a run that was stuck and
   * has been redriven meanwhile ends anew.
   * @throws {TwinwriteError} as the call would have
   */
  wait(options?: WaitOptions): Promise<WriteResult>;
}

export function handleOf(
  context: WriteContext,
  started: Pick<Started, 'executionArn'> & Partial<Started>,
): WriteHandle {
  const { executionArn, staged, startedAt } = started;
  return {
    executionArn,
    name: executionArn.slice(executionArn.lastIndexOf(':') + 1),
    consoleUrl: consoleUrl(executionArn),
    wait: ({ signal } = {}) => finishWrite(context, { executionArn, staged, startedAt }, signal),
  };
}

/**
 * The handle of a run that was started before.
 * @throws {Rejected} InvalidInput unless it is an execution of one of the store's state machines
 */
export function resume(context: WriteContext, executionArn: string): WriteHandle {
  const machines = Object.values(context.store.stateMachines);
  if (!machines.some((machine) => isExecutionOf(machine, executionArn))) {
    asRejected(invalidInput('executionArn', executionArn, "not an execution of this store's state machines"));
  }
  return handleOf(context, { executionArn });
}

function isExecutionOf(stateMachineArn: string, executionArn: unknown): boolean {
  const prefix = arnOf(stateMachineArn, '');
  return (
    typeof executionArn === 'string' &&
    executionArn.startsWith(prefix) &&
    /^[^:]{1,80}$/.test(executionArn.slice(prefix.length))
  );
}
