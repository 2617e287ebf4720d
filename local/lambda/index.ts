// The local Lambda: functions of a template, run in worker threads behind the API that SDKs and Step Functions call.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import {
  type Call,
  type CloudIdentity,
  type LocalRequest,
  type LocalResponse,
  type Service,
  ServiceError,
} from '../service.ts';
import { runtimeVariables } from './environment.ts';
import { functionErrorResponse, lambdaErrorResponse } from './errors.ts';
import { createLog, type FunctionLog } from './log.ts';
import { createPool, type EnvironmentPool } from './pool.ts';
import type { FunctionDefinition, InvocationResult } from './types.ts';

export type { FunctionDefinition } from './types.ts';

export interface Lambda extends Service {
  /** @throws {Error} when the name is taken */
  createFunction(definition: FunctionDefinition): { functionArn: string };
  /** Starts one environment of each function in the background, so that first invocations find it warm. */
  warm(): void;
  /** The newest lines that a function wrote, oldest first. */
  logs(functionName: string): readonly string[];
  close(): Promise<void>;
}

export interface LambdaOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Environment variables of every function: region, credentials and endpoint of the cloud. */
  readonly variables: Readonly<Record<string, string>>;
  /** Environments of one function at a time; more invocations wait. Default 10. */
  readonly maxEnvironments?: number;
  /** Called with every line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
}

interface DeployedFunction {
  readonly definition: FunctionDefinition;
  readonly arn: string;
  readonly log: FunctionLog;
  readonly pool: EnvironmentPool;
}

/** 6 MB for an answer and a synchronous event, 1 MB for an asynchronous one (Lambda quotas). */
const MAX_SYNC_BYTES = 6_291_456;
const MAX_RESPONSE_BYTES = 6_291_556;
const MAX_ASYNC_BYTES = 1_048_576;

/** Seconds before an asynchronous invocation that failed is tried again (Lambda: two retries). */
const ASYNC_RETRY_SECONDS = [60, 120];

const API = '/2015-03-31/functions';

export function createLambda(options: LambdaOptions): Lambda {
  const functions = new Map<string, DeployedFunction>();
  const closing = new AbortController();
  const arnOf = (name: string): string =>
    `arn:aws:lambda:${options.identity.region}:${options.identity.accountId}:function:${name}`;

  const find = (reference: string): DeployedFunction => {
    const { name, qualifier } = parseReference(reference);
    const found = functions.get(name);
    if (!found || (qualifier !== undefined && qualifier !== '$LATEST')) {
      const arn = arnOf(name) + (qualifier === undefined ? '' : `:${qualifier}`);
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    }
    return found;
  };

  const invokeLater = async (target: DeployedFunction, payload: string): Promise<void> => {
    const requestId = randomUUID();
    for (const seconds of [...ASYNC_RETRY_SECONDS, undefined]) {
      const result = await runOnce(target, payload, requestId);
      if (result.ok || seconds === undefined) return;
      await options.clock.sleep(seconds * 1000, closing.signal);
    }
  };

  const invoke = async (target: DeployedFunction, payload: string, request: LocalRequest) => {
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'DryRun') return { status: 204 };
    if (type === 'Event') {
      // Nobody waits for it; it only rejects when the cloud stops.
      void invokeLater(target, payload).catch(() => undefined);
      return { status: 202 };
    }
    const requestId = randomUUID();
    const answer = respond(await runOnce(target, payload, requestId));
    const tail = request.headers['x-amz-log-type'] === 'Tail' ? target.log.tail(requestId) : undefined;
    return tail === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, 'x-amz-log-result': tail } };
  };

  const acceptInvoke = async (request: LocalRequest, reference: string): Promise<Call> => {
    const target = find(qualified(reference, request.query));
    const payload = await readPayload(request);
    return {
      operation: 'Invoke',
      subject: `${target.definition.name} ${payload}`,
      perform: () => invoke(target, payload, request),
    };
  };

  const accept = async (request: LocalRequest): Promise<Call> => {
    const rest = request.path.startsWith(API) ? request.path.slice(API.length).replace(/\/$/, '') : undefined;
    const [, reference = '', action] = rest?.split('/') ?? [];
    if (request.method === 'POST' && action === 'invocations') return acceptInvoke(request, reference);
    if (request.method === 'GET' && rest === '') {
      const list = [...functions.values()].map(describe);
      return call('ListFunctions', '', () => json({ Functions: list }));
    }
    if (request.method === 'GET' && (action === undefined || action === 'configuration')) {
      const target = find(qualified(reference, request.query));
      const whole = { Configuration: describe(target), Code: {}, Tags: {} };
      return action
        ? call('GetFunctionConfiguration', target.definition.name, () => json(describe(target)))
        : call('GetFunction', target.definition.name, () => json(whole));
    }
    const asked = `${request.method} ${request.path}`;
    throw new ServiceError('UnknownOperationException', `The local Lambda does not know ${asked}`, 404);
  };

  return {
    name: 'lambda',
    accept,
    errorResponse: lambdaErrorResponse,
    createFunction(definition) {
      if (functions.has(definition.name)) throw new Error(`function ${definition.name} exists already`);
      const log = createLog((line) => options.onLog?.(definition.name, line));
      const variables = runtimeVariables(definition, options.variables);
      const pool = createPool(definition, variables, log.write, options.maxEnvironments ?? 10);
      const functionArn = arnOf(definition.name);
      functions.set(definition.name, { definition, arn: functionArn, log, pool });
      return { functionArn };
    },
    warm() {
      for (const { pool } of functions.values()) pool.warm();
    },
    logs: (functionName) => functions.get(functionName)?.log.lines() ?? [],
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all([...functions.values()].map(({ pool }) => pool.close()));
    },
  };
}

