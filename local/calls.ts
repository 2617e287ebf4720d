// Calls that the local cloud makes by itself: of functions for streams and events, of tables, buckets and state machines.

import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Gate } from './gate.ts';
import type { LocalRequest, LocalResponse, ServiceName } from './service.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes a call of another service, and reads its whole answer. @throws {Error} when a connection breaks */
export async function call(
  dispatch: Gate['dispatch'],
  service: ServiceName,
  request: Pick<LocalRequest, 'method' | 'path'> & Partial<Omit<LocalRequest, 'body'>>,
  body = '',
): Promise<Answer> {
  const {
    status,
    headers = {},
    body: answer,
  } = await dispatch(service, {
    query: new URLSearchParams(),
    ...request,
    headers: { ...request.headers, 'content-length': String(Buffer.byteLength(body)) },
    body: Readable.from(body === '' ? [] : [Buffer.from(body)]),
  });
  return { status, headers, body: await textOf(answer) };
}

async function textOf(body: LocalResponse['body']): Promise<string> {
  if (body instanceof Readable) return text(body);
  return body === undefined ? '' : Buffer.from(body).toString();
}
