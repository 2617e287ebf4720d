// What alarms are called, and where an operator reads of each.

/** The alarms of a store, by the sections of docs/runbook.md in camel case. */
export type AlarmName =
  | 'stuck'
  | 'outcomeUnknown'
  | 'stopped'
  | 'rolledBack'
  | 'cleanUpsDeferred'
  | 'taskErrors'
  | 'taskThrottles'
  | 'streamDelayed'
  | 'streamRecordsGivenUp'
  | 'streamRecordsLost'
  | 'orphans'
  | 'sweepFailed'
  | 'sweepIncomplete'
  | 'sweepNotStarted'
  | 'sweepOverdue';

/** An alarm's description, which ends with its section of the runbook. */
export function describeAlarm(says: string, name: AlarmName, runbook = 'docs/runbook.md'): string {
  const section = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `Twinwrite: ${says} What to do: ${runbook}#${section}`;
}
