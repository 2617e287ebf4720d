// Runs that a command starts on a local cloud of the test file's own.

import { afterAll, afterEach, beforeAll, inject, vi } from 'vitest';
import { type FaultInput, type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { type Ran, twinwrite } from '../terminal.ts';

export const REFUSED: FaultInput = {
  ...({ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before' } as const),
  ...{ error: 'ValidationException', status: 400 },
};

/** What a command printed, a JSON value a line. */
export const lines = ({ out }: Ran): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Runs a write, and gives the name of its execution. */
export async function write(...argv: string[]): Promise<string> {
  const ran = await twinwrite(...argv, '--json');
  const { executionArn } = JSON.parse(ran.out || ran.err) as { executionArn: string };
  return executionArn.split(':').at(-1) as string;
}

/** A local cloud for the tests of a file, which the environment names. */
export function useCloud() {
  let running: LocalCloud;

  beforeAll(async () => {
    running = await startLocalCloud({ assembly: inject('assembly'), timeScale: 60, warmUp: false });
    for (const [name, value] of Object.entries(running.env)) vi.stubEnv(name, value);
  });
  afterEach(() => running.faults.clear());
  afterAll(async () => {
    vi.unstubAllEnvs();
    await running.stop();
  });

  return {
    /** The cloud, from within a test. */
    get cloud(): LocalCloud {
      return running;
    },
    /** A run that DynamoDB refused: the name of its execution. */
    rolledBack(id: string, ...more: string[]): Promise<string> {
      running.faults.inject(REFUSED);
      return write('create', '--key', `id=${id}`, '--large', 'page=text', ...more);
    },
  };
}
