// The local cloud's own API under /_local: health, faults, clock. JSON in and out; errors name field and value.
// Not for pages of other sites: visitors.ts.

import { json as readJson } from 'node:stream/consumers';
import * as z from 'zod';
import type { Clock } from './clock.ts';
import { type FaultInput, type Faults, InvalidFault } from './faults.ts';
import { isDeeper } from './records.ts';
import { type LocalRequest, type LocalResponse, ServiceError } from './service.ts';

const MAX_LEVELS = 20;

export interface AdminOptions {
  readonly faults: Faults;
  readonly clock: Clock;
  /** What GET /_local/health answers beside `status`. */
  readonly health: () => Readonly<Record<string, unknown>>;
}

type Handler = (request: LocalRequest) => Promise<LocalResponse> | LocalResponse;

/** Refused with this status; the message is the answer. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function createAdmin(options: AdminOptions): (request: LocalRequest) => Promise<LocalResponse> {
  const { faults, clock } = options;
  const time = (): LocalResponse => answer(200, { now: new Date(clock.now()).toISOString() });
  const handlers: Readonly<Record<string, Handler>> = {
    'GET /_local/health': () => answer(200, { status: 'ok', ...options.health() }),
    'GET /_local/faults': () => answer(200, { faults: faults.list() }),
    'POST /_local/faults': async (request) =>
      answer(201, faults.inject((await readBody(request)) as FaultInput)),
    'DELETE /_local/faults': () => {
      faults.clear();
      return answer(200, { faults: [] });
    },
    'GET /_local/clock': time,
    'POST /_local/clock': async (request) => {
      clock.advance(parseAdvance(await readBody(request)) * 1000);
      return time();
    },
  };
  return async (request) => {
    try {
      return await find(handlers, request)(request);
    } catch (error) {
      if (error instanceof InvalidFault) return answer(400, { error: error.message });
      if (error instanceof Refused) return answer(error.status, { error: error.message });
      throw error;
    }
  };
}

function find(handlers: Readonly<Record<string, Handler>>, request: LocalRequest): Handler {
  const handler = handlers[`${request.method} ${request.path}`];
  if (handler) return handler;
  const methods = Object.keys(handlers)
    .map((route) => route.split(' '))
    .filter(([, path]) => path === request.path)
    .map(([method]) => method);
  if (methods.length === 0) throw new Refused(404, `path: ${request.path} is not part of the local API`);
  throw new Refused(405, `method: ${request.path} takes ${methods.join(', ')}, got ${request.method}`);
}

async function readBody(request: LocalRequest): Promise<unknown> {
  try {
    const body: unknown = await readJson(request.body);
    if (!isDeeper(body, MAX_LEVELS)) return body;
  } catch (error) {
    if (error instanceof ServiceError) throw new Refused(error.status, `body: ${error.message}`);
    throw new Refused(400, `body: expected JSON: ${(error as Error).message}`);
  }
  throw new Refused(400, `body: expected JSON with at most ${MAX_LEVELS} levels`);
}

const advanceSchema = z.strictObject({ advanceSeconds: z.number().min(0) });

function parseAdvance(input: unknown): number {
  const parsed = advanceSchema.safeParse(input);
  if (parsed.success) return parsed.data.advanceSeconds;
  throw new Refused(
    400,
    `advanceSeconds: expected {"advanceSeconds": seconds from 0}, got ${JSON.stringify(input)}`,
  );
}

const answer = (status: number, value: unknown): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
