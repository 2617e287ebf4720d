// A local S3 that tasks and Map Runs of a test read and write, and that the test fills and looks into.

import { text } from 'node:stream/consumers';
import type { Clock } from '../../local/clock.ts';
import { createS3 } from '../../local/s3/index.ts';
import { type LocalRequest, type LocalResponse, ServiceError } from '../../local/service.ts';
import { request } from '../../local/states/integrations/response.ts';
import { type Dispatch, IDENTITY } from './server.ts';
import { lambda, type TestFunction } from './support.ts';

export const BUCKET = 'bucket';

export interface ObjectStore {
  /** S3, and the functions as Lambda. */
  readonly dispatch: Dispatch;
  put(key: string, content: string): Promise<void>;
  get(key: string): Promise<string>;
  keys(): Promise<string[]>;
  /** The requests that S3 got from tasks and Map Runs: method, path and query. */
  readonly requests: readonly string[];
}

/** An S3 with one bucket, empty. */
export function objectStore(clock: Clock, functions: Record<string, TestFunction> = {}): ObjectStore {
  const s3 = createS3({ clock, identity: IDENTITY });
  s3.createBucket(BUCKET);
  const requests: string[] = [];
  const send = async (incoming: LocalRequest): Promise<LocalResponse> => {
    try {
      return await (await s3.accept(incoming)).perform();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return s3.errorResponse(error);
    }
  };
  const toLambda = lambda(functions);
  const read = async (path: string): Promise<string> => {
    const { body } = await send(request('GET', path, {}, ''));
    if (body === undefined || typeof body === 'string') return body ?? '';
    return body instanceof Uint8Array ? Buffer.from(body).toString() : text(body);
  };
  return {
    requests,
    dispatch: async (service, incoming) => {
      if (service !== 's3') return toLambda(service, incoming);
      requests.push(`${incoming.method} ${incoming.path}?${incoming.query}`);
      return send(incoming);
    },
    put: async (key, content) => {
      await send(request('PUT', `/${BUCKET}/${key}`, {}, content));
    },
    get: (key) => read(`/${BUCKET}/${key}`),
    keys: async () =>
      [...(await read(`/${BUCKET}?list-type=2`)).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key ?? ''),
  };
}
