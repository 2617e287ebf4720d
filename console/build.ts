// Bundles the page into dist/console/web: its script, styles and font, index.html that names them, and the licences of
// what is in them.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { licensesOf } from '../package/licenses.ts';

const root = join(import.meta.dirname, '..');
const SOURCES = join(root, 'console', 'web');

/** Where the package keeps the built page. */
export const PAGE_FOLDER = join(root, 'dist', 'console', 'web');

export async function buildPage(folder = PAGE_FOLDER): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: SOURCES,
    entryPoints: ['main.tsx', 'icon.svg'],
    outdir: folder,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    loader: { '.svg': 'copy', '.woff2': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    legalComments: 'none', // the licences are in a file of their own
    metafile: true,
    logLevel: 'warning',
  });
  const names = Object.keys(metafile.outputs).map((path) => basename(path));
  const template = await readFile(join(SOURCES, 'index.html'), 'utf8');
  const page = template.replace(/(main|icon)\.(js|css|svg)/g, (_, name: string, type: string) => {
    const built = names.find((each) => each.startsWith(`${name}-`) && each.endsWith(`.${type}`));
    if (built === undefined) throw new Error(`console/web: the build gave no ${name}.${type}`);
    return built;
  });
  await writeFile(join(folder, 'index.html'), page);
  await writeFile(join(folder, 'licenses.txt'), await licensesOf(Object.keys(metafile.inputs)));
  await removeAllBut([...names, 'index.html', 'licenses.txt'], folder);
}

/** What an earlier build has left. The new files are there by now: a console that starts meanwhile finds a whole page. */
async function removeAllBut(kept: readonly string[], folder: string): Promise<void> {
  const old = (await readdir(folder)).filter((name) => !kept.includes(name));
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

if (process.argv[1] === import.meta.filename) await buildPage();
