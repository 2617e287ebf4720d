// From whatever an execution was given to what it asks of a store.

import type { StoreShape } from '../keys/object-key.ts';
import type { Operation } from '../keys/run.ts';
import { parseInput } from './contract.ts';
import { type CheckedInput, requestOf, type SagaRequest } from './request.ts';

/**
 * The request that an input makes of a store.
 * @throws {SagaError} InvalidInput that names the field and the value
 */
export function toRequest(operation: Operation, input: unknown, store: StoreShape): SagaRequest {
  return requestOf({ operation, input: parseInput(operation, input) } as CheckedInput, store);
}
