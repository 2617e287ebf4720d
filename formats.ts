// Writes the package's code into dist/: CommonJS, which is what runs in Node.js whichever way it is loaded, and ES modules of
// what bundlers take into apps. One copy of each class is in a process, however many ways lead to it: docs/adr/0012.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { licensesOf } from './licenses.ts';

const root = import.meta.dirname;

/** Compiled file by file, so that what is not used is not loaded, and bundlers can leave it out. */
const COMMONJS = ['core', 'client', 'lib', 'local', 'audit', 'console/server', 'cli'];
/** What apps bundle. */
const ES_MODULES = ['core', 'client'];
/** Of it, what loads the modules of others, in a thread of its own: it imports in earnest. */
const IMPORTER = join(root, 'local', 'lambda', 'handler.ts');

/** The package's entries, by the names of the ES modules that Node.js imports, and the CommonJS that these stand for. */
const ENTRIES = { index: 'client/index', cdk: 'lib/index', contract: 'core/index', local: 'local/index' };

/** They exist as ES modules alone, so each file that uses one holds what it uses. */
const ES_MODULES_ALONE = ['uint8array-extras'];

/** Where a module is, as CommonJS says it. */
const MODULE_URL =
  "export const moduleUrl = /* @__PURE__ */ (() => require('node:url').pathToFileURL(__filename).href)();";

/** @param dist - the folder that the declarations are in by now, or will be */
export async function writeFormats(dist = join(root, 'dist')): Promise<void> {
  const esm = join(dist, 'esm');
  const shim = join(dist, 'module-url.js');
  await mkdir(esm, { recursive: true });
  await writeFile(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  await writeFile(join(esm, 'package.json'), '{ "type": "module", "sideEffects": false }\n');
  await writeFile(shim, MODULE_URL);
  const commonJs: BuildOptions = {
    format: 'cjs',
    inject: [shim],
    define: { 'import.meta.url': 'moduleUrl' },
  };
  const files = (await Promise.all(COMMONJS.map(sources))).flat();
  const metafiles = await Promise.all([
    compile(
      files.filter((file) => file !== IMPORTER),
      dist,
      // By `require`, then: test runners that load CommonJS in a vm have no way to import.
      { ...commonJs, supported: { 'dynamic-import': false } },
    ),
    compile([IMPORTER], dist, commonJs),
    compile((await Promise.all(ES_MODULES.map(sources))).flat(), esm, { format: 'esm' }),
  ]);
  await rm(shim);
  await finishDeclarations(dist);
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  await writeFile(join(dist, 'licenses.txt'), await licensesOf(inputs));
  await Promise.all(Object.entries(ENTRIES).map(([name, target]) => writeEntry(dist, name, target)));
}

async function compile(files: readonly string[], outdir: string, options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [...files],
    outdir,
    outbase: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    plugins: [fileByFile],
    legalComments: 'none', // the licences are in a file of their own
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Leaves every import as it is but for the ending of our own files. */
const fileByFile: Plugin = {
  name: 'file-by-file',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point' || ES_MODULES_ALONE.includes(path) || importer.includes('node_modules'))
        return undefined;
      if (path.endsWith('module-url.js')) return undefined;
      return { path: path.startsWith('.') ? path.replace(/\.ts$/, '.js') : path, external: true };
    });
  },
};

/** The compiler leaves our own files' endings in declarations as the sources have them. */
async function finishDeclarations(dist: string): Promise<void> {
  const names = await readdir(dist, { recursive: true });
  const declarations = names.filter((name) => name.endsWith('.d.ts')).map((name) => join(dist, name));
  await Promise.all(
    declarations.map(async (file) => {
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/(from '|import\(")(\.[^'"]+)\.ts(['"])/g, '$1$2.js$3'));
    }),
  );
}

/** An ES module, and its types, that hand on what the CommonJS module exports. */
async function writeEntry(dist: string, name: string, target: string): Promise<void> {
  const module = `./${target}.js`;
  const names = Object.keys(createRequire(import.meta.url)(join(dist, module))).sort();
  await writeFile(
    join(dist, `${name}.mjs`),
    `export {\n${names.map((each) => `  ${each},\n`).join('')}} from '${module}';\n`,
  );
  await writeFile(join(dist, `${name}.d.mts`), `export * from '${module}';\n`);
}

if (process.argv[1] === import.meta.filename) await writeFormats(process.argv[2]);
