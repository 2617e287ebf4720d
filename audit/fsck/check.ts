// What the parts of a check share.

import type { AuditContext, CallOptions } from '../context.ts';
import type { Finding, Tally } from './findings.ts';
import type { RunStates } from './runs.ts';

export interface Check extends AuditContext, CallOptions {
  /** Of the objects to look at; undefined: all of the store's. */
  readonly prefix: string | undefined;
  readonly readContent: boolean;
  readonly tally: Tally;
  readonly runs: RunStates;
  report(finding: Finding): Promise<void>;
  /** Says that some work was done. */
  step(): Promise<void>;
}
