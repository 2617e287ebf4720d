// A refusal by the rules in core/ as callers of the client see it.

import { SagaError } from '../../core/errors/errors.ts';
import { Rejected } from './write-errors.ts';

/** @throws {Rejected} for a {@link SagaError}; any other error as it is */
export function asRejected(error: unknown): never {
  if (!(error instanceof SagaError)) throw error;
  const { message, ...details } = error.reason;
  throw new Rejected({ reason: error.name, message, details }, { cause: error });
}
