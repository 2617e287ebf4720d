// Bundles the tasks into dist/lambdas, the asset that the construct deploys, so that whoever installs the package needs no
// bundler: a module for each, {task}.mjs, and what several of them share, once.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { licensesOf } from '../package/licenses.ts';
import { leanSchemas, neverLoaded } from './lean-sdk.ts';

/**
 * Tasks that share a build have the SDK once. The one without S3 has its own: it would load what others use of the SDK's
 * protocols. Those without DynamoDB load 40 KB of others', and the package is a tenth smaller for it.
 */
const GROUPS = [
  ['write-item'],
  [
    ...(['put-inline', 'put-object', 'plan-sweep', 'total-sweep'] as const),
    ...(['plan', 'delete-objects', 'clean-up-removed', 'find-orphans', 'settle-run'] as const),
  ],
] as const;

export const TASKS = GROUPS.flat();

/** What a task loads late, and few of its runs at all. It is built with the group whose clients it needs. */
const LATE = { module: 'own-objects', group: GROUPS[1] } as const;

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
  const builds = await Promise.all(
    GROUPS.map((group) => bundleGroup(group === LATE.group ? [...group, LATE.module] : group)),
  );
  const inputs = builds.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(TASKS_FOLDER, LICENSES), await licensesOf([...new Set(inputs)]));
  const outputs = builds.flatMap(({ metafile }) => Object.keys(metafile.outputs));
  await removeAllBut([...outputs.map((path) => basename(path)), LICENSES], TASKS_FOLDER);
}

function bundleGroup(modules: readonly string[]) {
  return build({
    ...BUNDLE_OPTIONS,
    absWorkingDir: root,
    entryPoints: modules.map((module) => ({ in: join(root, 'lambdas', `${module}.ts`), out: module })),
    outdir: TASKS_FOLDER,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'shared-[hash]',
    metafile: true,
    plugins: [lateModule, leanSchemas, neverLoaded],
  });
}

/** Leaves `import()` of the late module to the file of its own. */
const lateModule: Plugin = {
  name: 'late module',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/[\w-]+\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && path === `./${LATE.module}.ts`
        ? { path: `./${LATE.module}.mjs`, external: true }
        : undefined,
    );
  },
};

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
