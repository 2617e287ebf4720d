// What is known of an execution: what it was started with, how it ended, and where it stands.

import type { History } from './history.ts';
import type { Json } from './json.ts';
import type { Revision } from './machines.ts';
import type { Frame } from './run/frame.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  readonly arn: string;
  readonly name: string;
  /** The state machine as it was at the start. */
  readonly revision: Revision;
  /** The input as it was given. */
  readonly inputText: string;
  /** Grows with each start: the order of ListExecutions. */
  readonly sequence: number;
  readonly startedAt: number;
  /** Present in an Express workflow: whether its starter waits for its end. */
  readonly express?: 'SYNC' | 'ASYNC' | undefined;
  /** Present in a child execution of a Distributed Map. */
  readonly mapRun?: ChildOf | undefined;
  readonly history: History;
  status: ExecutionStatus;
  stoppedAt: number | undefined;
  output: Json | undefined;
  error: string | undefined;
  cause: string | undefined;
  redriveCount: number;
  redrivenAt: number | undefined;
  /** The clientTokens of redrives, the latest last. */
  readonly redriveTokens: { readonly token: string; readonly redrivenAt: number }[];
  /** Where it stands; what a redrive goes on from. */
  root: Frame;
  /** Stops what runs. */
  controller: AbortController | undefined;
  /** Who started it is told of its end, each time that it ends. */
  onEnd?: ((execution: Execution) => void) | undefined;
}

/** Whose child an execution is. */
export interface ChildOf {
  /** The Map Run's ARN. */
  readonly arn: string;
  /** The ARN of the execution whose Map Run it is. */
  readonly executionArn: string;
  readonly itemCount: number;
}
