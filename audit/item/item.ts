// The item as it is now, beside what a run did or saw of it.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { isSpoiled, readSaga, type SagaMetadata } from '../../core/item/item.ts';
import { parseRun } from '../../core/keys/run.ts';
import type { Expected } from '../../core/saga/plan.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';

/** What an item is to sagas: `foreign` was written by other means only, `spoiled` has a `_saga` that no saga writes. */
export type ItemState =
  | { readonly kind: 'absent' | 'foreign' | 'spoiled' }
  | ({ readonly kind: 'saga' } & SagaMetadata);

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

export function stateOf(item: Item | undefined): ItemState {
  if (item === undefined) return { kind: 'absent' };
  if (isSpoiled(item)) return { kind: 'spoiled' };
  const saga = readSaga(item);
  return saga === undefined ? { kind: 'foreign' } : { kind: 'saga', ...saga };
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

/** Whether the item is not what a plan expected any more. */
export function hasMoved(expected: Expected, now: ItemState): boolean {
  if (expected.kind !== now.kind) return true;
  return (
    expected.kind === 'saga' &&
    now.kind === 'saga' &&
    (expected.createdBy !== now.createdBy || expected.version !== now.version)
  );
}
