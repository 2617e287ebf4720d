// The execution that performs a write: its name, its ARN, and how it is started once only.

import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ulid } from 'ulid';
import type { Item } from '../core/attributes.ts';
import { invalidInput } from '../core/errors.ts';
import { MAX_EXECUTION_NAME_LENGTH } from '../core/limits.ts';
import type { Operation } from '../core/run.ts';
import { IdempotencyConflict, StartFailed } from './errors.ts';
import { sameInput } from './same-input.ts';

/** `{operation}-{item}-{ulid}`, or the caller's idempotency key. @throws {SagaError} InvalidInput */
export function executionName(operation: Operation, key: Item, idempotencyKey: string | undefined): string {
  if (idempotencyKey !== undefined) {
    if (!/^[0-9A-Za-z_-]{1,80}$/.test(idempotencyKey)) {
      throw invalidInput('idempotencyKey', idempotencyKey, 'expected 1 to 80 characters of 0-9 A-Z a-z - _');
    }
    return idempotencyKey;
  }
  const id = ulid();
  const room = MAX_EXECUTION_NAME_LENGTH - `${operation}--${id}`.length;
  const item = slug(key).slice(0, room).replace(/-+$/, '');
  return [operation, ...(item === '' ? [] : [item]), id].join('-');
}

/** The ARN that an execution of this name has. */
export function executionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** The input of the execution, or undefined if there is none of this name. */
export async function inputOf(sfn: SFNClient, arn: string): Promise<string | undefined> {
  try {
    const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
    return input ?? 'null';
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
    throw new StartFailed(arn, error);
  }
}

/**
 * Starts the execution, or finds that it was started before with the same input.
 * @throws {IdempotencyConflict} when it was started with another input
 * @throws {StartFailed}
 */
export async function startOnce(
  sfn: SFNClient,
  { stateMachineArn, name, input }: { stateMachineArn: string; name: string; input: string },
): Promise<void> {
  const arn = executionArn(stateMachineArn, name);
  try {
    await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw new StartFailed(arn, error);
    // Also met without an idempotency key: the SDK starts again when an answer is lost.
    const earlier = await inputOf(sfn, arn);
    if (earlier === undefined) throw new StartFailed(arn, error); // it exists, but cannot be seen everywhere yet
    if (!sameInput(earlier, input)) throw new IdempotencyConflict(arn);
  }
}

/** Key values in the characters that names may have. */
function slug(key: Item): string {
  return Object.values(key)
    .map((value) => String(Object.values(value)[0]).replace(/[^0-9A-Za-z_]+/g, '-'))
    .join('-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '');
}
