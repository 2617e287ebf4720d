// The console over a test's store, with the page as the sources have it now.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage } from '../../console/build.ts';
import { type RunningConsole, startConsole } from '../../console/server/index.ts';
import type { TestStore } from '../e2e/harness.ts';

export interface TestConsole extends RunningConsole {
  readonly secret: string;
}

export async function serveConsole(
  store: Pick<TestStore, 'descriptor' | 'sfn' | 's3' | 'dynamodb'>,
): Promise<TestConsole> {
  const pageFolder = await mkdtemp(join(tmpdir(), 'twinwrite-page-'));
  await buildPage(pageFolder);
  const { descriptor, sfn, s3, dynamodb } = store;
  const running = await startConsole({
    context: { store: descriptor, sfn, s3, dynamodb },
    port: 0,
    pageFolder,
    version: '0.0.0-test',
    explain: (error) => (error as Error).message,
  });
  return {
    ...running,
    secret: running.url.split('#secret=')[1] ?? '',
    stop: async () => {
      await running.stop();
      await rm(pageFolder, { recursive: true });
    },
  };
}
