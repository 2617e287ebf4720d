// Once a test run: bundles the tasks and the console's page, and synthesises the product's stack, which end-to-end tests deploy locally.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { TestProject } from 'vitest/node';
import { buildPage } from '../console/build.ts';
import { bundleTasks } from '../lambdas/bundle.ts';
import { LargeItemStack } from '../lib/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the cloud assembly of the stack `Twinwrite` with its default key. */
    assembly: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await Promise.all([bundleTasks(), buildPage()]);
  const outdir = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  new LargeItemStack(app, 'Twinwrite');
  app.synth();
  project.provide('assembly', outdir);
  return () => rm(outdir, { recursive: true });
}
