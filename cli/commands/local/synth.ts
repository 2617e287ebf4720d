// Synthesises the product's stack in this process, into a temporary folder.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyAttribute, KeySchema } from '../../../core/keys/item-key.ts';
import { checkInstalled } from '../../../local/needs.ts';
import { CommandFailed } from '../../errors.ts';
import { CDK_NEEDS } from '../../needs.ts';

export const STACK_NAME = 'Twinwrite';

/** As the construct's props say. */
const DEFAULT_KEY: KeyAttribute = { name: 'id', type: 'S' };

export interface Assembly {
  /** Folder of the cloud assembly. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** How the product's stack differs from its default: partition key `id`, a string, no time to live, no uploads by pages, no Express lane. */
export type StoreSettings = Partial<KeySchema> & {
  readonly ttl?: string | undefined;
  readonly uploadOrigins?: readonly string[] | undefined;
  readonly express?: boolean | undefined;
};

/** Whether these settings make the store that no settings make. */
export function isDefaultStore(settings: StoreSettings): boolean {
  const { partitionKey, sortKey, ttl, uploadOrigins = [], express = false } = settings;
  const { name, type } = partitionKey ?? DEFAULT_KEY;
  return (
    name === DEFAULT_KEY.name &&
    type === DEFAULT_KEY.type &&
    sortKey === undefined &&
    ttl === undefined &&
    uploadOrigins.length === 0 &&
    !express
  );
}

/**
 * @param copyAssets - whether the assembly holds copies of its assets, as it does by default, or names where they are
 * @throws {PackagesMissing} when the CDK is not installed
 */
export async function synthesize(
  { partitionKey, sortKey, ttl, uploadOrigins = [], express = false }: StoreSettings = {},
  { copyAssets = true }: { readonly copyAssets?: boolean } = {},
): Promise<Assembly> {
  const { App, LargeItemStack } = await loadCdk();
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    // `cdk synth` validates the template; here it would only cost three seconds.
    const app = new App({
      outdir: folder,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      context: { 'aws:cdk:disable-asset-staging': !copyAssets },
    });
    new LargeItemStack(app, STACK_NAME, {
      store: {
        ...(partitionKey && { partitionKey }),
        ...(sortKey && { sortKey }),
        ...(ttl !== undefined && { ttl }),
        ...(express && { express }),
        uploadOrigins,
      },
    });
    app.synth();
    return { folder, remove };
  } catch (error) {
    await remove();
    throw (error as Error).name === 'CannotFindAsset' ? tasksMissing(error) : error;
  }
}

function tasksMissing(cause: unknown): CommandFailed {
  return new CommandFailed('the tasks are not bundled: npm run build:tasks', { cause });
}

/** On demand: it takes a second to load, which other commands need not spend. */
async function loadCdk() {
  checkInstalled('a store of other than the default settings is synthesised, which', CDK_NEEDS);
  const [{ App }, { LargeItemStack }] = await Promise.all([
    import('aws-cdk-lib/core'),
    import('../../../lib/index.ts'),
  ]);
  return { App, LargeItemStack };
}
