// When a scheduled rule fires: rates and cron expressions, in UTC.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html

import type { Clock } from '../clock.ts';

/** The next moment after `after`, both in milliseconds since the epoch; undefined if there is none. */
export type Schedule = (after: number) => number | undefined;

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d{1,9}) (minute|hour|day)s?\)$/;
const CRON = /^cron\(([^()]{1,200})\)$/;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for the values, from `min` on. */
  readonly words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day of week', min: 1, max: 7, words: DAYS },
  { name: 'year', min: 1970, max: 2199 },
];

/** A rate counts from `from` on. @throws {Error} naming what is not understood */
export function parseSchedule(expression: string, from: number): Schedule {
  const [, count, unit = ''] = RATE.exec(expression) ?? [];
  if (count !== undefined) {
    const every = Number(count) * (UNITS[unit] ?? Number.NaN);
    if (every === 0) throw new Error(`ScheduleExpression: expected a rate of 1 or more, got ${expression}`);
    return (after) => from + (Math.floor((after - from) / every) + 1) * every;
  }
  const fields = CRON.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== FIELDS.length) {
    throw new Error(`ScheduleExpression: expected rate(...) or cron(...) of six fields, got ${expression}`);
  }
  return cron(fields.map((text, index) => valuesOf(text, FIELDS[index] as Field)));
}

/**
 * Calls `onTime` at each of the schedule's times, in milliseconds since the epoch. What a jump of the clock passes by is one call, not
 * many.
 * @throws {Error} as parseSchedule does, and the signal's reason once it is aborted
 */
export async function followSchedule(
  expression: string,
  clock: Clock,
  signal: AbortSignal,
  onTime: (at: number) => void,
): Promise<void> {
  const next = parseSchedule(expression, clock.now());
  for (let at = next(clock.now()); at !== undefined; at = next(clock.now())) {
    await clock.sleep(at - clock.now(), signal);
    onTime(at);
  }
}

/** The values that a field lets, or undefined for all. */
type Values = ReadonlySet<number> | undefined;

function cron([minutes, hours, days, months, weekdays, years]: readonly Values[]): Schedule {
  const lets = (values: Values, value: number): boolean => values === undefined || values.has(value);
  const letsDay = (day: Date): boolean =>
    lets(years, day.getUTCFullYear()) &&
    lets(months, day.getUTCMonth() + 1) &&
    lets(days, day.getUTCDate()) &&
    lets(weekdays, day.getUTCDay() + 1);
  const lastYear = FIELDS.at(-1)?.max ?? 0;
  return (after) => {
    const start = (Math.floor(after / 60_000) + 1) * 60_000;
    const day = new Date(start);
    day.setUTCHours(0, 0, 0, 0);
    for (; day.getUTCFullYear() <= lastYear; day.setUTCDate(day.getUTCDate() + 1)) {
      if (!letsDay(day)) continue;
      for (let minute = 0; minute < 24 * 60; minute += 1) {
        const at = day.getTime() + minute * 60_000;
        if (at >= start && lets(hours, Math.floor(minute / 60)) && lets(minutes, minute % 60)) return at;
      }
    }
    return undefined;
  };
}

/** @throws {Error} for what is no value of the field, and for `L`, `W` and `#`, which are not done */
function valuesOf(text: string, field: Field): Values {
  if (text === '*' || text === '?') return undefined;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [first = '', last = part.includes('/') ? '' : first] = range === '*' ? ['', ''] : range.split('-');
    const low = first === '' ? field.min : valueFrom(first, field, text);
    const high = last === '' ? field.max : valueFrom(last, field, text);
    if (!/^[1-9]\d{0,3}$/.test(step)) throw notUnderstood(text, field);
    for (let value = low; value <= high; value += Number(step)) values.add(value);
  }
  return values;
}

function valueFrom(text: string, field: Field, whole: string): number {
  const word = field.words?.indexOf(text.toUpperCase()) ?? -1;
  const value = word >= 0 ? field.min + word : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.min && value <= field.max) return value;
  throw notUnderstood(whole, field);
}

function notUnderstood(text: string, { name, min, max }: Field): Error {
  return new Error(
    `ScheduleExpression: ${name}: expected values of ${min} to ${max}, lists, ranges and steps of them (L, W and # are not supported locally), got ${text}`,
  );
}
