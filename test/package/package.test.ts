// The package as npm packs it, in the hands of somebody who installs it: types, ES modules, the command, and that what it
// deploys is in it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { apiReports } from '../../package/api.ts';
import { linksOf } from '../docs/markdown.ts';
import { modules, output, pack, root, run } from './pack.ts';

/** A project that has installed the package, beside this repository's dependencies. */
let consumer: string;
let folder: string;
let files: readonly string[];
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-package-'));
  consumer = join(folder, 'consumer');
  tarball = await pack(folder);
  files = await install(tarball);
});
afterAll(() => rm(folder, { recursive: true }));

async function install(packed: string): Promise<string[]> {
  const target = join(consumer, 'node_modules');
  await mkdir(join(target, 'twinwrite'), { recursive: true });
  await run('tar', ['-xzf', packed, '-C', join(target, 'twinwrite'), '--strip-components=1']);
  const dependencies = (await readdir(modules)).filter((name) => name !== '.bin' && name !== 'twinwrite');
  await Promise.all(dependencies.map((name) => symlink(join(modules, name), join(target, name))));
  await writeFile(join(consumer, 'package.json'), '{"type": "module"}');
  const installed = await readdir(join(target, 'twinwrite'), { recursive: true, withFileTypes: true });
  return installed
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name).slice(join(target, 'twinwrite').length + 1));
}

async function node(source: string): Promise<unknown> {
  await writeFile(join(consumer, 'run.js'), source);
  const { stdout } = await run(process.execPath, ['run.js'], { cwd: consumer });
  return JSON.parse(stdout);
}

test('it holds what is needed and no sources, tests or examples', async () => {
  const strange = files.filter(
    (name) =>
      !/^(?:dist|statemachines|docs)\/|^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(name),
  );
  expect(strange).toEqual([]);
  expect(files.filter((name) => /(?<!\.d)\.ts$/.test(name))).toEqual([]);
  const { exports, imports, bin, main, types, typesVersions } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const named = leaves([exports, imports, bin, main, types, typesVersions]);
  expect(named.length).toBeGreaterThan(20);
  for (const name of named) expect(files).toContain(name.replace(/^\.\//, ''));
});

/** The texts of a JSON value, however deep. */
function leaves(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(leaves);
}

test('it is small', async () => {
  expect((await stat(tarball)).size).toBeLessThan(1_000_000);
});

test('publint and attw find nothing', async () => {
  const publint = await output(folder, join(modules, '.bin', 'publint'), 'run', '--strict', tarball);
  expect(publint).toContain('All good!');
  const attw = await output(folder, join(modules, '.bin', 'attw'), '--format', 'json', tarball);
  const { analysis, problems } = JSON.parse(attw);
  expect(Object.keys(analysis.entrypoints)).toEqual(
    expect.arrayContaining(['.', './cdk', './local', './contract']),
  );
  expect(problems).toEqual({});
});

test('the licences of what is bundled come with each bundle', async () => {
  const licences = files.filter((name) => name.endsWith('/licenses.txt')).sort();
  expect(licences).toEqual([
    'dist/console/web/licenses.txt',
    'dist/lambdas/licenses.txt',
    'dist/licenses.txt',
  ]);
  const [, ofTasks, ofCode] = await Promise.all(
    licences.map((name) => readFile(join(consumer, 'node_modules', 'twinwrite', name), 'utf8')),
  );
  expect(ofTasks).toMatch(/^@aws-sdk.*@smithy\/core/m);
  expect(ofTasks).toContain('Apache License');
  expect(ofCode).toContain('uint8array-extras');
  expect(ofCode).toContain('@noble/hashes');
});

test('README leads to what is in it', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  expect(linksOf(readme).filter((link) => !files.includes(link))).toEqual([]);
});

test('etc/ has what it exports, every symbol with its documentation; npm run api writes it', async () => {
  const reports = await apiReports(join(folder, 'package', 'dist'));
  for (const [name, report] of Object.entries(reports)) {
    expect(await readFile(join(root, 'etc', name), 'utf8')).toBe(report);
    const symbols = [...report.matchAll(/^\/\/ @public(.*)\n(export .*)$/gm)];
    expect(symbols.length).toBeGreaterThan(3);
    expect(symbols.filter(([, undocumented]) => undocumented !== '').map(([, , symbol]) => symbol)).toEqual(
      [],
    );
  }
});

describe('types', () => {
  const SOURCE = `
    import { LargeItemClient, Rejected, type StoreDescriptor } from 'twinwrite';
    import { LargeItemStack, LargeItemStore } from 'twinwrite/cdk';
    import { inputJsonSchema } from 'twinwrite/contract';
    import { startLocalCloud, type LocalCloud } from 'twinwrite/local';
    export const client = (store: StoreDescriptor): LargeItemClient => new LargeItemClient({ store });
    export const cloud: Promise<LocalCloud> = startLocalCloud({ assembly: 'cdk.out' });
    export const title = (error: Rejected): string => error.reason;
    export const all = [LargeItemStack, LargeItemStore, inputJsonSchema('create')];
    // @ts-expect-error: what is any would take it
    export const wrong = new LargeItemClient({ store: 42 });
    // @ts-expect-error: only the entries can be imported
    import 'twinwrite/dist/cjs/client/index.js';
  `;

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('are found with module %s and moduleResolution %s', async (module, moduleResolution) => {
    const project = join(consumer, `tsconfig.${module}.json`);
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
    };
    await writeFile(join(consumer, 'app.ts'), SOURCE);
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    const tsc = run(process.execPath, [join(modules, 'typescript', 'bin', 'tsc'), '-p', project], {
      cwd: consumer,
    });
    expect(await tsc.catch(({ stdout }) => stdout)).toMatchObject({ stdout: '' });
  });
});

