// The execution that performs a write: its name, its ARN, and how it is started once only.

import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ulid } from 'ulid';
import { invalidInput } from '../../core/errors/errors.ts';
import { MAX_EXECUTION_NAME_LENGTH, REPLAY_SUFFIX_LENGTH } from '../../core/errors/limits.ts';
import { reservedFor } from '../../core/keys/reserved-names.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { isPassing, isThrottling, jittered, sleep } from '../calls/pause.ts';
import { IdempotencyConflict, StartFailed } from '../errors/write-errors.ts';
import { sameInput } from './same-input.ts';

/** `{operation}-{item}-{ulid}`, or the caller's idempotency key. @throws {SagaError} InvalidInput */
export function executionName(operation: Operation, key: Item, idempotencyKey: string | undefined): string {
  if (idempotencyKey !== undefined) {
    if (!/^[0-9A-Za-z_-]{1,80}$/.test(idempotencyKey)) {
      throw invalidInput('idempotencyKey', idempotencyKey, 'expected 1 to 80 characters of 0-9 A-Z a-z - _');
    }
    const owner = reservedFor(idempotencyKey);
    if (owner !== undefined) {
      throw invalidInput('idempotencyKey', idempotencyKey, `is the name of ${owner}; choose another`);
    }
    return idempotencyKey;
  }
  const item = itemInName(operation, key);
  return [operation, ...(item === '' ? [] : [item]), ulid()].join('-');
}

const ULID_LENGTH = 26;

/** How {@link executionName} tells the item; empty where no character of its key may stand in a name. */
export function itemInName(operation: Operation, key: Item): string {
  return slug(key, MAX_EXECUTION_NAME_LENGTH - REPLAY_SUFFIX_LENGTH - `${operation}--`.length - ULID_LENGTH);
}

/** What a name that {@link executionName} has made tells of the item; undefined of names that are not of its form. */
export function itemToldBy(name: string, operation: Operation): string | undefined {
  return new RegExp(`^${operation}-(.+)-[^-]{${ULID_LENGTH}}$`).exec(name)?.[1];
}

/** The ARN that an execution of this name has. */
export function executionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

export interface StartRequest {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

export interface StartOptions {
  /** How often a call that is throttled is tried, with growing pauses. Default: 10 times, a quarter of a minute. */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The execution as it is now, or undefined if there is none of this name. @throws {StartFailed} */
export async function findExecution(
  sfn: SFNClient,
  arn: string,
  options: StartOptions = {},
): Promise<DescribeExecutionOutput | undefined> {
  try {
    const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
    return await patiently(describe, isPassing, options);
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
    throw new StartFailed(arn, error);
  }
}

/**
 * Starts the execution, or finds that it was started before with the same input.
 * @returns the execution that was started before and has ended, if that is so
 * @throws {IdempotencyConflict} when it was started with another input
 * @throws {StartFailed}
 */
export async function startOnce(
  sfn: SFNClient,
  request: StartRequest,
  options: StartOptions = {},
): Promise<DescribeExecutionOutput | undefined> {
  const arn = executionArn(request.stateMachineArn, request.name);
  try {
    await patiently(() => sfn.send(new StartExecutionCommand(request)), isThrottling, options);
    return undefined;
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw new StartFailed(arn, error);
    // Also met without an idempotency key: the SDK starts again when an answer is lost.
    const earlier = await findExecution(sfn, arn, options);
    if (earlier === undefined) throw new StartFailed(arn, error); // it exists, but cannot be seen everywhere yet
    if (!asksForTheSame(earlier, request.input)) throw new IdempotencyConflict(arn);
    return earlier;
  }
}

/** Whether an earlier execution of the same name was started for this input. */
export function asksForTheSame({ input = 'null' }: DescribeExecutionOutput, other: string): boolean {
  return sameInput(input, other);
}

/** How often a call is tried, unless the caller says otherwise. */
export const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
const GROWTH = 1.5;

/** Milliseconds between an attempt, counted from 1, and the next one. */
export function pauseAfter(attempt: number): number {
  return jittered(Math.min(FIRST_PAUSE_MS * GROWTH ** (attempt - 1), LONGEST_PAUSE_MS));
}

/** Calls again, ever more rarely, after errors that are worth it. */
async function patiently<T>(
  call: () => Promise<T>,
  isWorthIt: (error: unknown) => boolean,
  { attempts = ATTEMPTS, signal }: StartOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isWorthIt(error) || attempt >= (isThrottling(error) ? attempts : ATTEMPTS)) throw error;
      await sleep(pauseAfter(attempt), signal);
    }
  }
}

/** Key values in the characters that names may have, as much as there is room for. */
export function slug(key: Item, room: number): string {
  return Object.values(key)
    .map((value) => String(Object.values(value)[0]).replace(/[^0-9A-Za-z_]+/g, '-'))
    .join('-')
    .replace(/-{2,}/g, '-')
    .replace(/^-/, '')
    .slice(0, room)
    .replace(/-+$/, '');
}
