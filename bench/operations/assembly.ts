// The store that is counted: with both lanes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { LargeItemStack } from '../../lib/index.ts';

export const STACK_NAME = 'Twinwrite';

/** Synthesises the product's stack with an Express lane, works with its folder, and removes that. */
export async function withBothLanes<T>(work: (assembly: string) => Promise<T>): Promise<T> {
  const outdir = await mkdtemp(join(tmpdir(), 'twinwrite-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    new LargeItemStack(app, STACK_NAME, { store: { express: true } });
    app.synth();
    return await work(outdir);
  } finally {
    await rm(outdir, { recursive: true });
  }
}
