// Times that count back from now, on a computer whose clock is not AWS's.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EXPRESS_STORE } from '../../audit/express/recordings.ts';
import { twinwrite } from '../terminal.ts';

const MINUTE = 60_000;
const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:DocsCreate:doc';

/** How far AWS's clock is ahead of this computer's: milliseconds. */
let aheadMs = 0;
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const now = Date.now() + aheadMs;
    const run = { executionArn: ARN, status: 'SUCCEEDED', startDate: (now - 3 * MINUTE) / 1000 };
    const isList = String(request.headers['x-amz-target']).endsWith('ListExecutions');
    response.setHeader('date', new Date(now).toUTCString());
    response.end(JSON.stringify(isList ? { executions: [run] } : { ...run, input: '{}', output: '{}' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  const { express: _, ...store } = EXPRESS_STORE;
  vi.stubEnv('TWINWRITE_STORE', JSON.stringify(store));
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

// Three minutes ago, by AWS's clock, a run was started.
it.each([
  ['5m', 0, 1],
  ['5m', -10 * MINUTE, 1],
  ['5m', 10 * MINUTE, 1],
  ['2m', 10 * MINUTE, 0],
  ['2m', -2 * MINUTE, 0],
])('--since %s is by the clock of AWS, which is ahead by %d ms', async (since, ahead, runs) => {
  aheadMs = ahead;
  const argv = ['runs', '--operation', 'create', '--since', since, '--json'];
  const { code, out, err } = await twinwrite(...argv);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.split('\n').filter((line) => line !== '')).toHaveLength(runs);
});
