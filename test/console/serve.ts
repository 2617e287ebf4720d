// The console over a test's store.

import { PAGE_FOLDER } from '../../console/build.ts';
import { type RunningConsole, startConsole } from '../../console/server/index.ts';
import type { TestStore } from '../e2e/harness.ts';

export interface TestConsole extends RunningConsole {
  readonly secret: string;
}

export async function serveConsole(
  store: Pick<TestStore, 'descriptor' | 'sfn' | 's3' | 'dynamodb'>,
): Promise<TestConsole> {
  const { descriptor, sfn, s3, dynamodb } = store;
  const running = await startConsole({
    context: { store: descriptor, sfn, s3, dynamodb },
    port: 0,
    pageFolder: PAGE_FOLDER,
    version: '0.0.0-test',
    explain: (error) => (error as Error).message,
  });
  return { ...running, secret: running.url.split('#secret=')[1] ?? '' };
}
