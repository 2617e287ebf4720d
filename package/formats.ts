// Writes the package's code into dist/: CommonJS, which is what runs in Node.js whichever way it is loaded, and ES modules of
// what bundlers take into apps. One copy of each class is in a process, however many ways lead to it: docs/adr/0012.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';
import { licensesOf } from './licenses.ts';

const root = join(import.meta.dirname, '..');

/** The package's entries, by the names of the ES modules that Node.js imports, and the CommonJS that these stand for. */
const ENTRIES = { index: 'client/index', cdk: 'lib/index', contract: 'core/index', local: 'local/index' };

/** What else is run: the command, and the threads of the local cloud, beside the modules that start them. */
const PROGRAMS = {
  'cli/main': 'cli/main',
  'shared/worker': 'local/lambda/worker',
  'shared/sandbox/worker': 'local/states/expressions/sandbox/worker',
};
/** Loads the modules of others, which may be ES modules: it imports in earnest. */
const IMPORTER = 'shared/worker.js';

/** What apps bundle. */
const BUNDLED_BY_APPS = ['client/index', 'core/index'];

/** What browsers have a module of their own for, by the names that `imports` of package.json has for both. */
const OF_BROWSERS = { '#lookups': 'client/store/lookups', '#platform': 'client/platform/platform' };

/** Taken in: the one exists as ES modules alone, the other is for browsers alone. */
const TAKEN_IN = /^(?:uint8array-extras|@noble\/hashes)(?:\/|$)/;

const OPTIONS = {
  absWorkingDir: root,
  outbase: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none', // the licences are in a file of their own
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** A third of the package; names stay, for stack traces. */
const LEAN = { minifyWhitespace: true, minifySyntax: true } as const;

/** @param dist - a folder in whose `cjs` the compiler has written the declarations of `core`, `client`, `lib` and `local` */
export async function writeFormats(dist = join(root, 'dist')): Promise<void> {
  const cjs = join(dist, 'cjs');
  const esm = join(dist, 'esm');
  // Their names change with what is in them.
  await Promise.all([join(cjs, 'shared'), esm].map((folder) => rm(folder, { recursive: true, force: true })));
  const metafiles = await Promise.all([writeCommonJs(cjs), writeEsModules(esm)]);
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  await writeFile(join(dist, 'licenses.txt'), await licensesOf(inputs));
  await keepDeclarations(cjs);
  await Promise.all(Object.entries(ENTRIES).map(([name, target]) => writeEntry(dist, name, target)));
}

/** A module for each entry and program, and what they share; what a command loads when it runs is apart, too. */
async function writeCommonJs(cjs: string): Promise<Metafile> {
  const scratch = await mkdtemp(join(tmpdir(), 'twinwrite-formats-'));
  try {
    const modules = {
      ...Object.fromEntries(Object.values(ENTRIES).map((name) => [name, name])),
      ...PROGRAMS,
    };
    const { metafile } = await build({
      ...OPTIONS,
      format: 'esm',
      splitting: true,
      chunkNames: 'shared/[name]-[hash]',
      entryPoints: Object.entries(modules).map(([out, name]) => ({ in: join(root, `${name}.ts`), out })),
      outdir: scratch,
      plugins: [apartFrom((path) => !path.startsWith('.'))],
    });
    const names = Object.keys(metafile.outputs).map((path) => resolve(root, path).slice(scratch.length + 1));
    await Promise.all(
      names.map((name) => writeAsCommonJs(join(scratch, name), join(cjs, name), name === IMPORTER)),
    );
    await writeFile(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');
    return metafile;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** @param imports - whether `import()` stays; else it is a `require`, since test runners that load CommonJS have no other */
async function writeAsCommonJs(from: string, to: string, imports: boolean): Promise<void> {
  const moduleUrl = "var moduleUrl = require('node:url').pathToFileURL(__filename).href;";
  const source = await readFile(from, 'utf8');
  const { code } = await transform(source, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    define: { 'import.meta.url': 'moduleUrl' },
    supported: { 'dynamic-import': imports },
    ...(source.includes('import.meta.url') && { banner: moduleUrl }),
    ...LEAN,
  });
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, code);
}

/** File by file, so that an app's bundler leaves out what the app does not use. */
async function writeEsModules(esm: string): Promise<Metafile> {
  const reached = await Promise.all(['node', 'browser'].map((platform) => sourcesOf(platform as 'node')));
  const { metafile } = await build({
    ...OPTIONS,
    format: 'esm',
    entryPoints: [...new Set(reached.flat())],
    outdir: esm,
    plugins: [apartFrom(() => true)],
    ...LEAN,
  });
  return metafile;
}

/** The files that lead to what apps bundle. */
async function sourcesOf(platform: 'node' | 'browser'): Promise<string[]> {
  const { metafile } = await build({
    ...OPTIONS,
    platform,
    format: 'esm',
    entryPoints: BUNDLED_BY_APPS.map((name) => join(root, `${name}.ts`)),
    outdir: tmpdir(),
    write: false,
    packages: 'external',
  });
  return Object.keys(metafile.inputs).filter((name) => name.endsWith('.ts'));
}

/** Leaves imports to whoever loads the module: those of packages, and those of our own files that `apart` names. */
function apartFrom(apart: (path: string) => boolean): Plugin {
  return {
    name: 'apart',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, kind, importer }) =>
        kind === 'entry-point' || TAKEN_IN.test(path) || importer.includes('node_modules') || !apart(path)
          ? undefined
          : { path: path.startsWith('.') ? ownName(path, importer) : path, external: true },
      );
    },
  };
}

function ownName(path: string, importer: string): string {
  const file = resolve(dirname(importer), path);
  const [name] = Object.entries(OF_BROWSERS).find(([, module]) => file === join(root, `${module}.ts`)) ?? [];
  return name ?? path.replace(/\.ts$/, '.js');
}

/** Of the declarations only what the entries lead to, with our own files' endings as they are in the package. */
async function keepDeclarations(cjs: string): Promise<void> {
  const kept = new Set<string>();
  const keep = async (file: string): Promise<void> => {
    if (kept.has(file)) return;
    kept.add(file);
    const text = (await readFile(file, 'utf8')).replace(OWN_FILE, '$1$2.js$3');
    await writeFile(file, text);
    const targets = [...text.matchAll(OWN_FILE)].map(([, , path]) => resolve(dirname(file), `${path}.d.ts`));
    await Promise.all(targets.map(keep));
  };
  await Promise.all(Object.values(ENTRIES).map((target) => keep(join(cjs, `${target}.d.ts`))));
  const all = await readdir(cjs, { recursive: true });
  const others = all.filter((name) => name.endsWith('.d.ts')).map((name) => join(cjs, name));
  await Promise.all(others.filter((file) => !kept.has(file)).map((file) => rm(file)));
}

const OWN_FILE = /((?:from|import) '|import\(['"])(\.[^'"]+)\.[tj]s(['"])/g;

/** An ES module, and its types, that hand on what the CommonJS module exports. */
async function writeEntry(dist: string, name: string, target: string): Promise<void> {
  const module = `./cjs/${target}.js`;
  const names = Object.keys(createRequire(import.meta.url)(join(dist, module))).sort();
  const exported = `export {\n${names.map((each) => `  ${each},\n`).join('')}} from '${module}';\n`;
  await writeFile(join(dist, `${name}.mjs`), exported);
  await writeFile(join(dist, `${name}.d.mts`), `export * from '${module}';\n`);
}

if (process.argv[1] === import.meta.filename) await writeFormats(process.argv[2]);
