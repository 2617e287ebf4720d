// Bundles each task into dist/lambdas/{task}/index.mjs, the asset that the construct deploys, so that whoever
// installs the package needs no bundler.

import { join } from 'node:path';
import { build } from 'esbuild';

export const TASKS = ['plan', 'put-object', 'write-item', 'delete-objects'] as const;

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist', 'lambdas');

export async function bundleTasks(): Promise<void> {
  await build({
    entryPoints: TASKS.map((task) => ({ in: join(root, 'lambdas', `${task}.ts`), out: `${task}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    // The SDK's CommonJS parts call require(), which an ES module does not have.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (process.argv[1] === import.meta.filename) await bundleTasks();
