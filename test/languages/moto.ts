// moto's server, of .venv: an emulator of DynamoDB and S3 that shares no code with the local cloud.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './python.ts';

const SERVER = join(ROOT, '.venv', 'bin', 'moto_server');

export interface Moto extends AsyncDisposable {
  readonly endpoint: string;
}

/** @throws {Error} when the tests were not started by `npm run test:languages` */
export async function startMoto(): Promise<Moto> {
  if (!existsSync(SERVER)) {
    throw new Error('no moto_server in .venv: start these tests by `npm run test:languages`');
  }
  const port = await freePort();
  const server = spawn(SERVER, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit');
  const listens = new Promise<void>((resolve) => {
    server.stderr.on('data', (chunk) => String(chunk).includes('Running on') && resolve());
  });
  const failed = ended.then(([code]) => Promise.reject(new Error(`moto_server ended with ${code}`)));
  await Promise.race([listens, failed]);
  failed.catch(() => undefined); // it is told to end
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
