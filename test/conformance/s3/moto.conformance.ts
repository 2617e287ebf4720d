// The suite against moto's server, as a second opinion. Not part of `npm test`, since it needs Python:
//   pip install 'moto[server]'
//   npx vitest run --config test/conformance/s3/moto.config.ts
// It starts `moto_server` from the PATH, unless S3_CONFORMANCE_ENDPOINT names one that runs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Target } from './harness.ts';
import { MOTO_DIFFERENCES } from './moto-differences.ts';
import { s3Conformance } from './suite.ts';

const named = process.env.S3_CONFORMANCE_ENDPOINT;

s3Conformance({
  name: 'moto',
  start: named === undefined ? startMoto : async () => ({ endpoint: named, close: async () => {} }),
  differences: MOTO_DIFFERENCES,
});

async function startMoto(): ReturnType<Target['start']> {
  const port = await freePort();
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await Promise.race([announced(server.stderr), failed(server)]);
  server.stderr.resume();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

/** Resolves once the server has logged that it listens. */
function announced(log: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    log.on('data', (chunk) => String(chunk).includes('Running on') && resolve());
  });
}

/** Rejects when there is no such program, or it ends. */
async function failed(server: ReturnType<typeof spawn>): Promise<never> {
  const [code] = await once(server, 'exit');
  throw new Error(`moto_server ended with ${code}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
