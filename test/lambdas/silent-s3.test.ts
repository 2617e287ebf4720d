// A server that takes requests and never answers: what the tasks' clients make of it, by a clock that the test moves.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { SHA256, STORE } from '../core/fixtures.ts';
import { keyOf } from '../core/items.ts';

/** Which requests are answered, as HeadObject is. */
let answers: (request: IncomingMessage) => boolean = () => false;
/** Resolves with the first request that is not answered. */
let silence: Promise<void>;
let fallSilent: () => void = () => undefined;
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (answers(request))
      response.writeHead(200, { 'content-length': '3', etag: '"e"', connection: 'close' }).end();
    else fallSilent();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  vi.stubEnv('STORE', JSON.stringify(STORE));
});

beforeEach(() => {
  silence = new Promise((resolve) => {
    fallSilent = resolve;
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

test('V8: S3 is given up after ten seconds without an answer', async () => {
  const { s3 } = await import('../../lambdas/s3.ts');
  const { failureOf } = await import('../../lambdas/failures.ts');
  answers = () => false;
  const answer = s3.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'a' })).catch(failureOf);
  await silence;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await answer).toEqual({ code: 'TimeoutError', status: undefined });
});

/** How an attempt to put a staged object ends that has 100 seconds, `seconds` after S3 has fallen silent. */
async function copyAfter(seconds: number): Promise<string> {
  const { handler } = await import('../../lambdas/put-object.ts');
  const put = { attribute: 'page', key: keyOf('page', 'x', 'create'), sha256: SHA256.x, size: 3 };
  const staged = { key: 'staging/u', sha256: SHA256.x, size: 3 };
  const event = { put, content: { staged }, updatedAt: '2026-11-23T15:33:00Z', retries: 0, redriven: false };
  const copied = handler(event, { getRemainingTimeInMillis: () => 100_000 });
  const end = copied.then(
    () => 'copied',
    (error: Error) => error.name,
  );
  await silence;
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  const so = await Promise.race([end, Promise.resolve('under way')]);
  server.closeAllConnections();
  await end;
  return so;
}

test('a copy finds out in ten seconds that S3 does not even tell of the staged object', async () => {
  answers = () => false;
  expect(await copyAfter(10)).toBe('TimeoutError');
});

test.each([
  [80, 'under way'],
  [85, 'TimeoutError'],
])(
  'a copy is waited for until 15 seconds before the end of its function: after %d s',
  async (seconds, end) => {
    answers = ({ method }) => method === 'HEAD';
    expect(await copyAfter(seconds)).toBe(end);
  },
);
