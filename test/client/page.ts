// What a page does with the client: bundled for browsers, and run where there is nothing of Node.js.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { LargeItemClient, type StoreDescriptor } from '../../client/index.ts';

export interface Given {
  readonly store: StoreDescriptor;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** In one PUT: for an upload in parts the SDK needs a DOMParser, which only a real browser has. */
const FILM_BYTES = 2 * 1024 ** 2;

export async function run({ store, endpoint, credentials }: Given) {
  const config = { endpoint, region: store.region, credentials };
  const docs = new LargeItemClient({
    store,
    s3: new S3Client(config),
    sfn: new SFNClient(config),
    dynamodb: new DynamoDBClient(config),
    pollIntervalMs: 10,
  });
  const key = { id: 'from a page' };
  const film = new Uint8Array(FILM_BYTES).fill(7);
  await docs.create({
    key,
    attributes: { title: 'Grüße', raw: new Uint8Array([0, 255]) },
    largeAttributes: {
      page: '<h1>Grüße</h1>',
      picture: new Blob([new Uint8Array(300_000)], { type: 'image/png' }),
      film: new Blob([film]).stream(),
    },
  });
  const item = await docs.get(key);
  const { page, picture, film: stored } = item?.large ?? {};
  const refused = await docs
    .create({ key: { id: 'file' }, largeAttributes: { page: { file: 'a' } } })
    .catch(String);
  const lost = await LargeItemClient.fromEnvironment().catch(String);
  const result = {
    title: item?.attributes.title,
    page: await page?.text(),
    picture: { type: picture?.contentType, bytes: (await picture?.bytes())?.length },
    film: { sha256: stored?.sha256, bytes: (await stored?.bytes())?.length },
    refused,
    lost,
  };
  await docs.delete({ key });
  return { ...result, left: await docs.get(key) };
}
