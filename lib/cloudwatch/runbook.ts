// What alarms are called, and where an operator reads of each.

import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * The alarms of a store. `unsettled` is there with `express`, those of a stream with `ttl` or `cleanUpForeignDeletes`, the last five with
 * a schedule.
 */
export interface StoreAlarmsByName {
  /** Runs have failed at a task. */
  readonly stuck?: IAlarm;
  /** Whether runs were written cannot be proved. */
  readonly outcomeUnknown?: IAlarm;
  /** Somebody has stopped runs. */
  readonly stopped?: IAlarm;
  /** Runs of the Express lane have timed out, or failed without saying how they end. */
  readonly unsettled?: IAlarm;
  /** Too many of the runs are rolled back. */
  readonly rolledBack?: IAlarm;
  /** Objects that were replaced cannot be deleted, again and again. */
  readonly cleanUpsDeferred?: IAlarm;
  /** Attempts of tasks crash, take too long or are refused by AWS. */
  readonly taskErrors?: IAlarm;
  /** Lambda throttles attempts of tasks. */
  readonly taskThrottles?: IAlarm;
  /** The clean-up after removed items is behind. */
  readonly streamDelayed?: IAlarm;
  /** It has given up records, which are in the bucket. */
  readonly streamRecordsGivenUp?: IAlarm;
  /** It has given up records that could not be kept. */
  readonly streamRecordsLost?: IAlarm;
  /** A sweep has found more objects that nothing points at than there may be. */
  readonly orphans?: IAlarm;
  /** A sweep has failed. */
  readonly sweepFailed?: IAlarm;
  /** A sweep has left objects out. */
  readonly sweepIncomplete?: IAlarm;
  /** The schedule could not start a sweep. */
  readonly sweepNotStarted?: IAlarm;
  /** No sweep has succeeded for twice its time; only for rates of up to three and a half days. */
  readonly sweepOverdue?: IAlarm;
}

/** The name of an alarm. docs/runbook.md has a section for each. */
export type AlarmName = keyof StoreAlarmsByName;

/** An alarm's description, which ends with its section of the runbook. */
export function describeAlarm(says: string, name: AlarmName, runbook = 'docs/runbook.md'): string {
  const section = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `Twinwrite: ${says} What to do: ${runbook}#${section}`;
}
