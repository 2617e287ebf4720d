// A local cloud of its own for one schedule: the product is synthesised, deployed, driven, and gone.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleTasks } from '../../lambdas/bundle.ts';
import { startLocalCloud } from '../../local/index.ts';
import type { Model } from '../model/model.ts';
import { actionsOf, drive, type LocalEnd } from './drive.ts';

/** So slow that no wait ends by itself: time passes when the schedule says so. */
export const STANDSTILL = 1e-6;

/** @throws {NotExpressible | CannotFollow} */
export async function onOwnCloud(model: Model, labels: readonly string[]): Promise<LocalEnd> {
  // What cannot be driven is said before anything takes long.
  await actionsOf(model, labels);
  const assembly = await mkdtemp(join(tmpdir(), 'twinwrite-explore-'));
  try {
    await bundleTasks();
    await synthesise(assembly, model.configuration.stream ?? false);
    const cloud = await startLocalCloud({ assembly, timeScale: STANDSTILL, warmUp: false });
    try {
      return await drive(cloud, model, labels);
    } finally {
      await cloud.stop();
    }
  } finally {
    await rm(assembly, { recursive: true });
  }
}

/** The CDK is large, and nothing else here needs it. */
async function synthesise(outdir: string, stream: boolean): Promise<void> {
  const [{ App }, { LargeItemStack }] = await Promise.all([
    import('aws-cdk-lib'),
    import('../../lib/index.ts'),
  ]);
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  new LargeItemStack(app, 'Twinwrite', { store: { cleanUpForeignDeletes: stream } });
  app.synth();
}
