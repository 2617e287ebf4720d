// Mutants of the client: the client with one of its rules left out, by replacing an exact text of its sources.

import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as Client from '../../client/index.ts';
import { type SourceChange, withChange } from '../../explorer/code/change.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The client as a module of its own, over the same packages as the product's. */
export async function importMutant(change: SourceChange): Promise<typeof Client> {
  // Packages are found from here as from the product.
  const outfile = join(ROOT, 'node_modules', '.cache', 'twinwrite', `${randomUUID()}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'client/index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    plugins: [
      {
        name: 'replace',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const source = await readFile(path, 'utf8');
            return {
              contents: path === join(ROOT, change.file) ? withChange(source, change) : source,
              loader: 'ts',
            };
          });
        },
      },
    ],
  });
  try {
    return (await import(pathToFileURL(outfile).href)) as typeof Client;
  } finally {
    await rm(outfile);
  }
}
