// Where the worker thread's program is: beside this file once compiled; from source it is compiled on first use,
// since a worker must not need the loader that runs the sources.

import { fileURLToPath } from 'node:url';

let entry: Promise<URL> | undefined;

/** What a `Worker` is started with. */
export function workerEntry(): Promise<URL> {
  entry ??= import.meta.url.endsWith('.ts')
    ? compile()
    : Promise.resolve(new URL('./worker.js', import.meta.url));
  return entry;
}

async function compile(): Promise<URL> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
  });
  const program = Buffer.concat(outputFiles.map((file) => file.contents));
  return new URL(`data:text/javascript;base64,${program.toString('base64')}`);
}
