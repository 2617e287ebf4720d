// Invokes a deployed function: synchronously, asynchronously with its retries, or not at all (DryRun).

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { MetricName } from '../monitoring/types.ts';
import { type LocalRequest, type LocalResponse, ServiceError } from '../service.ts';
import { functionErrorResponse } from './errors.ts';
import type { FunctionLog } from './log.ts';
import type { EnvironmentPool } from './pool.ts';
import type { FunctionDefinition, InvocationResult } from './types.ts';

export interface DeployedFunction {
  readonly definition: FunctionDefinition;
  readonly arn: string;
  readonly log: FunctionLog;
  readonly pool: EnvironmentPool;
}

/** The request of an Invoke call, read and checked. */
export interface InvokeRequest {
  /** The event as JSON. */
  readonly payload: string;
  readonly type: 'RequestResponse' | 'Event' | 'DryRun';
  readonly wantsLog: boolean;
  /** As sent: JSON in base64. */
  readonly clientContext: string | undefined;
}

/** 6 MB for an answer and a synchronous event, 1 MB for an asynchronous one (Lambda quotas). */
const MAX_SYNC_BYTES = 6_291_456;
const MAX_RESPONSE_BYTES = 6_291_556;
const MAX_ASYNC_BYTES = 1_048_576;

/** Seconds before an asynchronous invocation that failed is tried again (Lambda: two retries). */
const ASYNC_RETRY_SECONDS = [60, 120];

/** @throws {ServiceError} InvalidParameterValueException, InvalidRequestContentException, RequestTooLargeException */
export async function readInvokeRequest({ headers, body }: LocalRequest): Promise<InvokeRequest> {
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    throw new ServiceError('InvalidParameterValueException', `InvocationType: ${type} is not known`);
  }
  return {
    payload: await readPayload(body, type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES),
    type,
    wantsLog: headers['x-amz-log-type'] === 'Tail',
    clientContext: headers['x-amz-client-context'],
  };
}

export interface InvokeOptions {
  readonly clock: Clock;
  /** Ends the waits between the tries of asynchronous invocations. */
  readonly closing: AbortSignal;
  readonly onMetric: ((metric: MetricName, value: number) => void) | undefined;
}

/**
 * @throws {ServiceError} TooManyRequestsException, ServiceException
 */
export async function invoke(
  target: DeployedFunction,
  request: InvokeRequest,
  options: InvokeOptions,
): Promise<LocalResponse> {
  if (request.type === 'DryRun') return { status: 204 };
  if (request.type === 'Event') {
    // Nobody waits for it; it only rejects when it is throttled or the cloud stops.
    void invokeInBackground(target, request, options).catch(() => undefined);
    return { status: 202 };
  }
  const requestId = randomUUID();
  const answer = respond(await runOnce(target, request, requestId, options));
  if (!request.wantsLog) return answer;
  return { ...answer, headers: { ...answer.headers, 'x-amz-log-result': target.log.tail(requestId) } };
}

async function invokeInBackground(
  target: DeployedFunction,
  request: InvokeRequest,
  options: InvokeOptions,
): Promise<void> {
  const requestId = randomUUID();
  for (const seconds of [...ASYNC_RETRY_SECONDS, undefined]) {
    const result = await runOnce(target, request, requestId, options);
    if (result.ok || seconds === undefined) return;
    await options.clock.sleep(seconds * 1000, options.closing);
  }
}

async function runOnce(
  { arn, log, pool, definition }: DeployedFunction,
  { payload, clientContext }: InvokeRequest,
  requestId: string,
  { onMetric }: InvokeOptions,
): Promise<InvocationResult> {
  const count = (name: string, value: number): void =>
    onMetric?.({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: definition.name } }, value);
  const since = performance.now();
  log.write(`START RequestId: ${requestId} Version: $LATEST\n`);
  const invocation = { requestId, payload, clientContext, invokedFunctionArn: arn };
  const result = limited(
    await pool.invoke(invocation).catch((error: unknown) => {
      if (error instanceof ServiceError && error.status === 429) count('Throttles', 1);
      throw error;
    }),
  );
  if (!result.ok) log.write(`ERROR\t${JSON.stringify(result.error)}\n`);
  const durationMs = performance.now() - since;
  log.write(
    `END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\n`,
  );
  count('Invocations', 1);
  count('Errors', result.ok ? 0 : 1);
  count('Duration', durationMs);
  return result;
}

function limited(result: InvocationResult): InvocationResult {
  if (!result.ok || Buffer.byteLength(result.payload) <= MAX_RESPONSE_BYTES) return result;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return { ok: false, error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

function respond(result: InvocationResult): LocalResponse {
  if (!result.ok) return functionErrorResponse(result.error);
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' },
    body: result.payload,
  };
}

/** Reads the whole of a body, also when it is too large, so that the connection can go on. */
async function readPayload(body: LocalRequest['body'], limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
  }
  if (size > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
    throw new ServiceError('RequestTooLargeException', message, 413);
  }
  const payload = Buffer.concat(chunks).toString() || '{}';
  try {
    JSON.parse(payload);
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new ServiceError('InvalidRequestContentException', message, 400);
  }
  return payload;
}
