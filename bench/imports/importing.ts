// Processor time of imports, each in a process of its own.

import { spawnSync } from 'node:child_process';

/** What is imported, and what it is held against: what it cannot do without. */
export interface Contest {
  readonly name: string;
  /** A function's bundle, or an entry of the package. */
  readonly kind: 'task' | 'entry';
  /** Files, or the name of a package. */
  readonly own: readonly string[];
  readonly bare: readonly string[];
  /** What a bundle holds, and loads at its start. */
  readonly bytes?: { readonly own: number; readonly bare: number };
  readonly environment?: Readonly<Record<string, string>>;
}

/** Milliseconds of processor time that it takes to load all of them, from this repository. */
export function loading({ kind, environment }: Contest, names: readonly string[]): number {
  const script = `const before = process.cpuUsage();
    (${LOADERS[kind]})(${JSON.stringify(names)}).then(() => {
      const { user, system } = process.cpuUsage(before);
      process.stdout.write(String((user + system) / 1000));
    });`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${names.join(', ')}: ${stderr}`);
  return Number(stdout);
}

/** As Lambda loads a function, and as Node.js loads the package. */
const LOADERS = {
  task: '(names) => Promise.all(names.map((name) => import(name)))',
  entry: 'async (names) => names.forEach((name) => require(name))',
} as const;
