// Did the write take effect? What an answer proves (rule 3), and what only a read can prove once DynamoDB
// has forgotten the write's token.

import type { SagaRequest } from '../contract/request.ts';
import { SagaError } from '../errors/errors.ts';
import { isSpoiled, readPointers, readSaga, type SagaMetadata } from '../item/item.ts';
import { type ObjectSpace, ownObjectKey } from '../keys/pointer.ts';
import { parseRun } from '../keys/run.ts';
import type { Item } from '../values/attributes.ts';
import { digestOfPointers } from './digests.ts';
import type { Expected, Plan } from './plan.ts';
import {
  CLOCK_SKEW_SECONDS,
  PAUSES_AFTER_REDRIVE,
  RELIED_TOKEN_SECONDS,
  WRITE_PAUSE_SECONDS,
} from './waits.ts';

/** What is known of the time and of attempts of this very write before the present one. Milliseconds since the epoch. */
export interface AttemptHistory {
  /** Retries of the task so far in this entry of the state. */
  readonly retries: number;
  /** Whether the execution was redriven since the state that leads to the write. */
  readonly redriven: boolean;
  /** When the first attempt could have been made, and the present time, both by the state machine. */
  readonly startedAt: number;
  readonly now: number;
  /** The present time by the clock of the function. */
  readonly functionNow: number;
}

/**
 * What the present attempt may do.
 * - `pause`: an attempt before a redrive may still be in flight, and nothing has waited for it yet;
 * - `read`: the token may be forgotten, so writing again proves nothing any more;
 * - `write`: and whether an earlier attempt may have been applied, so that no refusal is definite.
 */
export type Attempt =
  | { readonly kind: 'pause' }
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly inDoubt: boolean };

export function nextAttempt({ retries, redriven, startedAt, now, functionNow }: AttemptHistory): Attempt {
  const first = retries === 0 && !redriven;
  if (redriven && retries < PAUSES_AFTER_REDRIVE) return { kind: 'pause' };
  // The function's clock is for a state machine that repeats an old time; ahead by a little, it must not decide.
  const elapsedMs = Math.max(now, functionNow - CLOCK_SKEW_SECONDS * 1000) - startedAt;
  if (!first && elapsedMs > RELIED_TOKEN_SECONDS * 1000) return { kind: 'read' };
  // No write that is in doubt is made again sooner than that.
  return { kind: 'write', inDoubt: !first || now - startedAt >= WRITE_PAUSE_SECONDS * 1000 };
}

/**
 * What a failed condition met: another state of the item (plan again), or the planned state, so that it was
 * the caller's own condition that failed.
 */
export function conditionFailure(plan: Plan, request: SagaRequest, found: Item | undefined): SagaError {
  const hasCondition = request.operation === 'update' && request.condition !== undefined;
  return hasCondition && isAsPlanned(plan, found)
    ? new SagaError('ConditionFailed', 'the item does not meet the condition', {
        field: 'condition',
        version: (found && readSaga(found)?.version) ?? null,
      })
    : new SagaError('WriteConflict', 'the item has changed since it was read', {
        plan: plan.number,
        proof: 'condition',
      });
}

/** What a read proves, or why it proves nothing. */
export type Proof = 'written' | 'not written' | Unproved;
/**
 * - `moved`: others have written since;
 * - `foreign`: what stands there can recur, since a program that is no saga wrote it, or may have put it back;
 * - `as-planned`: the same, where only repeating the request would do harm;
 * - `undone`: it was written, and somebody has deleted what the item pointed at since.
 */
export type Unproved = 'moved' | 'foreign' | 'as-planned' | 'undone';

/**
 * What a consistent read proves about a write whose token is forgotten and whose every attempt has landed or died. Among
 * sagas (createdBy, version) never recurs, so this run's own mark proves that it was written, and another saga's mark at
 * the same version that it was not. What other programs write does recur: an item without `_saga`, and an older whole
 * item that is saved again. The planned state that still stands is good enough to plan on again, if that does no harm.
 *
 * "Not written" holds only if all of {@link ownObjects} are there: else it is `undone`.
 */
