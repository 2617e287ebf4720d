// What alarms are called, and where an operator reads of each.

import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';

/** The alarms of a store. Those of a stream are there with `ttl` or `cleanUpForeignDeletes`, the last five with a schedule. */
export interface StoreAlarmsByName {
  readonly stuck?: IAlarm;
  readonly outcomeUnknown?: IAlarm;
  readonly stopped?: IAlarm;
  readonly rolledBack?: IAlarm;
  readonly cleanUpsDeferred?: IAlarm;
  readonly taskErrors?: IAlarm;
  readonly taskThrottles?: IAlarm;
  readonly streamDelayed?: IAlarm;
  readonly streamRecordsGivenUp?: IAlarm;
  readonly streamRecordsLost?: IAlarm;
  readonly orphans?: IAlarm;
  readonly sweepFailed?: IAlarm;
  readonly sweepIncomplete?: IAlarm;
  readonly sweepNotStarted?: IAlarm;
  /** Only for rates of up to three and a half days. */
  readonly sweepOverdue?: IAlarm;
}

/** Docs/runbook.md has a section for each. */
export type AlarmName = keyof StoreAlarmsByName;

/** An alarm's description, which ends with its section of the runbook. */
export function describeAlarm(says: string, name: AlarmName, runbook = 'docs/runbook.md'): string {
  const section = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `Twinwrite: ${says} What to do: ${runbook}#${section}`;
}
