// A server that takes requests and never answers: what the tasks' clients make of it, by a clock that the test moves.

import { createServer, type Server } from 'node:net';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

let server: Server;
let asked: Promise<void>;

beforeAll(async () => {
  asked = new Promise((resolve) => {
    server = createServer((socket) => socket.on('error', () => undefined).once('data', () => resolve()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
});

afterEach(() => {
  vi.useRealTimers();
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

test('V8: S3 is given up after ten seconds without an answer', async () => {
  const { s3 } = await import('../../lambdas/s3.ts');
  const { failureOf } = await import('../../lambdas/failures.ts');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answer = s3.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'a' })).catch(failureOf);
  await asked;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await answer).toEqual({ code: 'TimeoutError', status: undefined });
  s3.destroy();
});
