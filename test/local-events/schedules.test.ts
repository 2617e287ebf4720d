import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../local/events/schedules.ts';

const at = (time: string) => Date.parse(`${time}Z`);
const next = (expression: string, after: string, from = '2026-01-01T00:00:00') => {
  const found = parseSchedule(expression, at(from))(at(after));
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 16);
};

describe('a schedule fires next', () => {
  test.each([
    ['rate(5 minutes)', '2026-01-01T00:00:00', '2026-01-01T00:05'],
    ['rate(5 minutes)', '2026-01-01T00:14:59', '2026-01-01T00:15'],
    ['rate(1 hour)', '2026-01-01T00:00:01', '2026-01-01T01:00'],
    ['rate(7 days)', '2026-01-09T12:00:00', '2026-01-15T00:00'],
    ['cron(0 10 * * ? *)', '2026-03-01T09:59:59', '2026-03-01T10:00'],
    ['cron(0 10 * * ? *)', '2026-03-01T10:00:00', '2026-03-02T10:00'],
    ['cron(0/15 * * * ? *)', '2026-03-01T10:07:00', '2026-03-01T10:15'],
    ['cron(0/10 8-17 ? * MON-FRI *)', '2026-11-27T17:50:00', '2026-11-30T08:00'],
    ['cron(15 12 ? * SUN,WED *)', '2026-11-28T00:00:00', '2026-11-29T12:15'],
    ['cron(0 8 1 * ? *)', '2026-11-28T00:00:00', '2026-12-01T08:00'],
    ['cron(0 0 29 FEB ? *)', '2026-01-01T00:00:00', '2028-02-29T00:00'],
    ['cron(30 6 */10 * ? *)', '2026-01-11T06:30:00', '2026-01-21T06:30'],
    ['cron(0 0 1 1 ? 2025)', '2026-01-01T00:00:00', undefined],
  ])('%s after %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });
});

test.each([
  ['rate(0 minutes)', 'expected a rate of 1 or more'],
  ['rate(5 seconds)', 'expected rate(...) or cron(...) of six fields'],
  ['at(2026-01-01T00:00:00)', 'expected rate(...) or cron(...) of six fields'],
  ['cron(0 10 * * ?)', 'expected rate(...) or cron(...) of six fields'],
  ['cron(60 10 * * ? *)', 'minutes: expected values of 0 to 59'],
  ['cron(0 10 L * ? *)', 'day of month: expected values of 1 to 31'],
  ['cron(0 10 ? * MON#2 *)', '(L, W and # are not supported locally), got MON#2'],
  ['cron(0 10 */0 * ? *)', 'got */0'],
])('%s is refused', (expression, message) => {
  expect(() => parseSchedule(expression, 0)).toThrow(message);
});
