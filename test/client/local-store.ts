// A local cloud with stores of several key layouts, reached as apps reach AWS: through the environment.

import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import type { LargeItemClient } from '../../client/index.ts';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';

/** Starts the cloud for the tests of a file; waits of its time are 1,000 times shorter. */
export function useLocalCloud(options: LocalCloudOptions = {}): { readonly current: LocalCloud } {
  let cloud: LocalCloud | undefined;
  beforeAll(async () => {
    const assembly = inject('severalStores');
    cloud = await startLocalCloud({ assembly, timeScale: 1000, warmUp: false, ...options });
    for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await cloud?.stop();
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
