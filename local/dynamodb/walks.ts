// How dynalite's query and scan walk keys: over LevelDB's iterator itself, since Node's streams, which dynalite would
// open, cost more than all else of a page.

import { EventEmitter } from 'node:events';
import type { KeyRange, Store, ValueIterator } from './dynalite.ts';
import { indexPrefix, itemPrefix } from './storage.ts';

const READ_AT_ONCE = 100;

/** A walk over a part of what has been stored under one prefix. */
export interface WalkedRange extends KeyRange {
  readonly reverse?: boolean;
  /** At most so many values; -1 for all. */
  readonly limit?: number;
}

/** Where dynalite's actions look for the items and index entries of a table. */
export function walkedDatabases(store: Store): Pick<Store, 'getItemDb' | 'getIndexDb'> {
  const under = (prefix: string) => ({
    createValueStream: (range: WalkedRange) => new Walk(store.db.values(below(prefix, range))),
  });
  return {
    getItemDb: (table) => under(itemPrefix(table)),
    getIndexDb: (kind, table, index) => under(indexPrefix(kind, table, index)),
  };
}

function below(prefix: string, { gt, gte, lt, lte, ...rest }: WalkedRange): WalkedRange {
  const lower = gt === undefined ? { gte: prefix + (gte ?? '') } : { gt: prefix + gt };
  const upper = lte === undefined ? { lt: prefix + (lt ?? '~') } : { lte: prefix + lte };
  return { ...rest, ...lower, ...upper };
}

/** The part of a Readable that dynalite uses: `data`, `end`, `error`, and an early end by `destroy`. */
class Walk extends EventEmitter {
  #over = false;

  constructor(values: ValueIterator) {
    super();
    process.nextTick(() => void this.#read(values));
  }

  /** dynalite takes back whatever its library for streams listens to before it listens itself. */
  override removeAllListeners(): this {
    return super.removeAllListeners('data');
  }

  destroy(): void {
    this.#over = true;
  }

  async #read(values: ValueIterator): Promise<void> {
    try {
      for (;;) {
        const some = await values.nextv(READ_AT_ONCE);
        for (const value of some) {
          if (this.#over) return;
          this.emit('data', value);
        }
        if (some.length === 0) break;
      }
      this.emit('end');
    } catch (error) {
      this.emit('error', error);
    } finally {
      await values.close();
    }
  }
}
