// What a database is to its operations, and what an operation is.

import type { Clock } from '../clock.ts';
import type { CloudIdentity } from '../service.ts';
import type { ChangeLog } from './changes.ts';
import type { Request, Store } from './dynalite.ts';
import type { ReadWriteLock } from './lock.ts';
import type { RequestTokens } from './tokens.ts';

/** One database: its data and what guards them. */
export interface Database {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  readonly lock: ReadWriteLock;
  readonly tokens: RequestTokens;
  readonly changes: ChangeLog;
  /** Where the store is, if not in memory. */
  readonly folder: string | undefined;
  /** Tables that an earlier process left in the folder and no template has named yet. */
  readonly kept: Set<string>;
}

export type Operation = (database: Database, input: Request) => Promise<object>;