export function proveOutcome(
  plan: Plan,
  request: SagaRequest,
  found: Item | undefined,
  space: ObjectSpace,
): Proof {
  if (found !== undefined && isSpoiled(found)) return 'foreign';
  const saga = found && readSaga(found);
  if (saga?.writtenBy === plan.run && saga.version === plan.saga?.version) return 'written';
  if (plan.saga === null) return proveDelete(plan.expected, found, space);
  if (plan.expected.kind === 'saga') {
    if (found === undefined) return 'moved';
    if (saga === undefined) return 'foreign';
    if (saga.createdBy !== plan.expected.createdBy) return 'moved';
    if (saga.version === plan.saga.version) return 'not written';
    if (saga.version > plan.saga.version) return 'moved';
    if (!isSame(plan.expected, saga, found, space)) return 'foreign';
    return isRepeatable(request) ? 'not written' : 'as-planned';
  }
  if (saga?.createdBy === plan.saga.createdBy) return 'written';
  if (plan.expected.kind === 'absent') return found === undefined ? 'not written' : 'moved';
  return found !== undefined && saga === undefined ? 'foreign' : 'moved';
}

/** A delete ends the item that it planned for; that item's createdBy never comes back by a saga. */
function proveDelete(expected: Expected, found: Item | undefined, space: ObjectSpace): Proof {
  if (found === undefined) return 'written';
  const saga = readSaga(found);
  if (saga === undefined) return 'foreign';
  if (expected.kind === 'saga' && saga.createdBy === expected.createdBy) {
    const isLater = saga.version > expected.version;
    return isLater || isSame(expected, saga, found, space) ? 'not written' : 'foreign';
  }
  // Created by a saga, so the old item had gone; adopted, it may be the old one or another. Of an update earlier versions do not say.
  const wasCreated = !saga.adopted && parseRun(saga.createdBy)?.operation === 'create';
  return wasCreated ? 'written' : 'foreign';
}

/** Whether the item stands as it was planned on, with all of its pointers. */
function isSame(
  expected: Extract<Expected, { kind: 'saga' }>,
  { version }: SagaMetadata,
  found: Item,
  space: ObjectSpace,
): boolean {
  const { digest } = expected;
  return (
    version === expected.version &&
    (digest === undefined || digest === digestOfPointers(readPointers(found, space)))
  );
}

/** Whether applying the request twice in a row leaves what applying it once does. Of expressions little is known. */
function isRepeatable(request: SagaRequest): boolean {
  if (request.operation !== 'update') return true;
  const { SET, ADD } = request.updateExpression?.sections ?? {};
  return (
    SET === undefined && ADD === undefined && Object.values(request.add).every((value) => !('N' in value))
  );
}

/** Keys of the run's own objects that a plan's write points the item at. Nobody deletes them before it has. */
export function ownObjects(plan: Plan, space: ObjectSpace): readonly string[] {
  const placed = new Set(plan.placed);
  return Object.values(plan.pointers).flatMap((pointer) => {
    const key = ownObjectKey(pointer, space);
    return key !== undefined && placed.has(key) ? [key] : [];
  });
}

const WHY: Readonly<Record<Unproved, string>> = {
  moved:
    'the item has moved on and the token of the write has expired: whether it took effect cannot be proved',
  foreign:
    'the token of the write has expired, and another program writes the item too: what stands there proves nothing. Look at it; if the change is missing, replay the run with --force',
  'as-planned':
    'the token of the write has expired; the item is as it was planned on, but another program may have put it back, and what the request adds must not be added twice. If it is missing, replay the run with --force',
  undone:
    'the write took effect and was undone since: objects that the item pointed at have been deleted. If it is to be made once more, replay the run with --force',
};

/** For a person: why the outcome is unknown, and what to do. */
export function unprovedMessage(unproved: Unproved): string {
  return WHY[unproved];
}

function isAsPlanned({ expected }: Plan, found: Item | undefined): boolean {
  if (found === undefined) return expected.kind === 'absent';
  if (isSpoiled(found)) return false;
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
