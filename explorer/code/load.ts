// Loads the subject: bundles it from the sources, a text of which may be replaced on the way. Nothing is written to disk.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { type SourceChange, withChange } from './change.ts';

export type Subject = typeof import('./subject.ts');

const ROOT = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);

/** Of scale, not of rules: 6 GB are copied in two parts instead of twelve, so that few calls interleave. */
const FEWER_PARTS: SourceChange = {
  file: 'lambdas/missing-parts.ts',
  from: '512 * 1024 ** 2',
  to: '4 * 1024 ** 3',
};

/** It holds nothing that changes, so whoever needs the same code may share it. */
const loaded = new Map<string, Promise<Subject>>();

/**
 * The product's code for a store, with changes.
 * @throws {Error} when a text to replace does not stand exactly once in a file that is used
 */
export function loadSubject(store: StoreDescriptor, changes: readonly SourceChange[] = []): Promise<Subject> {
  const key = JSON.stringify([store, changes]);
  const subject = loaded.get(key) ?? load(store, changes);
  loaded.set(key, subject);
  return subject;
}

async function load(store: StoreDescriptor, changes: readonly SourceChange[]): Promise<Subject> {
  process.env.AWS_LAMBDA_LOG_LEVEL ??= 'FATAL'; // each line of a task asks for it
  const text = await bundle([FEWER_PARTS, ...changes]);
  // Each store's code is a module of its own: what it reads from its environment differs.
  const url = `data:text/javascript;base64,${Buffer.from(`${text}\n// ${store.table}`).toString('base64')}`;
  return inEnvironment(environmentOf(store), () => import(/* @vite-ignore */ url) as Promise<Subject>);
}

async function bundle(changes: readonly SourceChange[]): Promise<string> {
  const used = new Set<SourceChange>();
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'explorer/code/subject.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
    plugins: [sharedClients(), replacing(changes, used)],
  });
  for (const change of changes) {
    if (!used.has(change)) throw new Error(`the explored code does not use ${change.file}`);
  }
  return (outputFiles[0] as { text: string }).text;
}

/** The SDK's packages stay outside: they are large, and the same for every bundle. Names are the same each time. */
function sharedClients(): Plugin {
  return {
    name: 'shared clients',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@(aws-sdk|smithy)\// }, ({ path }) => ({
        path: pathToFileURL(require.resolve(path)).href,
        external: true,
      }));
      onResolve({ filter: /^ulid$/ }, () => ({ path: 'ulid', namespace: 'explorer' }));
      onLoad({ filter: /./, namespace: 'explorer' }, () => ({
        contents: "export const ulid = () => '0'.repeat(26);",
        loader: 'js',
      }));
    },
  };
}

function replacing(changes: readonly SourceChange[], used: Set<SourceChange>): Plugin {
  return {
    name: 'replacing',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
        const mine = changes.filter(({ file }) => path === join(ROOT, file));
        if (mine.length === 0) return undefined;
        let contents = await readFile(path, 'utf8');
        for (const change of mine) {
          contents = withChange(contents, change);
          used.add(change);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** What the functions read from their environment when they are loaded. */
function environmentOf(store: StoreDescriptor): Readonly<Record<string, string>> {
  const { region, stateMachines, ...own } = store;
  return {
    STORE: JSON.stringify(own),
    SWEEP: JSON.stringify({ reportPrefix: 'sweeps', metricName: 'm', stateMachines }),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
}

async function inEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
