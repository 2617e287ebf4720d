// The cloud with all its services: what `twinwrite/local` loads when one is started.

import { startCloud } from './cloud.ts';
import type { LocalCloud, LocalCloudOptions } from './cloud-types.ts';
import { createDynamoDb, openDynamoDb } from './dynamodb/index.ts';
import { createS3 } from './s3/index.ts';
import { createStates } from './states/index.ts';

export function startWholeCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  return startCloud(options, {
    createS3,
    createDynamoDb: ({ folder, ...given }) =>
      folder === undefined ? createDynamoDb(given) : openDynamoDb(given, folder),
    createStates,
  });
}
