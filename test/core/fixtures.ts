// What the tests of the rules share: a store, a run, and how a refusal is caught.

import type { Store } from '../../core/contract/store.ts';
import { SagaError } from '../../core/errors/errors.ts';
import type { Run } from '../../core/keys/run.ts';

export const STORE: Store = {
  table: 'Docs',
  bucket: 'bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  key: { partitionKey: { name: 'id', type: 'S' } },
};

export const SHA256 = { x: 'a'.repeat(64), y: 'b'.repeat(64), z: 'c'.repeat(64) } as const;

export function run(operation: Run['operation'], name: string = operation): Run {
  return { operation, name, startTime: '2026-11-23T15:33:00.123Z' };
}

/** The SagaError that the call throws. Anything else it does fails the test. */
export function refusal(call: () => unknown): SagaError {
  try {
    call();
  } catch (error) {
    if (error instanceof SagaError) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the call returned');
}
