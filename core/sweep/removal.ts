// Objects that nothing needs any more after a change of their item that no saga made: time to live, or another writer.

import { isSpoiled, readSaga, referencedKeys } from '../item/item.ts';
import type { StoreShape } from '../keys/object-key.ts';
import { isOwnObject, parseObjectKeyForSure } from '../keys/object-key.ts';
import type { Item } from '../values/attributes.ts';

/** An item before and after a change, as the table's stream reports it; undefined where there was or is none. */
export interface ItemChange {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/**
 * Keys of the objects that a change takes from its item. They are the item's own and name their run, so none of them
 * comes back by a saga (docs/protocol.md, "Why it is safe"): whoever deletes them need only see that the item, read now, does not
 * reference them. Nothing is released by a saga's own write: its clean-up follows the caller's `cleanUp`.
 */
export function releasedKeys({ before, after }: ItemChange, store: StoreShape): readonly string[] {
  if (before === undefined || isSagaWrite(before, after)) return [];
  const kept = after === undefined ? new Set<string>() : referencedKeys(after, store);
  return [...referencedKeys(before, store)].filter(
    (key) =>
      !kept.has(key) &&
      // A key that names no run may be put and pointed at again at any time: hazards A1 to A5.
      parseObjectKeyForSure(store, key) !== undefined &&
      isOwnObject(key, before, store),
  );
}

/** Each saga's write but a delete leaves a mark of its own and a higher version. */
function isSagaWrite(before: Item, after: Item | undefined): boolean {
  if (after === undefined || isSpoiled(after)) return false;
  const [old, saga] = [isSpoiled(before) ? undefined : readSaga(before), readSaga(after)];
  if (saga === undefined || saga.writtenBy === old?.writtenBy) return false;
  return saga.createdBy !== old?.createdBy || saga.version > old.version;
}
