// Calls of the server's API.

import { type ApiProblem, SECRET_HEADER } from '../../api.ts';
import { storedSecret } from './secret.ts';

/** The server has refused or failed; the message is a sentence for a person. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: ApiProblem;

  constructor(status: number, problem: ApiProblem) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

export type Query = Readonly<Record<string, string | undefined>>;

/** @throws {ApiError} */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return call<T>(search === '' ? path : `${path}?${search}`, { signal: signal ?? null });
}

/** @throws {ApiError} */
export function post<T>(path: string, body: unknown): Promise<T> {
  return call<T>(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/api/${path}`, {
    ...init,
    headers: { ...init.headers, [SECRET_HEADER]: storedSecret() },
  }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, {
      error: 'ConsoleGone',
      message: 'The console does not answer. Is `twinwrite console` still running?',
    });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  throw new ApiError(response.status, asProblem(answer, response.status));
}

function asProblem(answer: unknown, status: number): ApiProblem {
  const { error, message } = (answer ?? {}) as Partial<ApiProblem>;
  if (typeof error === 'string' && typeof message === 'string') return answer as ApiProblem;
  return { error: 'Unexpected', message: `The console answered with status ${status}.` };
}
