// What the file of an execution holds, record by record.

import type { Execution } from '../execution.ts';
import type { HistoryEvent } from '../history.ts';
import type { FrameChange } from './frame-changes.ts';

/** What changed from one record to the next: a process that is killed leaves all of it, or nothing. */
export interface ExecutionRecord {
  /** In the first record. */
  readonly start?: ExecutionStart;
  /** In the first record, and where it is another. */
  readonly state?: ExecutionState;
  readonly events: readonly HistoryEvent[];
  readonly frames: {
    /** Whether the frames of the records before are gone: in the first record, and after a redrive. */
    readonly anew: boolean;
    readonly changes: readonly FrameChange[];
  };
}

/** What never changes. */
export type ExecutionStart = Pick<Execution, 'arn' | 'name' | 'inputText' | 'sequence' | 'startedAt'> & {
  readonly revisionId: string;
};

export type ExecutionState = Pick<
  Execution,
  'status' | 'stoppedAt' | 'output' | 'error' | 'cause' | 'redriveCount' | 'redrivenAt' | 'redriveTokens'
>;

export function startOf({ arn, name, inputText, sequence, startedAt, revision }: Execution): ExecutionStart {
  return { arn, name, inputText, sequence, startedAt, revisionId: revision.id };
}

export function stateOf(execution: Execution): ExecutionState {
  const { status, stoppedAt, output, error, cause, redriveCount, redrivenAt, redriveTokens } = execution;
  return { status, stoppedAt, output, error, cause, redriveCount, redrivenAt, redriveTokens };
}
