// Callbacks: what whoever holds a task's token says of the task.

import { ServiceError } from '../../service.ts';
import { byteLength, type Json } from '../json.ts';
import { MAX_DATA_BYTES } from '../limits.ts';
import { constraint, requiredText, text } from './input.ts';
import type { Operation } from './operations.ts';

const MAX_TOKEN_LENGTH = 2048;

export const sendTaskSuccess: Operation = ({ environment }, input) => {
  const token = tokenOf(input);
  environment.tokens.succeed(token, outputOf(requiredText(input, 'output')));
  return {};
};

export const sendTaskFailure: Operation = ({ environment }, input) => {
  const token = tokenOf(input);
  environment.tokens.fail(token, text(input, 'error') ?? 'States.TaskFailed', text(input, 'cause') ?? '');
  return {};
};

export const sendTaskHeartbeat: Operation = ({ environment }, input) => {
  environment.tokens.beat(tokenOf(input));
  return {};
};

/** @throws {ServiceError} InvalidToken, ValidationException */
function tokenOf(input: Parameters<Operation>[1]): string {
  const token = requiredText(input, 'taskToken');
  if (token.length > MAX_TOKEN_LENGTH) {
    throw constraint(
      `'${token}'`,
      'taskToken',
      `Member must have length less than or equal to ${MAX_TOKEN_LENGTH}`,
    );
  }
  if (token === '') throw new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
  return token;
}

/** @throws {ServiceError} InvalidOutput, ValidationException */
function outputOf(output: string): Json {
  if (byteLength(output) > MAX_DATA_BYTES) {
    throw constraint('', 'output', `Member must have length less than or equal to ${MAX_DATA_BYTES}`);
  }
  try {
    return JSON.parse(output);
  } catch (error) {
    throw new ServiceError('InvalidOutput', `Invalid Output: '${(error as Error).message}'`);
  }
}
