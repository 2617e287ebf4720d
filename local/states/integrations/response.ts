// Reading the answers of other services of the local cloud.

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type LocalRequest, type LocalResponse, ServiceError, type ServiceName } from '../../service.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type Dispatch, TaskError } from './integration.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly requestId: string;
}

/** A service's error: its name, what it says, and how the answer came. */
export interface ServiceFailure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
}

/**
 * Makes a call and reads its whole answer.
 * @returns undefined where no answer came, as when a connection breaks
 */
export async function call(
  dispatch: Dispatch,
  service: ServiceName,
  request: LocalRequest,
): Promise<Answer | undefined> {
  let response: LocalResponse;
  try {
    response = await dispatch(service, request);
  } catch (error) {
    if (!(error instanceof ServiceError)) return undefined;
    const body = JSON.stringify({ ...error.members, message: error.message });
    response = { status: error.status, headers: { 'x-amzn-errortype': error.code }, body };
  }
  const headers = lowerCased(response.headers ?? {});
  const requestId = headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? randomUUID();
  return { status: response.status, headers, body: await bodyText(response.body), requestId };
}

export function request(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
): LocalRequest {
  const [pathname = path, query = ''] = path.split('?');
  return {
    method,
    path: pathname,
    query: new URLSearchParams(query),
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    body: Readable.from([Buffer.from(body)]),
  };
}

/** What optimized integrations add to a result. */
export function sdkMetadata({ headers, status, requestId }: Answer) {
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: { ...headers },
      HttpStatusCode: status,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

/** The error of an answer of 400 or more, from whichever place the protocol puts it in. */
function failureOf(answer: Answer): ServiceFailure {
  const body = jsonObject(answer.body);
  const named = answer.headers['x-amzn-errortype'] ?? body.__type ?? body.code ?? 'UnknownError';
  const code = String(named).split(':')[0]?.split('#').at(-1) ?? String(named);
  const message = body.message ?? body.Message ?? '';
  return { code, message: String(message), status: answer.status, requestId: answer.requestId };
}

/** How the AWS SDK for Java, whose errors Step Functions shows, names those of a service. */
export interface Naming {
  /** Before the error's name: `SQS`, `aws-sdk` integrations have `Sqs`. */
  readonly prefix: string;
  nameOf(failure: ServiceFailure): string;
  /** Where the failure came from, behind its message. */
  originOf(failure: ServiceFailure): string;
}

/** What version 1 of the SDK says of a failure's origin, and the optimized integrations with it. */
export function originFrom(service: string): Naming['originOf'] {
  return ({ code, status, requestId }) =>
    `Service: ${service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null`;
}

/** The answer, if it is a success. @throws {TaskError} for any other, and where none came */
export function expectSuccess(maybeAnswer: Answer | undefined, { prefix, nameOf, originOf }: Naming): Answer {
  const answer = expectAnswer(maybeAnswer, prefix);
  if (answer.status < 400) return answer;
  const failure = failureOf(answer);
  throw new TaskError(`${prefix}.${nameOf(failure)}`, `${failure.message} (${originOf(failure)})`);
}

/** @throws {TaskError} where no answer came */
export function expectAnswer(answer: Answer | undefined, prefix: string): Answer {
  if (answer !== undefined) return answer;
  const reason = 'Unable to execute HTTP request: the connection was closed';
  throw new TaskError(`${prefix}.SdkClientException`, reason);
}

function jsonObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function bodyText(body: LocalResponse['body']): Promise<string> {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
