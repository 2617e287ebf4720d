// The item as it is now, beside what a run did or saw of it.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { isSpoiled, readPointers, readSaga, type SagaMetadata } from '../../core/item/item.ts';
import type { ObjectSpace } from '../../core/keys/pointer.ts';
import { parseRun } from '../../core/keys/run.ts';
import { digestOfPointers } from '../../core/saga/digests.ts';
import type { Expected } from '../../core/saga/plan.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';

/** What an item is to sagas: `foreign` was written by other means only, `spoiled` has a `_saga` that no saga writes. */
export type ItemState =
  | { readonly kind: 'absent' | 'spoiled' }
  | ({ readonly kind: 'foreign' } & Pointed)
  | ({ readonly kind: 'saga' } & Pointed & SagaMetadata);

interface Pointed {
  /** {@link digestOfPointers} of the item. */
  readonly digest?: string;
}

/** Consistent read. */
export async function readItem(
  { dynamodb, store }: AuditContext,
  key: Item,
  { signal }: CallOptions = {},
): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: store.table, Key: toSdkItem(key), ConsistentRead: true });
  const { Item: found } = await patiently(() => dynamodb.send(command, { abortSignal: signal }), { signal });
  return found && fromSdkItem(found);
}

export function stateOf(item: Item | undefined, space: ObjectSpace): ItemState {
  if (item === undefined) return { kind: 'absent' };
  if (isSpoiled(item)) return { kind: 'spoiled' };
  const saga = readSaga(item);
  const digest = digestOfPointers(readPointers(item, space));
  return saga === undefined ? { kind: 'foreign', digest } : { kind: 'saga', digest, ...saga };
}

/** `no item`, `version 3`. */
export function describeState(state: ItemState | Expected): string {
  switch (state.kind) {
    case 'absent':
      return 'no item';
    case 'foreign':
      return 'an item not written by Twinwrite';
    case 'spoiled':
      return 'an item whose _saga was changed by other means';
    case 'saga':
      return `version ${state.version}`;
  }
}

/** `version 3, written by create.a.2026…`, for an item that a saga wrote. */
export function describeWriter(state: ItemState): string {
  if (state.kind !== 'saga') return describeState(state);
  return `version ${state.version}, written by ${parseRun(state.writtenBy)?.name ?? state.writtenBy}`;
}

/**
 * Whether the item is not what a plan expected any more, its pointers included: a program that is no saga changes those and
 * leaves the version.
 */
export function hasMoved(expected: Expected, now: ItemState): boolean {
  switch (expected.kind) {
    case 'absent':
      return now.kind !== 'absent';
    case 'foreign':
      return (
        now.kind !== 'foreign' ||
        differs(digestOfPointers(new Map(Object.entries(expected.pointers))), now.digest)
      );
    case 'saga':
      return (
        now.kind !== 'saga' ||
        expected.createdBy !== now.createdBy ||
        expected.version !== now.version ||
        differs(expected.digest, now.digest)
      );
  }
}

/** Plans of earlier versions do not tell what they saw. */
function differs(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