test('a stack of it is synthesised, deployed locally and written to', async () => {
  const result = await node(`
    import { App } from 'aws-cdk-lib';
    import { LargeItemClient } from 'twinwrite';
    import { LargeItemStack } from 'twinwrite/cdk';
    import { startLocalCloud } from 'twinwrite/local';
    const app = new App({ outdir: 'cdk.out', analyticsReporting: false, builtinCloudFormationValidation: false });
    new LargeItemStack(app, 'Twinwrite');
    app.synth();
    const cloud = await startLocalCloud({ assembly: 'cdk.out' });
    Object.assign(process.env, cloud.env);
    const docs = await LargeItemClient.fromEnvironment();
    await docs.create({ key: { id: '1' }, largeAttributes: { page: 'x'.repeat(300_000) } });
    const page = await (await docs.get({ id: '1' })).large.page.text();
    await cloud.stop();
    console.log(JSON.stringify({ length: page.length }));
  `);
  expect(result).toEqual({ length: 300_000 });
});

describe('its local cloud', () => {
  const local = (...argv: readonly string[]) =>
    spawn(
      process.execPath,
      [
        join(bare, 'node_modules', 'twinwrite', 'dist', 'cjs', 'cli', 'main.js'),
        'local',
        '--port',
        '0',
        ...argv,
      ],
      { cwd: bare, stdio: ['ignore', 'pipe', 'pipe'] },
    );
  /** A project without the CDK, and without what only builds the package. */
  let bare: string;

  beforeAll(async () => {
    bare = join(folder, 'bare');
    const target = join(bare, 'node_modules');
    await cp(consumer, bare, { recursive: true, verbatimSymlinks: true });
    await Promise.all(
      ['aws-cdk-lib', 'constructs', 'esbuild'].map((name) => rm(join(target, name), { force: true })),
    );
  });

  test('starts its default store without the CDK, as the sources say it is', async () => {
    const child = local('--json');
    const [line] = await once(createInterface(child.stdout), 'line');
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');

    expect({ code, ...JSON.parse(line) }).toMatchObject({ code: 0, table: expect.any(String) });
    const [packed, synthesised] = await Promise.all(
      [join(bare, 'node_modules', 'twinwrite', 'dist', 'store'), inject('assembly')].map((path) =>
        readFile(join(path, 'Twinwrite.template.json'), 'utf8'),
      ),
    );
    expect(JSON.parse(packed ?? '')).toEqual(JSON.parse(synthesised ?? ''));
  });

  test('says what a store of other settings needs', async () => {
    const child = local('--ttl', 'expiresAt');
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);

    expect(code).toBe(1);
    expect(err).toMatch(/^error: [^\n]*: npm install "aws-cdk-lib@\^2[\d.]+" "constructs@\^10[\d.]+"\n$/);
  });
});

test('its command says what it can do', async () => {
  const main = join(consumer, 'node_modules', 'twinwrite', 'dist', 'cjs', 'cli', 'main.js');
  const { stdout } = await run(process.execPath, [main, '--help']);
  expect(stdout).toContain('Usage: twinwrite');
  expect(await readFile(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('bundled for a browser it takes the modules for browsers', async () => {
  const { metafile } = await build({
    stdin: { contents: "export * from 'twinwrite';", resolveDir: consumer },
    absWorkingDir: consumer,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs).map((name) => name.replace('node_modules/twinwrite/dist/', ''));
  const used = (name: string) => `esm/client/${name}.js`;
  expect(inputs).toEqual(
    expect.arrayContaining(['platform/platform.browser', 'store/lookups.browser'].map(used)),
  );
  expect(inputs).not.toContain(used('platform/platform'));
  expect(inputs).not.toContain(used('store/lookups'));
});

test('bundled for Node.js, by import or require, it is the ES modules, of which what is not used is left out', async () => {
  const bundled = (contents: string, format: 'esm' | 'cjs') =>
    build({
      stdin: { contents, resolveDir: consumer },
      absWorkingDir: consumer,
      bundle: true,
      platform: 'node',
      format,
      minify: true,
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
  const one = await bundled("export { Rejected } from 'twinwrite';", 'esm');
  expect(one.outputFiles[0]?.contents.length).toBeLessThan(2_000);
  const both = await bundled(
    "import { Rejected } from 'twinwrite'; exports.all = [Rejected, require('twinwrite')];",
    'cjs',
  );
  const copies = Object.keys(both.metafile.inputs).filter((name) => name.endsWith('errors/write-errors.js'));
  expect(copies).toEqual(['node_modules/twinwrite/dist/esm/client/errors/write-errors.js']);
});
