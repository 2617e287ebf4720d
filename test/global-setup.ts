// Once a test run: bundles the tasks and the console's page, and synthesises the stacks that many files deploy locally.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { TestProject } from 'vitest/node';
import { buildPage } from '../console/build.ts';
import { bundleTasks } from '../lambdas/bundle.ts';
import { LargeItemStack, LargeItemStore, type LargeItemStoreProps } from '../lib/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the cloud assembly of the stack `Twinwrite` with its default key. */
    assembly: string;
    /** The same with an Express lane. */
    expressStore: string;
    /** That of `assembly` with a second stack, `Several`, of stores of other keys: `Numbered` and `Binary`. */
    severalStores: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await Promise.all([bundleTasks(), buildPage()]);
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
  const synthesise = (
    name: string,
    store: LargeItemStoreProps = {},
    define: (app: App) => void = () => undefined,
  ): string => {
    const outdir = join(folder, name);
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    new LargeItemStack(app, 'Twinwrite', { store });
    define(app);
    app.synth();
    return outdir;
  };
  project.provide('assembly', synthesise('one-store'));
  project.provide('severalStores', synthesise('several-stores', {}, defineSeveral));
  project.provide('expressStore', synthesise('express-store', { express: true }));
  return () => rm(folder, { recursive: true });
}

function defineSeveral(app: App): void {
  const several = new Stack(app, 'Several');
  new LargeItemStore(several, 'Numbered', {
    partitionKey: { name: 'number', type: 'N' },
    sortKey: { name: 'title', type: 'S' },
  });
  new LargeItemStore(several, 'Binary', {
    parameterName: '/several/binary',
    partitionKey: { name: 'hash', type: 'B' },
    sortKey: { name: 'at', type: 'N' },
  });
}
