// AWS JSON 1.0: a call is named by the header X-Amz-Target, its parameters and its answer are JSON.

import { parseParameters } from '../../json-protocol.ts';
import { type LocalRequest, type LocalResponse, ServiceError } from '../../service.ts';
import type { JsonObject } from '../json.ts';

/** Of the parameters themselves: inputs and definitions are texts in them. */
const MAX_LEVELS = 100;
const TARGET_PREFIX = 'AWSStepFunctions.';
const HEADERS = { 'content-type': 'application/x-amz-json-1.0' };

/** @throws {ServiceError} UnknownOperationException where the request names no call of Step Functions */
export function operationName(request: LocalRequest): string {
  const target = request.headers['x-amz-target'] ?? '';
  if (target.startsWith(TARGET_PREFIX)) return target.slice(TARGET_PREFIX.length);
  throw unknownOperation(target);
}

export function unknownOperation(name: string): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    `Operation '${name}' is not supported by the local cloud`,
  );
}

export async function readBody(request: LocalRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws {ServiceError} SerializationException */
export function parseBody(body: string): JsonObject {
  return parseParameters(body === '' ? '{}' : body, MAX_LEVELS) as JsonObject;
}

export function answer(members: Readonly<Record<string, unknown>>): LocalResponse {
  return { status: 200, headers: HEADERS, body: JSON.stringify(members) };
}

export function errorAnswer({ code, message, status, members }: ServiceError): LocalResponse {
  return { status, headers: HEADERS, body: JSON.stringify({ __type: code, message, ...members }) };
}
