// A local cloud with stores of several key layouts, reached as apps reach AWS: through the environment.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, vi } from 'vitest';
import type { LargeItemClient } from '../../client/index.ts';
import { LargeItemStack, LargeItemStore } from '../../lib/index.ts';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';

/** Starts the cloud for the tests of a file; waits of its time are 1,000 times shorter. */
export function useLocalCloud(options: LocalCloudOptions = {}): { readonly current: LocalCloud } {
  let cloud: LocalCloud | undefined;
  let assembly: string | undefined;
  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'twinwrite-client-'));
    synthesise(assembly);
    cloud = await startLocalCloud({ assembly, timeScale: 1000, ...options });
    for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await cloud?.stop();
    if (assembly !== undefined) await rm(assembly, { recursive: true });
  });
  return {
    get current() {
      if (cloud === undefined) throw new Error('the cloud has not started');
      return cloud;
    },
  };
}

/** Keys of all objects of the store below a prefix, by default those of items. */
export async function objectsOf({ store }: LargeItemClient, prefix = `${store.prefix}/`): Promise<string[]> {
  const { Contents = [] } = await new S3Client({}).send(
    new ListObjectsV2Command({ Bucket: store.bucket, Prefix: prefix }),
  );
  return Contents.map(({ Key }) => Key as string);
}

/** Keys of unfinished multipart uploads. */
export async function unfinishedUploadsOf({ store }: LargeItemClient): Promise<string[]> {
  const { Uploads = [] } = await new S3Client({}).send(
    new ListMultipartUploadsCommand({ Bucket: store.bucket }),
  );
  return Uploads.map(({ Key }) => Key as string);
}

function synthesise(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  new LargeItemStack(app, 'Twinwrite');
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
  app.synth();
}
