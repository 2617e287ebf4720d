// Which lane a write goes by: the Express lane where it is asked for and can take the write, else the Standard lane.

import { largeAttributesOf, type SagaRequest } from '../../core/contract/request.ts';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { EXPRESS_COPY_BYTES, EXPRESS_INPUT_BYTES, EXPRESS_PUTS } from '../../core/errors/limits.ts';
import { utf8Length } from '../../core/values/encoding.ts';
import type { Digest } from '../content/sha256.ts';
import { asRejected } from '../errors/rejected.ts';
import type { Lane, WaitChoice, WriteOptions } from '../inputs.ts';

/**
 * The lane that a call or a client names; undefined where it names none.
 * @throws {SagaError} InvalidInput for what is no lane, or one that the store does not have
 */
export function checkedLane(lane: unknown, { express }: StoreDescriptor): Lane | undefined {
  if (lane === undefined || lane === 'standard') return lane;
  if (lane !== 'express') throw invalidInput('lane', lane, 'expected standard or express');
  if (express === undefined) {
    throw invalidInput(
      'lane',
      lane,
      "this store has no Express lane; the construct's `express: true` makes it",
    );
  }
  return lane;
}

/** The lane of a client's calls that name none. @throws {Rejected} InvalidInput */
export function clientLane(lane: unknown, store: StoreDescriptor): Lane {
  try {
    return checkedLane(lane, store) ?? 'standard';
  } catch (error) {
    asRejected(error);
  }
}

/**
 * The lane of a write, as far as its options tell. A run of an idempotency key can be found again, and one that is not waited for can be
 * asked later: of Express runs nothing is kept, so those go by the Standard lane.
 * @param byDefault - the client's own
 * @throws {SagaError} InvalidInput
 */
export function laneOf(
  { lane, wait = true, idempotencyKey }: WriteOptions & WaitChoice,
  byDefault: Lane,
  store: StoreDescriptor,
): Lane {
  const chosen = checkedLane(lane, store);
  if (chosen === 'express' && !wait) {
    throw invalidInput('wait', wait, 'expected true with lane express: such a run cannot be asked later');
  }
  return wait && idempotencyKey === undefined ? (chosen ?? byDefault) : 'standard';
}

/** Whether the Express lane takes an input of this size, and copies what is staged for it. */
export function fitsExpress(input: string, request: SagaRequest, uploaded: readonly Digest[]): boolean {
  const large = Object.values(largeAttributesOf(request));
  const given = large.flatMap(({ staged }) => staged ?? []);
  return (
    large.length <= EXPRESS_PUTS &&
    utf8Length(input) <= EXPRESS_INPUT_BYTES &&
    [...given, ...uploaded].every(({ size }) => size <= EXPRESS_COPY_BYTES)
  );
}
