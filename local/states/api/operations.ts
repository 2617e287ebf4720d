// The calls that are understood, by name.

import type { CloudIdentity } from '../../service.ts';
import type { Environment } from '../executions.ts';
import type { JsonObject } from '../json.ts';
import type { Store } from '../store.ts';

/** What every call works on. */
export interface Context {
  readonly store: Store;
  readonly environment: Environment;
  readonly identity: CloudIdentity;
}

/** Performs a call and returns the members of its answer. @throws {ServiceError} as AWS documents for the call */
export type Operation = (context: Context, input: JsonObject) => Members | Promise<Members>;

/** Of an answer. */
export type Members = Readonly<Record<string, unknown>>;
