// Bundles each task into dist/lambdas/{task}/index.mjs, the asset that the construct deploys, so that whoever
// installs the package needs no bundler.

import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

const root = join(import.meta.dirname, '..');

/** How a task is bundled. A function's start takes as long as its bundle is large: both on AWS and locally. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // The packages' ES modules: what is not used of them is left out.
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lambdas', 'environment-credentials.ts') },
  minifySyntax: true,
  minifyWhitespace: true,
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
    entryPoints: TASKS.map((task) => ({ in: join(root, 'lambdas', `${task}.ts`), out: `${task}/index` })),
    outdir: join(root, 'dist', 'lambdas'),
    outExtension: { '.js': '.mjs' },
    metafile: true,
  });
  const bundles = Object.entries(metafile.outputs).filter(([path]) => basename(path) === 'index.mjs');
  await Promise.all(
    bundles.map(async ([path, { inputs }]) =>
      writeFile(join(root, dirname(path), 'licenses.txt'), await licensesOf(Object.keys(inputs))),
    ),
  );
}

if (process.argv[1] === import.meta.filename) await bundleTasks();
