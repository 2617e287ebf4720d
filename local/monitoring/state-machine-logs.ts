// What state machines log of their executions: the events of their histories, as CloudWatch Logs gets them.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html

/** An event of an execution's history. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

/** Of whose history it is. */
export interface LoggedExecution {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly startedAt: number;
  readonly redriveCount: number;
}

export interface LogSettings {
  readonly logGroup: string;
  readonly level: 'ALL' | 'ERROR' | 'FATAL';
  readonly includesData: boolean;
}

/** What `includeExecutionData: false` leaves out; the error and its cause stay, as recorded on AWS. */
const DATA = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
  'assignedVariablesDetails',
]);

const FATAL = /^Execution(?:Failed|Aborted|TimedOut)$/;
const ERROR = /(?:Failed|Aborted|TimedOut)$|^FailStateEntered$/;

/** An event as the log group has it. */
export interface LogRecord {
  readonly details: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** The record in the log group; undefined for what the level leaves out. */
export function logRecord(
  execution: LoggedExecution,
  event: HistoryEvent,
  { level, includesData }: LogSettings,
): LogRecord | undefined {
  if (level === 'FATAL' && !FATAL.test(event.type)) return undefined;
  if (level === 'ERROR' && !ERROR.test(event.type)) return undefined;
  const details = Object.entries(event.details ?? {}).filter(([name]) => includesData || !DATA.has(name));
  return {
    id: String(event.id),
    type: event.type,
    details: Object.fromEntries(details),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(event.timestamp),
    execution_arn: execution.arn,
    redrive_count: String(execution.redriveCount),
  };
}

/** Characters of the record's JSON, roughly: it is not written before somebody reads it. */
export function sizeOf({ details }: LogRecord): number {
  const texts = Object.values(details).filter((value) => typeof value === 'string');
  return texts.reduce((sum, text) => sum + text.length, FRAME_CHARACTERS);
}

const FRAME_CHARACTERS = 400;

/**
 * `states/{machine}/{minute}/{eight digits}`, as recorded on AWS. Which minute is not documented: here that of the
 * execution's start.
 */
export function streamOf({ stateMachineArn, startedAt }: LoggedExecution): string {
  const machine = stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1);
  const minute = new Date(startedAt).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  return `states/${machine}/${minute}/00000000`;
}
