// The console over a test's store, with what the command gives it.

import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { AuditContext } from '../../audit/context.ts';
import { PAGE_FOLDER } from '../../console/build.ts';
import { type RunningConsole, startConsole } from '../../console/server/index.ts';
import type { TestStore } from '../e2e/harness.ts';

export interface TestConsole extends RunningConsole {
  readonly secret: string;
}

export async function serveConsole(context: AuditContext): Promise<TestConsole> {
  const running = await startConsole({
    context,
    port: 0,
    pageFolder: PAGE_FOLDER,
    version: '0.0.0-test',
    explain: (error) => (error as Error).message,
  });
  return { ...running, secret: running.url.split('#secret=')[1] ?? '' };
}

/** Of a store with an Express lane its log, too. */
export function auditOf({ descriptor, sfn, s3, dynamodb, cloud }: TestStore): AuditContext {
  const { endpoint, region, credentials } = cloud;
  const logs = async () => new CloudWatchLogs({ endpoint, region, credentials });
  return { store: descriptor, sfn, s3, dynamodb, ...(descriptor.express && { logs }) };
}
