// `twinwrite/local`: AWS on one local port for development and tests. Knows nothing of what is deployed into it.

import { startCloud } from './cloud.ts';
import { createDynamoDb, openDynamoDb } from './dynamodb/index.ts';
import type { LocalCloud, LocalCloudOptions } from './local-cloud.ts';
import { createS3 } from './s3/index.ts';
import { createStates } from './states/index.ts';

export type { Clock } from './clock.ts';
export { DeploymentError } from './cloudformation/index.ts';
export { DataError } from './data/index.ts';
export { type Fault, type FaultInput, type Faults, InvalidFault } from './faults.ts';
export type { ObservedCall } from './gate.ts';
export type { LocalCloud, LocalCloudOptions, LocalResource } from './local-cloud.ts';

/**
 * Starts S3, DynamoDB, Lambda, Step Functions and CloudFormation on one port of 127.0.0.1 and deploys stacks into them.
 *
 * ```ts
 * await using cloud = await startLocalCloud({ assembly: 'cdk.out', timeScale: 60 });
 * const s3 = new S3Client({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials });
 * ```
 * @throws {DeploymentError} when a stack needs what the local cloud does not have; the message says what
 * @throws {DataError} when the folder `data` cannot be used; the message says why
 */
export function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  return startCloud(options, {
    createS3,
    createDynamoDb: ({ folder, ...given }) =>
      folder === undefined ? createDynamoDb(given) : openDynamoDb(given, folder),
    createStates,
  });
}
