// The entries of the package, as Node.js loads them once it is built, beside the modules of others that their code loads with it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import type { Contest } from './importing.ts';

const run = promisify(execFile);

export async function entryContests(): Promise<readonly Contest[]> {
  const names = [manifest.name, `${manifest.name}/cdk`, `${manifest.name}/local`];
  return Promise.all(
    names.map(async (name) => ({
      name,
      kind: 'entry' as const,
      own: [name],
      bare: await modulesOf(name),
    })),
  );
}

/** Files of other packages that are loaded with the entry, in their order. */
async function modulesOf(entry: string): Promise<readonly string[]> {
  const script = `require(${JSON.stringify(entry)});
    const others = Object.keys(require.cache).filter((file) => file.includes('/node_modules/'));
    process.stdout.write(JSON.stringify(others));`;
  const { stdout } = await run(process.execPath, ['-e', script], { cwd: import.meta.dirname });
  return JSON.parse(stdout) as string[];
}