async function runOnce(
  target: DeployedFunction,
  payload: string,
  requestId: string,
): Promise<InvocationResult> {
  const since = performance.now();
  target.log.write(`START RequestId: ${requestId} Version: $LATEST\n`);
  const result = await target.pool.invoke({ requestId, payload, invokedFunctionArn: target.arn });
  if (!result.ok) target.log.write(`ERROR\t${JSON.stringify(result.error)}\n`);
  const durationMs = (performance.now() - since).toFixed(2);
  target.log.write(
    `END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\tDuration: ${durationMs} ms\n`,
  );
  if (result.ok && Buffer.byteLength(result.payload) > MAX_RESPONSE_BYTES) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
    return { ok: false, error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
  }
  return result;
}

function respond(result: InvocationResult): LocalResponse {
  if (!result.ok) return functionErrorResponse(result.error);
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' },
    body: result.payload,
  };
}

async function readPayload(request: LocalRequest): Promise<string> {
  const limit = request.headers['x-amz-invocation-type'] === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
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

/** A name, a partial ARN or an ARN, each with or without a qualifier. */
function parseReference(reference: string): { name: string; qualifier?: string | undefined } {
  const parts = reference.split(':');
  const at = parts.indexOf('function');
  const [name = '', qualifier] = at >= 0 ? parts.slice(at + 1) : parts;
  return { name, qualifier };
}

function qualified(reference: string, query: URLSearchParams): string {
  const qualifier = query.get('Qualifier');
  return decodeURIComponent(reference) + (qualifier === null ? '' : `:${qualifier}`);
}

function describe({ definition, arn }: DeployedFunction) {
  return {
    FunctionName: definition.name,
    FunctionArn: arn,
    Runtime: definition.runtime,
    Role: definition.roleArn,
    Handler: definition.handler,
    Description: definition.description ?? '',
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    Version: '$LATEST',
    PackageType: 'Zip',
    Environment: { Variables: definition.environment },
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

const call = (operation: string, subject: string, answer: () => LocalResponse): Call => ({
  operation,
  subject,
  perform: async () => answer(),
});

const json = (value: unknown): LocalResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
