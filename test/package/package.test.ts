// The package as npm packs it, in the hands of somebody who installs it: types, ES modules, the command, and that what it
// deploys is in it.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { linksOf } from '../docs/markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const modules = join(root, 'node_modules');
const run = promisify(execFile);

/** A project that has installed the package, beside this repository's dependencies. */
let consumer: string;
let folder: string;
let files: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-package-'));
  consumer = join(folder, 'consumer');
  files = await install(await pack());
});
afterAll(() => rm(folder, { recursive: true }));

/** Builds into a copy, so that nobody's dist/ changes. @returns the tarball */
async function pack(): Promise<string> {
  const copy = join(folder, 'package');
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(copy, 'dist')]);
  for (const path of [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'statemachines',
    'docs',
    'dist/lambdas',
  ]) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(modules, join(copy, 'node_modules'));
  await run(process.execPath, [join(copy, 'dist', 'cli', 'commands', 'local', 'prepare.js')]);
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: copy },
  );
  return join(folder, stdout.trim());
}

async function install(tarball: string): Promise<string[]> {
  const target = join(consumer, 'node_modules');
  await mkdir(join(target, 'twinwrite'), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', join(target, 'twinwrite'), '--strip-components=1']);
  const dependencies = (await readdir(modules)).filter((name) => name !== '.bin' && name !== 'twinwrite');
  await Promise.all(dependencies.map((name) => symlink(join(modules, name), join(target, name))));
  await writeFile(join(consumer, 'package.json'), '{"type": "module"}');
  const packed = await readdir(join(target, 'twinwrite'), { recursive: true, withFileTypes: true });
  return packed
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
  const { exports, bin, browser } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const named: string[] = [
    ...Object.values(exports).flatMap((entry) => Object.values(entry as object)),
    ...Object.values(bin),
  ];
  const replaced = Object.entries<string>(browser).flat();
  for (const name of [...named, ...replaced].filter((path) => path.includes('dist/'))) {
    expect(files).toContain(name.replace(/^\.\//, ''));
  }
});

test('the licences of what is bundled come with each bundle', async () => {
  const bundles = files.filter((name) => /^dist\/lambdas\/[\w-]+\/index\.mjs$/.test(name));
  expect(bundles).toHaveLength(8);
  for (const bundle of bundles) {
    const text = await readFile(
      join(consumer, 'node_modules', 'twinwrite', dirname(bundle), 'licenses.txt'),
      'utf8',
    );
    expect(text).toMatch(/^@aws-sdk.*@smithy\/core/m);
    expect(text).toContain('Apache License');
  }
});

test('README leads to what is in it, but for what it says is in the repository', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  expect(linksOf(readme).filter((link) => !files.includes(link))).toEqual(['CONTRIBUTING.md']);
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
    import 'twinwrite/dist/client/client.js';
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
    expect(err).toContain('npm install aws-cdk-lib constructs');
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
  expect(inputs).toEqual(
    expect.arrayContaining(['client/platform/platform.browser.js', 'client/store/lookups.browser.js']),
  );
  expect(inputs).not.toContain('client/platform/platform.js');
  expect(inputs).not.toContain('client/store/lookups.js');
});
