// The CDK's own command.

import { execFile } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const COMMAND = join(ROOT, 'node_modules', '.bin', 'cdk');

/**
 * Runs the command on the app that the file is.
 * @param output - the folder of the assembly
 * @returns what it has printed
 * @throws {Error} with that, when it fails
 */
export function runCdk(
  {
    app,
    output,
    env,
    timeoutMs,
  }: {
    readonly app: string;
    readonly output: string;
    readonly env: NodeJS.ProcessEnv;
    readonly timeoutMs: number;
  },
  args: readonly string[],
): Promise<string> {
  const all = ['--app', `${process.execPath} --import tsx ${app}`, '--output', output, ...args];
  return new Promise((resolve, reject) => {
    execFile(COMMAND, all, { cwd: ROOT, env, timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error) reject(new Error(`cdk ${args.join(' ')}\n${stdout}${stderr}`));
      else resolve(stdout + stderr);
    });
  });
}
