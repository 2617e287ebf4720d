// What the tests of other languages share: the Python that test:languages made, and a local cloud for its programs.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { devNull } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalCloud } from '../../local/index.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
const BIN = join(ROOT, '.venv', 'bin');

/** @throws {Error} when the tests were not started by `npm run test:languages` */
export function python(): string {
  const found = join(BIN, 'python');
  if (!existsSync(found)) throw new Error('no .venv: start these tests by `npm run test:languages`');
  return found;
}

/** The cloud as programs reach AWS: by the environment alone, with the AWS CLI of .venv first. */
export function environment(cloud: LocalCloud): NodeJS.ProcessEnv {
  return {
    PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}`,
    ...cloud.env,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
  };
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is. */
export async function ended(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args], { env, timeout: 170_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}
