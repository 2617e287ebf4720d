// From an input that a run's plan has checked before to what it asks of a store: without zod, which would cost the start of a
// function more than all other rules.

import type { StoreShape } from '../keys/object-key.ts';
import type { Operation } from '../keys/run.ts';
import { DEFAULT_CLEAN_UP, DEFAULTS } from './defaults.ts';
import { type CheckedInput, requestOf, type SagaRequest } from './request.ts';

/**
 * The same as `toRequest` gives of an input that it takes.
 * @throws {SagaError} InvalidInput for most others
 */
export function checkedRequest(operation: Operation, input: unknown, store: StoreShape): SagaRequest {
  const given = input as Partial<CheckedInput['input']>;
  const cleanUp = { ...DEFAULT_CLEAN_UP, ...given.cleanUp };
  const checked = { operation, input: { ...DEFAULTS[operation], ...given, cleanUp } } as CheckedInput;
  return requestOf(checked, store);
}
