// The licences of what a bundle is made of: whoever gets the bundle gets them, too.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * The licences of all packages that files are of, as one text: each licence once, below the packages that have it.
 * @param files - paths relative to the repository's root, or below it, as esbuild's `metafile.inputs` has them
 * @throws {Error} for a package that comes without one
 */
export async function licensesOf(files: readonly string[]): Promise<string> {
  const folders = files.flatMap((file) => /.*(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  /** Texts that differ in blanks alone are one. */
  const found = new Map<string, { readonly text: string; readonly packages: string[] }>();
  for (const folder of [...new Set(folders)].sort()) {
    const license = (await readdir(join(root, folder))).find((each) => /^licen[cs]e/i.test(each));
    const text =
      license === undefined ? await named(folder) : await readFile(join(root, folder, license), 'utf8');
    const words = text.replace(/\s+/g, ' ');
    const known = found.get(words) ?? { text: text.trim(), packages: [] };
    known.packages.push(folder.slice('node_modules/'.length));
    found.set(words, known);
  }
  return [...found.values()]
    .map(({ text, packages }) => `${packages.join(', ')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** What package.json says of a package whose licence has no file of its own. */
async function named(folder: string): Promise<string> {
  const { license, author } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as {
    license?: string;
    author?: string | { name?: string };
  };
  if (license === undefined) throw new Error(`${folder} comes without a licence`);
  const holder = typeof author === 'string' ? author : author?.name;
  return [`Licence: ${license}`, ...(holder === undefined ? [] : [holder])].join('\n');
}
