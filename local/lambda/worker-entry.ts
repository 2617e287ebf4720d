// Where the worker thread's program is: beside this file once compiled; from source it is compiled on first use,
// since a worker must not need the loader that runs the sources.

import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

let entry: Promise<URL> | undefined;

/** What a `Worker` is started with. */
export function workerEntry(): Promise<URL> {
  entry ??= import.meta.url.endsWith('.ts')
    ? compile()
    : Promise.resolve(new URL('./worker.js', import.meta.url));
  return entry;
}

/** A file rather than a `data:` URL, which every line of a handler's stack trace would repeat. */
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
  const folder = fileURLToPath(new URL('../../node_modules/.cache/twinwrite/', import.meta.url));
  const file = `${folder}worker-${createHash('sha256').update(program).digest('hex').slice(0, 16)}.mjs`;
  await mkdir(folder, { recursive: true });
  // Other processes may be at it at the same time; each sees a whole file.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, program);
  await rename(unfinished, file);
  return pathToFileURL(file);
}
