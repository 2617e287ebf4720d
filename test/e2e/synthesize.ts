// Assemblies of the product's stack with settings of their own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { LargeItemStack, type LargeItemStoreProps } from '../../lib/index.ts';

/** The folder of the assembly of the stack `Twinwrite`, for `use` only: it is gone afterwards. */
export async function withAssembly<T>(
  store: LargeItemStoreProps,
  use: (assembly: string) => Promise<T>,
): Promise<T> {
  const outdir = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    new LargeItemStack(app, 'Twinwrite', { store });
    app.synth();
    return await use(outdir);
  } finally {
    await rm(outdir, { recursive: true });
  }
}
