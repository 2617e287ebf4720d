// Opening the store of an earlier process, with errors that say what is wrong with its folder.

import { DataError, inUse } from '../data/index.ts';
import type { CloudIdentity } from '../service.ts';
import type { Store } from './dynalite.ts';
import { createStore } from './storage.ts';
import { guardWrites } from './write-guard.ts';

/**
 * @param onFailure - told when a write has failed, after which there are no more
 * @throws {DataError} when another process has the folder open, or LevelDB finds it damaged
 */
export async function openStore(
  identity: CloudIdentity,
  folder: string,
  onFailure: (error: Error) => void,
): Promise<Store> {
  const store = createStore(identity, folder);
  try {
    await store.db.open();
    guardWrites(store, folder, onFailure);
    return store;
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    if (cause?.code === 'LEVEL_LOCKED') throw inUse(folder, undefined);
    throw new DataError(`${folder} cannot be opened: ${(cause ?? (error as Error)).message}`, {
      cause: error,
    });
  }
}
