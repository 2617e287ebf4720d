// Where a worker thread's program is: beside the file that names it once compiled; from source it is compiled on first
// use, since a worker must not need the loader that runs the sources.

import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CACHE = new URL('../node_modules/.cache/twinwrite/', import.meta.url);

/**
 * @param source - the program's module as an import names it: `.ts` from source, `.js` once compiled
 * @returns what a `Worker` is started with
 */
export async function workerProgram(source: URL): Promise<URL> {
  return import.meta.url.endsWith('.ts') ? compile(source) : source;
}

/** A file rather than a `data:` URL, which every line of a stack trace would repeat. */
async function compile(source: URL): Promise<URL> {
  const { build } = await import('esbuild');
  const entry = fileURLToPath(source);
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
  });
  const program = Buffer.concat(outputFiles.map((file) => file.contents));
  const folder = fileURLToPath(CACHE);
  const digest = createHash('sha256').update(program).digest('hex').slice(0, 16);
  const file = `${folder}${basename(entry, '.ts')}-${digest}.mjs`;
  await mkdir(folder, { recursive: true });
  // Other processes may be at it at the same time; each sees a whole file.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, program);
  await rename(unfinished, file);
  return pathToFileURL(file);
}
