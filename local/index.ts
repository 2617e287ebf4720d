// `twinwrite/local`: AWS on one local port for development and tests. Knows nothing of what is deployed into it.

import type { LocalCloud, LocalCloudOptions } from './cloud-types.ts';
import { checkInstalled, LOCAL_CLOUD_NEEDS } from './needs.ts';

export type { Clock } from './clock.ts';
export type { LocalCloud, LocalCloudOptions, LocalResource } from './cloud-types.ts';
export { DeploymentError } from './cloudformation/errors.ts';
export { DataError } from './data/errors.ts';
export { type Fault, type FaultInput, type Faults, InvalidFault } from './fault-types.ts';
export type {
  AlarmState,
  DataPoint,
  LocalAlarm,
  MetricName,
  MetricSeries,
  Monitoring,
} from './monitoring/types.ts';
export { PackagesMissing } from './needs.ts';
export type { ObservedCall } from './service.ts';

/**
 * Starts S3, DynamoDB, Lambda, Step Functions and CloudFormation on one port of 127.0.0.1 and deploys stacks into them.
 *
 * ```ts
 * await using cloud = await startLocalCloud({ assembly: 'cdk.out', timeScale: 60 });
 * const s3 = new S3Client({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials });
 * ```
 * @throws {PackagesMissing} when a package that the local cloud needs is not installed; the message is what to type
 * @throws {DeploymentError} when a stack needs what the local cloud does not have; the message says what
 * @throws {DataError} when the folder `data` cannot be used; the message says why
 */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const given = { ...options };
  checkInstalled('the local cloud', LOCAL_CLOUD_NEEDS);
  const { startWholeCloud } = await import('./whole.ts');
  return startWholeCloud(given);
}
