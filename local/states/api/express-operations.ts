// Starting Express workflows: by nobody's name twice the same, and with no trace but their answer.

import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import type { Execution } from '../execution.ts';
import { start } from '../executions.ts';
import type { JsonObject } from '../json.ts';
import { checkName, type StateMachine } from '../machines.ts';
import { parseInput, seconds, text } from './input.ts';
import { findMachine } from './lookup.ts';
import type { Context, Members } from './operations.ts';

/** Milliseconds and mebibytes to which a run is rounded up: "Express workflows" on the pricing page. */
const BILLED_MS = 100;
const BILLED_MEMORY_MB = 64;

/**
 * Starts an Express workflow: not idempotent, and no call but this one knows its ARN, whose last part is the run's id.
 * @throws {ServiceError} InvalidName, InvalidExecutionInput
 */
export function startExpress(
  context: Context,
  { revision }: StateMachine,
  input: JsonObject,
  how: { readonly express: 'SYNC' | 'ASYNC'; readonly onEnd?: (execution: Execution) => void },
): Execution {
  const name = text(input, 'name') ?? randomUUID();
  checkName(name);
  const inputText = text(input, 'input') ?? '{}';
  const execution = start(context.environment, {
    arn: `${revision.arn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`,
    name,
    revision,
    inputText,
    input: parseInput(inputText),
    sequence: 0,
    ...how,
  });
  context.store.express.add(execution);
  return execution;
}

/** Answers at the end of the run. Only for Express workflows. */
export async function startSyncExecution(context: Context, input: JsonObject): Promise<Members> {
  const machine = findMachine(context, input);
  if (machine.type !== 'EXPRESS') throw typeNotSupported();
  const execution = await new Promise<Execution>((onEnd) => {
    startExpress(context, machine, input, { express: 'SYNC', onEnd });
  });
  const { startedAt, stoppedAt = startedAt, output, error, cause } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: machine.arn,
    name: execution.name,
    startDate: seconds(startedAt),
    stopDate: seconds(stoppedAt),
    status: execution.status === 'ABORTED' ? 'FAILED' : execution.status,
    input: execution.inputText,
    inputDetails: { included: true },
    ...(output !== undefined && { output: JSON.stringify(output) }),
    outputDetails: { included: true },
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    billingDetails: {
      billedDurationInMilliseconds: BILLED_MS * Math.max(1, Math.ceil((stoppedAt - startedAt) / BILLED_MS)),
      billedMemoryUsedInMB: BILLED_MEMORY_MB,
    },
  };
}

export function typeNotSupported(): ServiceError {
  return new ServiceError(
    'StateMachineTypeNotSupported',
    'This operation is not supported by this type of state machine',
  );
}
