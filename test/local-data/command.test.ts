// `twinwrite local --data`: an item that was created is there after the command was killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { newFolder } from './harness.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function finish(child: ReturnType<typeof run>) {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, out, err };
}

/** Starts the local cloud and tells where it is. */
async function serve(data: string): Promise<{ child: ChildProcess; env: { AWS_ENDPOINT_URL: string } }> {
  const child = run(['local', '--port', '0', '--data', data, '--json', '--time-scale', '60']);
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, env: { AWS_ENDPOINT_URL: JSON.parse(line).endpoint } };
}

test('an item is there after a kill; another key for the same folder is refused in one line', async () => {
  const data = await newFolder();
  const first = await serve(data);
  const create = ['create', '--key', 'id=42', '--set', 'title=Hello', '--large', 'page=<h1>Kept</h1>'];
  expect(await finish(run(create, first.env))).toMatchObject({ code: 0, err: '' });
  const killed = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await killed;

  const refused = await finish(run(['local', '--port', '0', '--data', data, '--partition-key', 'tenant:S']));
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(
    /^error: the table \S+ in \S+ has the key id \(S\), the template says tenant \(S\): .+\n$/,
  );
  expect(refused.err).toContain(data);

  const second = await serve(data);
  const page = await finish(run(['get', '--key', 'id=42', '--out', 'page=-'], second.env));
  expect(page).toEqual({ code: 0, out: '<h1>Kept</h1>', err: '' });
});

test('a folder of something else is refused in one line', async () => {
  const data = await newFolder();
  await writeFile(join(data, 'notes.txt'), 'mine');
  expect(await finish(run(['local', '--port', '0', '--data', data]))).toEqual({
    code: 1,
    out: '',
    err: `error: ${data} holds "notes.txt" and no data of a local cloud: choose an empty folder or a new one\n`,
  });
});
