// When a scheduled sweep is overdue, as far as an alarm can tell.

import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Duration } from 'aws-cdk-lib/core';

/** Periods of an alarm, all of them without a sweep. */
export interface Overdue {
  readonly period: Duration;
  readonly periods: number;
}

const RATE = /^rate\((\d{1,9}) (minute|hour|day)s?\)$/;
const HOURS = { minute: 1 / 60, hour: 1, day: 24 } as const;
const DAY = 24;
/** An alarm looks back a week at most (CloudWatch User Guide, "Evaluating an alarm"). */
const LONGEST = 7 * DAY;

/** Twice the time between two sweeps. Undefined for cron(...) and at(...), and where it is more than an alarm can look back. */
export function sweepInterval({ expressionString }: ScheduleExpression): Overdue | undefined {
  const [, count, unit] = RATE.exec(expressionString) ?? [];
  if (count === undefined) return undefined;
  const hours = Math.max(1, Math.ceil(2 * Number(count) * HOURS[unit as keyof typeof HOURS]));
  if (hours > LONGEST) return undefined;
  return hours > DAY
    ? { period: Duration.days(1), periods: Math.ceil(hours / DAY) }
    : { period: Duration.hours(1), periods: hours };
}
