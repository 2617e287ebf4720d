// A run in one line: what its description says, and what that means (docs/operating.md, "What became of a run"). No call to AWS.

import type { DescribeExecutionOutput, ExecutionStatus } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { causeMessage } from '../../core/errors/cause-message.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Failure } from '../events.ts';
import { type KeyTexts, keyOfInput } from '../item/key.ts';
import { continuationIn } from './continuation.ts';
import { replayedName } from './replay-name.ts';

/**
 * What became of a run; `stuck` stopped at a task, `aborted` was stopped by a person, both can be redriven. `continued`: an Express run
 * that goes on as a Standard one, which tells what became of it.
 */
export const OUTCOMES = [
  'committed',
  'cleanup-deferred',
  'rejected',
  'rolled-back',
  'stuck',
  'unknown',
  'aborted',
  'running',
  'continued',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Which kind of state machine runs execute on (docs/lanes.md). */
export const LANES = ['standard', 'express'] as const;
export type Lane = (typeof LANES)[number];

export interface RunSummary {
  readonly executionArn: string;
  readonly name: string;
  readonly operation: Operation;
  /** `UNKNOWN` of an Express run whose end is not in its log. */
  readonly status: ExecutionStatus | 'UNKNOWN';
  readonly outcome: Outcome;
  /** The error's name, without `Rejected.` or `RolledBack.`. */
  readonly reason?: string;
  /** The sentence in its cause. */
  readonly message?: string;
  /** Why it began to compensate, where it is the compensation that failed then. */
  readonly because?: Failure;
  /** Missing when the input names no item of the table. */
  readonly key?: KeyTexts;
  /** The item's version after the write; missing unless written, and of a deleted item. */
  readonly version?: number;
  readonly startedAt: Date;
  /** Of an Express run whose log does not tell its start: `startedAt` is then the first event that is told. */
  readonly startUnknown?: true;
  /** The latest end, of a run that was redriven. */
  readonly stoppedAt?: Date;
  /** From the start to the latest end: of a redriven run with the time in which it stood still. */
  readonly durationMs?: number;
  readonly redriveCount: number;
  /** Name of the run whose input this one repeats. */
  readonly replayOf?: string;
  /** In a store with an Express lane. */
  readonly lane?: Lane;
  /** Of an Express run, where its log tells: as object keys and `_saga` name it. */
  readonly run?: string;
  /** Of an Express run that is `continued`: the ARN of the execution that goes on with it. */
  readonly continuedBy?: string;
  /** The Express run that this execution goes on with, as object keys name it, and the state from which on. */
  readonly continues?: { readonly run: string; readonly at: string };
  /** The id of the Express run of which this execution says what became of it. */
  readonly settles?: string;
}

/** The execution statuses that each outcome can have. */
export const STATUSES: Readonly<Record<Outcome, readonly ExecutionStatus[]>> = {
  committed: ['SUCCEEDED'],
  'cleanup-deferred': ['SUCCEEDED'],
  rejected: ['FAILED'],
  'rolled-back': ['FAILED'],
  stuck: ['FAILED'],
  unknown: ['FAILED'],
  aborted: ['ABORTED', 'TIMED_OUT'],
  running: ['RUNNING'],
  // No execution of the Standard lane ends so.
  continued: [],
};

export type Ending = Pick<DescribeExecutionOutput, 'status' | 'error' | 'output'>;

export function outcomeOf({ status, error = '', output }: Ending): Outcome {
  switch (status) {
    case 'SUCCEEDED':
      return parsed(output)?.cleanup === 'deferred' ? 'cleanup-deferred' : 'committed';
    case 'FAILED':
      if (error.startsWith('Rejected.')) return 'rejected';
      if (error.startsWith('RolledBack.')) return 'rolled-back';
      return error === 'OutcomeUnknown' ? 'unknown' : 'stuck';
    case 'ABORTED':
    case 'TIMED_OUT':
      return 'aborted';
    default:
      return 'running';
  }
}

/**
 * @param because - what `firstFailure` tells of a run that is stuck
 * @throws {TypeError} when the description is of no state machine of the store
 */
export function summaryOf(
  description: DescribeExecutionOutput,
  store: StoreDescriptor,
  because?: Failure,
): RunSummary {
  const { executionArn = '', status = 'RUNNING', startDate = new Date(0) } = description;
  const { stopDate, redriveCount = 0, error = '', cause = '' } = description;
  const name = nameOf(executionArn);
  const reason = error.replace(/^(?:Rejected|RolledBack)\./, '');
  const message = causeMessage(cause);
  const input = parsed(description.input);
  const key = keyOfInput(input, store.key);
  const { continues, settles } = continuationIn(name, input);
  const version = parsed(description.output)?.version;
  const replayOf = replayedName(name);
  return {
    executionArn,
    name,
    operation: operationOf(executionArn, store),
    status,
    outcome: outcomeOf(description),
    ...(reason !== '' && { reason }),
    ...(message !== '' && { message }),
    ...(because && { because }),
    ...(key && { key }),
    ...(typeof version === 'number' && { version }),
    startedAt: startDate,
    ...(stopDate && {
      stoppedAt: stopDate,
      durationMs: stopDate.getTime() - startDate.getTime(),
    }),
    redriveCount,
    ...(replayOf !== undefined && { replayOf }),
    ...(store.express && { lane: 'standard' as const }),
    ...(continues && { continues: { run: continues.run, at: continues.at } }),
    ...(settles !== undefined && { settles }),
  };
}

/** Which of the store's state machines an execution is of. @throws {TypeError} when of none */
export function operationOf(executionArn: string, store: StoreDescriptor): Operation {
  const found = Object.entries(store.stateMachines).find(([, machineArn]) =>
    executionArn.startsWith(`${machineArn.replace(':stateMachine:', ':execution:')}:`),
  );
  if (found === undefined) throw new TypeError(`${executionArn} is not of this store`);
  return found[0] as Operation;
}

export function executionArn(store: StoreDescriptor, operation: Operation, name: string): string {
  return `${store.stateMachines[operation].replace(':stateMachine:', ':execution:')}:${name}`;
}

export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

/** A JSON text's value; undefined for a text that is none, or none at all. */
export function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // another stack's output
  }
}
