// Finding what a call names.

import { ServiceError } from '../../service.ts';
import type { Execution } from '../execution.ts';
import type { JsonObject } from '../json.ts';
import { RETENTION_MS } from '../limits.ts';
import type { StateMachine } from '../machines.ts';
import { arn } from './input.ts';
import type { Context } from './operations.ts';

/** @throws {ServiceError} StateMachineDoesNotExist */
export function findMachine(context: Context, input: JsonObject): StateMachine {
  const machineArn = arn(input, 'stateMachineArn', 'stateMachine');
  const machine = context.store.machines.get(machineArn);
  if (machine !== undefined) return machine;
  throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
}

/** @throws {ServiceError} ExecutionDoesNotExist */
export function findExecution(context: Context, input: JsonObject): Execution {
  const executionArn = arn(input, 'executionArn', 'execution');
  const execution = context.store.executions.get(executionArn);
  if (execution !== undefined && !isForgotten(context, execution)) return execution;
  throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
}

/** A closed execution is kept for 90 days ("Execution history retention time" in Step Functions' quotas). */
export function isForgotten({ environment }: Context, { stoppedAt }: Execution): boolean {
  return stoppedAt !== undefined && environment.clock.now() - stoppedAt > RETENTION_MS;
}
