// Bundles the tasks into dist/lambdas, the asset that the construct deploys, so that whoever installs the package needs no
// bundler: a module for each, {task}.mjs, and what several of them share, once.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { licensesOf } from '../licenses.ts';

export const TASKS = [
  'plan',
  'put-inline',
  'put-object',
  'write-item',
  'delete-objects',
  'clean-up-removed',
  'plan-sweep',
  'find-orphans',
  'total-sweep',
] as const;

export type Task = (typeof TASKS)[number];

const root = join(import.meta.dirname, '..');

/** Where the asset is built. */
export const TASKS_FOLDER = join(root, 'dist', 'lambdas');

const LICENSES = 'licenses.txt';

/** How a task is bundled. A function's start takes as long as its bundle is large: both on AWS and locally. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // The packages' ES modules: what is not used of them is left out.
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lambdas', 'environment-credentials.ts') },
  minify: true,
  // The SDK's CommonJS parts call require(), which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  legalComments: 'none', // the licences are in a file of their own
  logLevel: 'warning',
} as const satisfies BuildOptions;

export async function bundleTasks(): Promise<void> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    absWorkingDir: root,
    entryPoints: TASKS.map((task) => ({ in: join(root, 'lambdas', `${task}.ts`), out: task })),
    outdir: TASKS_FOLDER,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'shared-[hash]',
    metafile: true,
  });
  await writeFile(join(TASKS_FOLDER, LICENSES), await licensesOf(Object.keys(metafile.inputs)));
  await removeAllBut(
    [...Object.keys(metafile.outputs).map((path) => basename(path)), LICENSES],
    TASKS_FOLDER,
  );
}

/**
 * The files that Lambda loads when a task's function starts, its own first: not those that the task loads later, if at all.
 * @param folder - of a build
 */
export async function loadedFiles(task: Task, folder = TASKS_FOLDER): Promise<readonly string[]> {
  const files = new Set([join(folder, `${task}.mjs`)]);
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    for (const [, name = ''] of text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g))
      files.add(join(folder, name));
  }
  return [...files];
}

/** What an earlier build has left. The new files are there by now. */
async function removeAllBut(kept: readonly string[], folder: string): Promise<void> {
  const old = (await readdir(folder)).filter((name) => !kept.includes(name));
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

if (process.argv[1] === import.meta.filename) await bundleTasks();
