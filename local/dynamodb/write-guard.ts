// Takes no writes any more once one has failed below the database. LevelDB goes on behind what it has written of a record:
// at the next start everything behind that would be gone, though it was acknowledged. Reads go on; opening it anew mends it.

import { disk } from '../data/index.ts';
import { ServiceError } from '../service.ts';
import type { BatchOperation, KeyRange, Store } from './dynalite.ts';
import { fromCallback } from './dynalite.ts';

type Done = (error: unknown) => void;

/** @param onFailure - told once, with what the callers of writes are answered from then on */
export function guardWrites({ db }: Store, folder: string, onFailure: (error: Error) => void): void {
  let stopped: ServiceError | undefined;
  const guarded = async (write: () => Promise<void>): Promise<void> => {
    if (stopped) throw stopped;
    try {
      await disk.commit(write);
    } catch (error) {
      if (stopped === undefined) {
        stopped = unavailable(folder, error);
        onFailure(stopped);
      }
      throw stopped;
    }
  };
  const calling = (write: () => Promise<void>, done: Done): void => {
    guarded(write).then(() => done(null), done);
  };
  const [batch, put, clear] = [db.batch.bind(db), db.put.bind(db), db.clear.bind(db)];
  Object.assign(db, {
    batch: (operations: readonly BatchOperation[], done: Done) =>
      calling(() => fromCallback<void>((callback) => batch(operations, callback)), done),
    put: (key: string, value: object, done: Done) =>
      calling(() => fromCallback<void>((callback) => put(key, value, callback)), done),
    clear: (range: KeyRange) => guarded(() => clear(range)),
  });
}

function unavailable(folder: string, error: unknown): ServiceError {
  const { cause, message } = error as Error;
  const why = cause instanceof Error ? cause.message : message;
  return new ServiceError(
    'ServiceUnavailable',
    `The local DynamoDB takes no writes until the local cloud is restarted: a write to ${folder} failed (${why}). ` +
      'Reads go on, and nothing that was acknowledged is lost',
    503,
  );
}
