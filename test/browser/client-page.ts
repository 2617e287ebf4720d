// What a page does with the client, bundled for browsers: an upload in parts, and the way back.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { LargeItemClient } from '../../client/index.ts';
import type { Given } from '../client/page.ts';

export async function run({ store, endpoint, credentials }: Given) {
  const config = { endpoint, region: store.region, credentials };
  const docs = new LargeItemClient({
    store,
    s3: new S3Client(config),
    sfn: new SFNClient(config),
    dynamodb: new DynamoDBClient(config),
    pollIntervalMs: 10,
  });
  const key = { id: 'parts' };
  let uploaded = 0;
  await docs.create(
    { key, largeAttributes: { film: new Blob([new Uint8Array(20 * 1024 ** 2).fill(7)]) } },
    {
      onProgress: (progress) => {
        if (progress.phase === 'uploading') uploaded = progress.bytes;
      },
    },
  );
  const film = (await docs.get(key))?.large.film;
  const bytes = (await film?.bytes()) ?? new Uint8Array();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  const read = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { size: film?.size, sha256: film?.sha256, read, uploaded };
}
