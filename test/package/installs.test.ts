// The packed package as npm installs it, in the apps that people have: what it brings, and that it loads, compiles, is tested
// and is bundled there.

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  JEST_APP,
  LOCAL_CLOUD,
  newCdkApp,
  newCdkPackages,
  OLD_CDK_APP,
  OLD_CDK_PACKAGES,
  REQUIRE_SCRIPT,
} from './apps.ts';
import { output, pack, project, root, write } from './pack.ts';

/** As Lambda's runtimes load functions: ES modules are not to be had by `require`. */
const WITHOUT_REQUIRE_OF_MODULES = process.allowedNodeEnvironmentFlags.has('--experimental-require-module')
  ? ['--no-experimental-require-module']
  : [];
const SAME = { sameClasses: true, instanceOf: true, all: [], run: 'function' };

let folder: string;
let tarball: string;
let cdk: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-installs-'));
  tarball = await pack(folder);
  const { default: manifest } = await import(join(root, 'package.json'), { with: { type: 'json' } });
  const { 'aws-cdk-lib': lib, constructs } = manifest.devDependencies;
  cdk = [`aws-cdk-lib@${lib}`, `constructs@${constructs}`];
});
afterAll(() => rm(folder, { recursive: true }));

describe('a client', () => {
  let app: string;
  beforeAll(async () => {
    app = join(folder, 'client');
    await project(app, { 'script.cjs': REQUIRE_SCRIPT }, [tarball]);
  });

  test('brings few packages, none of the CDK, the local cloud or the command line', async () => {
    const packages = await installed(app);
    expect(packages.length).toBeLessThan(42);
    const others = [
      'aws-cdk-lib',
      'constructs',
      'dynalite',
      'jsonata',
      'fast-xml-parser',
      'commander',
      'picocolors',
    ];
    expect(packages.filter((name) => others.includes(name))).toEqual([]);
    expect((await bytesBelow(join(app, 'node_modules'))) / 2 ** 20).toBeLessThan(30);
  });

  test('loads by require and by import, with the same classes', async () => {
    const printed = await output(app, process.execPath, ...WITHOUT_REQUIRE_OF_MODULES, 'script.cjs');
    expect(JSON.parse(printed)).toEqual(SAME);
  });

  test('is a handler in CommonJS that esbuild has bundled', async () => {
    await write(app, {
      'handler.ts': `
        import { LargeItemClient, StoreNotFound } from 'twinwrite';
        export const handler = async () =>
          LargeItemClient.fromEnvironment({ environment: {} }).catch((error) => error instanceof StoreNotFound);`,
    });
    await build({
      entryPoints: [join(app, 'handler.ts')],
      outfile: join(app, 'bundled', 'index.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    const call = "require('./bundled/index.js').handler().then((found) => console.log(found))";
    expect(await output(app, process.execPath, ...WITHOUT_REQUIRE_OF_MODULES, '-e', call)).toBe('true\n');
  });

  test('is told in one line what the command and the local cloud need', async () => {
    const command = join(app, 'node_modules', '.bin', 'twinwrite');
    await expect(output(app, command, '--help')).rejects.toThrow(
      /\nerror: twinwrite needs: npm install "commander@\S+" "picocolors@\S+"\n$/,
    );
    const all = [
      'commander',
      'picocolors',
      'dynalite',
      'fast-xml-parser',
      'jsonata',
      'aws-cdk-lib',
      'constructs',
    ];
    const line = all.map((name) => `"${name}@\\S+"`).join(' ');
    await expect(output(app, command, 'local', '--ttl', 'expires')).rejects.toThrow(
      new RegExp(`\nerror: twinwrite needs: npm install ${line}\n$`),
    );
    const start =
      "import('twinwrite/local').then((l) => l.startLocalCloud()).catch((e) => console.log(e.name, e.message))";
    expect(await output(app, process.execPath, '-e', start)).toMatch(
      /^PackagesMissing the local cloud needs: npm install "dynalite@\S+" "fast-xml-parser@\S+" "jsonata@\S+"\n$/,
    );
  });

  test('runs on every release of Node.js that is said to do', async () => {
    const nodes = join(folder, 'nodes');
    const versions = ['20.11.1', '22', '24'];
    const name = `node-${process.platform}-${process.arch}`;
    await project(
      nodes,
      {},
      versions.map((version) => `node${version}@npm:${name}@${version}`),
    );
    for (const version of versions) {
      const node = join(nodes, 'node_modules', `node${version}`, 'bin', 'node');
      expect(await output(app, node, '--version')).toMatch(new RegExp(`^v${version}`));
      expect(JSON.parse(await output(app, node, 'script.cjs'))).toEqual(SAME);
    }
  });
});

describe("the CDK's template", () => {
  test('of today is synthesised, compiled and tested', async () => {
    const app = join(folder, 'new');
    await project(app, await newCdkApp(), [tarball, ...cdk, ...(await newCdkPackages()), ...LOCAL_CLOUD]);
    const bin = join(app, 'node_modules', '.bin');
    await output(app, join(bin, 'tsc'));
    await output(app, join(bin, 'tsx'), 'bin/app.ts');
    await output(app, join(bin, 'jest'));
  });

  test('of 2024 is synthesised, compiled and tested, and so are tests without a compiler', async () => {
    const app = join(folder, 'old');
    await project(app, { ...OLD_CDK_APP, ...JEST_APP }, [
      tarball,
      ...cdk,
      ...OLD_CDK_PACKAGES,
      ...LOCAL_CLOUD,
    ]);
    const bin = join(app, 'node_modules', '.bin');
    await output(app, join(bin, 'tsc'), '--noEmit');
    await output(app, join(bin, 'ts-node'), '--prefer-ts-exts', 'bin/app.ts');
    await output(app, join(bin, 'jest'), '--config', 'jest.config.js');
    const jest = join(app, 'node_modules', 'jest', 'bin', 'jest.js');
    const argv = ['--experimental-vm-modules', jest, '--config', 'jest.config.cjs', '--json'];
    expect(JSON.parse(await output(app, process.execPath, ...argv))).toMatchObject({ numPassedTests: 2 });
  });
});

/** The names of the packages in a project, those within others included. */
async function installed(app: string): Promise<string[]> {
  const printed = await output(app, 'npm', 'ls', '--all', '--parseable');
  const paths = printed.trim().split('\n').slice(1);
  return paths.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

async function bytesBelow(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
