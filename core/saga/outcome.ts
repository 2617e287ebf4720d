// Did the write take effect? What an answer proves (rule 3), and what only a read can prove once DynamoDB
// has forgotten the write's token.

import { SagaError } from '../errors/errors.ts';
import { REQUEST_LIFETIME_SECONDS, TOKEN_LIFETIME_SECONDS } from '../errors/limits.ts';
import { isSpoiled, readSaga, type SagaMetadata } from '../item/item.ts';
import { parseRun } from '../keys/run.ts';
import type { Item } from '../values/attributes.ts';
import type { Expected, Plan } from './plan.ts';

/** What is known about attempts of this very write before the present one. */
export interface AttemptHistory {
  /** Retries of the task so far in this entry of the state. */
  readonly retries: number;
  /** Whether the execution was redriven since the state that leads to the write. */
  readonly redriven: boolean;
  /** Milliseconds since the first attempt could have been made. */
  readonly elapsedMs: number;
}

/**
 * What the present attempt may do.
 * - `pause`: an attempt before a redrive may still be in flight, and nothing has waited for it yet;
 * - `read`: the token may be forgotten, so writing again proves nothing any more;
 * - `write`: and whether a refusal would be definite.
 */
export type Attempt =
  | { readonly kind: 'pause' }
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly refusalIsDefinite: boolean };

/** Part of the token's lifetime that is not relied on: a request itself and clocks that differ take time. */
const TOKEN_MARGIN_SECONDS = 60;

/**
 * A stopped execution's function runs on: its start and its time-out, and then its request's life, pass during as many
 * of the write's retry intervals.
 */
export const PAUSES_AFTER_REDRIVE = 2;

export function nextAttempt({ retries, redriven, elapsedMs }: AttemptHistory): Attempt {
  const first = retries === 0 && !redriven;
  if (redriven && retries < PAUSES_AFTER_REDRIVE) return { kind: 'pause' };
  if (!first && elapsedMs > (TOKEN_LIFETIME_SECONDS - TOKEN_MARGIN_SECONDS) * 1000) return { kind: 'read' };
  return { kind: 'write', refusalIsDefinite: first && elapsedMs < REQUEST_LIFETIME_SECONDS * 1000 };
}

/**
 * What a failed condition met: another state of the item (plan again), or the planned state, so that it was
 * the caller's own condition that failed.
 */
export function conditionFailure(plan: Plan, found: Item | undefined): SagaError {
  return found !== undefined && !isSpoiled(found) && isAsPlanned(plan, found)
    ? new SagaError('ConditionFailed', 'the item does not meet the condition', {
        field: 'condition',
        version: readSaga(found)?.version ?? null,
      })
    : new SagaError('WriteConflict', 'the item has changed since it was read', { plan: plan.number });
}

/**
 * What a consistent read proves about a write whose token is forgotten and whose every attempt has landed or
 * died. Versions never recur, so the planned state still standing proves that it was not written, and this
 * run's own mark proves that it was.
 */
export function proveOutcome(plan: Plan, found: Item | undefined): 'written' | 'not written' | 'unknown' {
  if (found !== undefined && isSpoiled(found)) return 'unknown';
  const saga = found && readSaga(found);
  if (saga?.writtenBy === plan.run && saga.version === plan.saga?.version) return 'written';
  const { expected } = plan;
  if (plan.saga === null) return proveDelete(expected, found, saga);
  if (expected.kind === 'saga' && saga?.createdBy === expected.createdBy) {
    return saga.version <= plan.saga.version ? 'not written' : 'unknown';
  }
  if (expected.kind === 'foreign' && found !== undefined && saga === undefined) return 'not written';
  if (expected.kind !== 'saga' && saga?.createdBy === plan.run) return 'written';
  return 'unknown';
}

/** A delete ends the item that it planned for; that item's createdBy never comes back. */
function proveDelete(
  expected: Expected,
  found: Item | undefined,
  saga: SagaMetadata | undefined,
): 'written' | 'not written' | 'unknown' {
  if (found === undefined) return 'written';
  if (expected.kind === 'saga') return saga?.createdBy === expected.createdBy ? 'not written' : 'written';
  if (saga === undefined) return 'not written';
  // Created by a saga, so the old item had gone; adopted by an update, it may be the old one or another.
  return parseRun(saga.createdBy)?.operation === 'create' ? 'written' : 'unknown';
}

function isAsPlanned({ expected }: Plan, found: Item): boolean {
  const saga = readSaga(found);
  switch (expected.kind) {
    case 'absent':
      return false;
    case 'saga':
      return (
        saga?.createdBy === expected.createdBy &&
        saga.version === expected.version &&
        pointsAt(found, expected.pointers)
      );
    case 'foreign':
      return saga === undefined && pointsAt(found, expected.pointers);
  }
}

function pointsAt(item: Item, pointers: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(pointers).every(([name, pointer]) => {
    const value = item[name];
    return value !== undefined && 'S' in value && value.S === pointer;
  });
}
