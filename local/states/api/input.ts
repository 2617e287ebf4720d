// Reads the parameters of a call, with the errors that AWS reports for bad ones.

import { isDeeper } from '../../records.ts';
import { ServiceError } from '../../service.ts';
import { byteLength, type Json, type JsonObject } from '../json.ts';
import { MAX_DATA_BYTES, MAX_JSON_LEVELS } from '../limits.ts';

export function requiredText(input: JsonObject, name: string): string {
  const value = text(input, name);
  if (value !== undefined) return value;
  throw constraint('null', name, 'Member must not be null');
}

export function text(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new ServiceError('SerializationException', `${name}: expected a string`);
}

export function flag(input: JsonObject, name: string, fallback: boolean): boolean {
  const value = input[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'boolean') return value;
  throw new ServiceError('SerializationException', `${name}: expected true or false`);
}

/** A page size; 0 stands for the default, as AWS has it. */
export function pageSize(input: JsonObject, fallback: number): number {
  const value = input.maxResults;
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number')
    throw new ServiceError('SerializationException', 'maxResults: expected a number');
  if (value > 1000) {
    throw constraint(`'${value}'`, 'maxResults', 'Member must have value less than or equal to 1000');
  }
  if (value < 0) {
    throw constraint(`'${value}'`, 'maxResults', 'Member must have value greater than or equal to 0');
  }
  return value === 0 ? fallback : value;
}

export function number(
  input: JsonObject,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { readonly min: number; readonly max?: number },
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number')
    throw new ServiceError('SerializationException', `${name}: expected a number`);
  if (value < min)
    throw constraint(`'${value}'`, name, `Member must have value greater than or equal to ${min}`);
  if (value > max)
    throw constraint(`'${value}'`, name, `Member must have value less than or equal to ${max}`);
  return value;
}

export function oneOf<T extends string>(
  input: JsonObject,
  name: string,
  values: readonly T[],
): T | undefined {
  const value = text(input, name);
  if (value === undefined || (values as readonly string[]).includes(value)) return value as T | undefined;
  throw constraint(`'${value}'`, name, `Member must satisfy enum value set: [${values.join(', ')}]`);
}

export function constraint(value: string, name: string, rule: string): ServiceError {
  const message = `1 validation error detected: Value ${value} at '${name}' failed to satisfy constraint: ${rule}`;
  return new ServiceError('ValidationException', message);
}

/** An execution's input. @throws {ServiceError} InvalidExecutionInput */
export function parseInput(inputText: string): Json {
  if (byteLength(inputText) > MAX_DATA_BYTES) {
    throw constraint('', 'input', `Member must have length less than or equal to ${MAX_DATA_BYTES}`);
  }
  if (inputText === '') throw invalidInput('Invalid execution input.');
  let input: Json;
  try {
    input = JSON.parse(inputText);
  } catch (error) {
    throw invalidInput((error as Error).message);
  }
  if (isDeeper(input, MAX_JSON_LEVELS)) throw invalidInput(`It has more than ${MAX_JSON_LEVELS} levels`);
  return input;
}

function invalidInput(problem: string): ServiceError {
  return new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${problem}'`);
}

/** A page's token: where the next page begins. */
export function encodeToken(position: number): string {
  return Buffer.from(JSON.stringify({ position })).toString('base64url');
}

/**
 * @param maxLength - that of the operation's `nextToken` in the API Reference
 * @throws {ServiceError} ValidationException, InvalidToken
 */
export function decodeToken(input: JsonObject, maxLength = 1024): number | undefined {
  const token = text(input, 'nextToken');
  if (token === undefined) return undefined;
  if (token.length < 1 || token.length > maxLength) {
    const bound = token.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxLength}`;
    throw constraint(`'${token}'`, 'nextToken', `Member must have length ${bound}`);
  }
  const position = positionIn(token);
  if (typeof position === 'number' && Number.isInteger(position)) return position;
  throw new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
}

function positionIn(token: string): Json | undefined {
  try {
    return (JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as JsonObject).position;
  } catch {
    return undefined;
  }
}

type ArnKind = 'stateMachine' | 'execution' | 'mapRun';

/** @throws {ServiceError} InvalidArn */
export function arn(input: JsonObject, name: string, kind: ArnKind): string {
  const value = requiredText(input, name);
  const parts = value.split(':');
  if (parts[0] !== 'arn' || !parts[1]?.startsWith('aws')) throw invalidArn(`Invalid ARN prefix: ${value}`);
  if (parts[2] !== 'states' || parts.length < 7) throw invalidArn(`Invalid ARN: ${value}`);
  if (parts[5] !== kind) throw invalidArn(`Resource type not valid in this context: ${parts[5]}`);
  return value;
}

function invalidArn(problem: string): ServiceError {
  return new ServiceError('InvalidArn', `Invalid Arn: '${problem}'`);
}

/** Seconds since the epoch, as the protocol writes times. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
