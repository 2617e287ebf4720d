// Requests and answers in AWS JSON, the protocol that most services speak.

import { isDeeper } from './records.ts';
import { type LocalResponse, ServiceError } from './service.ts';

export function jsonAnswer(
  version: '1.0' | '1.1',
  status: number,
  members: object,
  headers: Readonly<Record<string, string>> = {},
): LocalResponse {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}`, ...headers },
    body: JSON.stringify(members),
  };
}

/**
 * The parameters of a call.
 * @param maxLevels - how deep they may be
 * @throws {ServiceError} SerializationException for what is no JSON object, or deeper
 */
export function parseParameters(body: string, maxLevels: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject && !isDeeper(value, maxLevels)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Told below like any other body that is no object.
  }
  throw new ServiceError('SerializationException', 'The request body is not a JSON object');
}
