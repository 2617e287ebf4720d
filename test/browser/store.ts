// The product's store on a local cloud, as the tests reach it beside a page.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { LargeItemClient } from '../../client/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import type { LocalCloud } from '../../local/index.ts';

export function clientOn({ endpoint, region, credentials, outputs }: LocalCloud): LargeItemClient {
  const config = { endpoint, region, credentials };
  return new LargeItemClient({
    store: storeIn(outputs.Twinwrite ?? {}),
    s3: new S3Client(config),
    sfn: new SFNClient(config),
    dynamodb: new DynamoDBClient(config),
    pollIntervalMs: 10,
  });
}

export async function objectsIn(cloud: LocalCloud, prefix: string): Promise<(string | undefined)[]> {
  const { endpoint, region, credentials, outputs } = cloud;
  const s3 = new S3Client({ endpoint, region, credentials });
  const { bucket } = storeIn(outputs.Twinwrite ?? {});
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map(({ Key }) => Key);
}
