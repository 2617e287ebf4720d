// The apps that people have: the CDK's templates, and what uses the client. All do the same with the package.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modules } from './pack.ts';

/** What the local cloud needs, as a project names it. */
export const LOCAL_CLOUD = ['dynalite@~4.0.0', 'fast-xml-parser@^5.12.1', 'jsonata@~2.2.2'];

/** A stack, and a test of it that deploys it locally and writes an item; `cdk` is what the app calls the CDK's root. */
const stack = (cdk: string) => `
import * as cdk from '${cdk}';
import { Construct } from 'constructs';
import { LargeItemStore } from 'twinwrite/cdk';

export class AppStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    new LargeItemStore(this, 'Docs', { partitionKey: { name: 'id', type: 'S' } });
  }
}
`;

const stackTest = (cdk: string) => `
import * as cdk from '${cdk}';
import { Template } from 'aws-cdk-lib/assertions';
import { LargeItemClient, Rejected, TwinwriteError, type LargeItem } from 'twinwrite';
import { startLocalCloud } from 'twinwrite/local';
import { AppStack } from '../lib/app-stack';

const make = (outdir: string) => {
  const app = new cdk.App({ outdir, analyticsReporting: false });
  return { app, stack: new AppStack(app, 'AppStack') };
};

test('the stack has a store', () => {
  Template.fromStack(make('first.out').stack).resourceCountIs('AWS::StepFunctions::StateMachine', 4);
});

test('items are written to it', async () => {
  make('second.out').app.synth();
  const cloud = await startLocalCloud({ assembly: 'second.out' });
  try {
    Object.assign(process.env, cloud.env);
    const docs = await LargeItemClient.fromStack({ stackName: 'AppStack' });
    await docs.create({ key: { id: '1' }, largeAttributes: { page: 'x'.repeat(300_000) } });
    const item: LargeItem | undefined = await docs.get({ id: '1' });
    expect((await item?.large.page?.text())?.length).toBe(300_000);
    const again = docs.create({ key: { id: '1' } });
    await expect(again).rejects.toBeInstanceOf(Rejected);
    await expect(again).rejects.toBeInstanceOf(TwinwriteError);
  } finally {
    await cloud.stop();
  }
}, 120_000);
`;

/** What \`cdk init app --language typescript\` of this repository's CDK writes, with a store in it. */
export async function newCdkApp(): Promise<Record<string, string>> {
  const template = join(modules, 'aws-cdk', 'lib', 'init-templates', 'app', 'typescript');
  const names = await readdir(template, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const name = path
          .slice(template.length + 1)
          .replace('%name%', 'app')
          .replace('.template.', '.');
        return [name, named(await readFile(path, 'utf8'))] as const;
      }),
  );
  const { 'package.json': _, ...kept } = Object.fromEntries(files);
  const cdk = 'aws-cdk-lib/core';
  return { ...kept, 'lib/app-stack.ts': stack(cdk), 'test/app.test.ts': stackTest(cdk) };
}

/** The packages that the template's package.json asks for, without the command `cdk`. */
export async function newCdkPackages(): Promise<string[]> {
  const file = join(modules, 'aws-cdk', 'lib', 'init-templates', 'app', 'typescript', 'package.json');
  const { devDependencies } = JSON.parse(await readFile(file, 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const { 'aws-cdk': _, ...tools } = devDependencies;
  return Object.entries(tools).map(([name, range]) => `${name}@${range}`);
}

function named(text: string): string {
  return text
    .replaceAll('%name.PascalCased%', 'App')
    .replaceAll('%name%', 'app')
    .replaceAll('%stackname%', 'AppStack');
}

/** What it wrote until 2024: CommonJS, ts-node, ts-jest, every declaration checked. */
export const OLD_CDK_PACKAGES = [
  'typescript@~5.6.3',
  'ts-node@^10.9.2',
  'jest@^29.7.0',
  'ts-jest@^29.2.5',
  '@types/jest@^29.5.14',
  '@types/node@22.7.9',
];

const OLD_COMPILER_OPTIONS = {
  target: 'ES2020',
  module: 'commonjs',
  lib: ['es2020', 'dom'],
  declaration: true,
  strict: true,
  noImplicitReturns: true,
  inlineSourceMap: true,
  inlineSources: true,
  experimentalDecorators: true,
  strictPropertyInitialization: false,
  typeRoots: ['./node_modules/@types'],
};

export const OLD_CDK_APP: Readonly<Record<string, string>> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: OLD_COMPILER_OPTIONS,
    exclude: ['node_modules', 'cdk.out'],
  }),
  'jest.config.js': `module.exports = {
    testEnvironment: 'node', roots: ['<rootDir>/test'], testMatch: ['**/*.test.ts'],
    transform: { '^.+\\\\.tsx?$': 'ts-jest' },
  };`,
  'bin/app.ts': `#!/usr/bin/env node
    import * as cdk from 'aws-cdk-lib';
    import { AppStack } from '../lib/app-stack';
    new AppStack(new cdk.App(), 'AppStack', {});`,
  'lib/app-stack.ts': stack('aws-cdk-lib'),
  'test/app.test.ts': stackTest('aws-cdk-lib'),
};

/** Uses the client without AWS: a store whose name is wrong is refused before any call. */
export const REQUIRE_SCRIPT = `
const { LargeItemClient, Rejected, TwinwriteError } = require('twinwrite');
const { parseRun, SagaError } = require('twinwrite/contract');
(async () => {
  const imported = await import('twinwrite');
  const contract = await import('twinwrite/contract');
  const error = new imported.Rejected({ reason: 'InvalidInput', message: 'no', details: {} });
  const lookup = await LargeItemClient.fromEnvironment({ environment: {} }).catch((refused) => refused);
  console.log(JSON.stringify({
    sameClasses: imported.LargeItemClient === LargeItemClient && contract.SagaError === SagaError,
    instanceOf: error instanceof Rejected && error instanceof TwinwriteError && lookup instanceof imported.TwinwriteError,
    all: Object.keys(imported).filter((name) => !(name in require('twinwrite'))),
    run: typeof parseRun,
  }));
})();
`;

/** Tests as jest runs them without a compiler, as CommonJS and as ES modules. */
export const JEST_APP: Readonly<Record<string, string>> = {
  'jest.config.cjs':
    "module.exports = { testEnvironment: 'node', transform: {}, testMatch: ['**/*.spec.*js'] };",
  'commonjs.spec.cjs': `
    const { LargeItemClient, Rejected } = require('twinwrite');
    const { OPERATIONS } = require('twinwrite/contract');
    const { startLocalCloud } = require('twinwrite/local');
    test('loads', () => {
      expect([typeof LargeItemClient, Rejected.name, OPERATIONS.length]).toEqual(['function', 'Rejected', 3]);
      expect(typeof startLocalCloud).toBe('function');
    });`,
  'modules.spec.mjs': `
    import { LargeItemClient, Rejected } from 'twinwrite';
    import { OPERATIONS } from 'twinwrite/contract';
    import { startLocalCloud } from 'twinwrite/local';
    test('loads', () => {
      expect([typeof LargeItemClient, Rejected.name, OPERATIONS.length]).toEqual(['function', 'Rejected', 3]);
      expect(typeof startLocalCloud).toBe('function');
    });`,
};
