// An interruption of `npm run bench` ends what its programs have started, and leaves none of their files.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Interrupted, Programs } from '../../bench/programs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const PROGRAM = '../test/bench/waiting-program.ts';

test('is told by exit code 130, once all has ended', async () => {
  const listeners = process.listeners('SIGINT');
  const file = join(folder, 'started');
  const programs = await Programs.open();
  const interrupted = expect(programs.run(PROGRAM, [file])).rejects.toEqual(
    expect.objectContaining({ name: 'Interrupted', exitCode: 130 }),
  );
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toMatch(/\}$/);
  const started = JSON.parse(await readFile(file, 'utf8')) as { pid: number; folder: string };
  process.emit('SIGINT', 'SIGINT');
  await interrupted;
  await expect(programs.run(PROGRAM, [file])).rejects.toBeInstanceOf(Interrupted);
  await programs.close();
  await expect.poll(() => isRunning(started.pid)).toBe(false);
  expect(existsSync(started.folder)).toBe(false);
  expect(process.listeners('SIGINT')).toEqual(listeners);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
