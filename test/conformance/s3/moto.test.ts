// The suite against moto's server, as a second opinion. Runs only where one is named or found: the endpoint of a
// running server in S3_CONFORMANCE_ENDPOINT, or `moto_server` on the PATH (pip install 'moto[server]').

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'vitest';
import type { Target } from './harness.ts';
import { MOTO_DIFFERENCES } from './moto-differences.ts';
import { s3Conformance } from './suite.ts';

const named = process.env.S3_CONFORMANCE_ENDPOINT;
const found = spawnSync('moto_server', ['--help']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function startMoto(): ReturnType<Target['start']> {
  const port = await freePort();
  const child: ChildProcess = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'pipe',
  });
  // The server logs to stderr; its first line says that it listens.
  for await (const chunk of child.stderr ?? []) {
    if (String(chunk).includes('Running on')) {
      break;
    }
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

if (named !== undefined || found) {
  s3Conformance({
    name: 'moto',
    start: named === undefined ? startMoto : async () => ({ endpoint: named, close: async () => {} }),
    differences: MOTO_DIFFERENCES,
  });
} else {
  describe('moto', () => {
    test('is not here: nothing to compare with', () => {});
  });
}
