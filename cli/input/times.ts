// When runs have started, as --since and --until say it.

import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';

/** `since` is in it, `until` is not. */
export interface TimeWindow {
  readonly since?: Date;
  readonly until?: Date;
}

/** A time, or so many milliseconds back from the one moment that a command takes for now. */
type Given = Date | number;

/**
 * Adds when runs started. The command's options have it as a {@link TimeWindow}; one that no time is in is refused before the command
 * does anything.
 */
export function withTimeFilter(command: Command): Command {
  return command
    .option(
      '--since <time>',
      'runs that started since: 30m, 24h, 7d, or a time (ISO 8601; UTC, unless it tells its zone)',
      asGiven,
    )
    .option('--until <time>', 'runs that started before', asGiven)
    .hook('preAction', (_, action) => {
      const { since, until } = action.opts<{ readonly since?: Given; readonly until?: Given }>();
      const now = Date.now();
      const window = {
        ...(since !== undefined && { since: timeOf(since, now) }),
        ...(until !== undefined && { until: timeOf(until, now) }),
      };
      checkWindow(window, typeof since === 'number' ? new Date(now) : undefined);
      for (const [name, time] of Object.entries(window)) action.setOptionValue(name, time);
    });
}

/** Clocks may differ by less, that of a local cloud apart: then runs are found there. */
const AHEAD_MS = 60 * 60 * 1000;
/** So long after a run's end Step Functions forgets it. */
const REMEMBERED_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * What to say where no run was found.
 * @throws {UsageError} for a window in the future
 */
export function noRunsText({ since, until }: TimeWindow): string {
  const now = Date.now();
  if (since !== undefined && since.getTime() > now + AHEAD_MS) {
    throw new UsageError(
      `--since: ${textOf(since)} is in the future, now is ${textOf(new Date(now))}: no run has started since`,
    );
  }
  const isLongAgo = [since, until].some((time) => time !== undefined && time.getTime() < now - REMEMBERED_MS);
  return `no such runs${isLongAgo ? '; Step Functions forgets runs 90 days after they end' : ''}`;
}

/** @param now - where `since` is told as a time back from now, which `until` is unless it is given */
function checkWindow({ since, until }: TimeWindow, now: Date | undefined): void {
  const end = until ?? now;
  if (since === undefined || end === undefined || since < end) return;
  const other = until === undefined ? 'now' : `--until, ${textOf(until)}`;
  const hint = now === undefined ? '' : ' (a duration counts back from now)';
  throw new UsageError(
    `--since: ${textOf(since)} is not before ${other}: no run can have started in between${hint}`,
  );
}

function textOf(time: Date): string {
  return `${time.toISOString().slice(0, -'.000Z'.length)}Z`;
}

function timeOf(given: Given, now: number): Date {
  return typeof given === 'number' ? new Date(now - given) : given;
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const DURATION = /^(\d{1,6}(?:\.\d{1,6})?)([smhdw])$/;
const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

function asGiven(text: string): Given {
  const [, amount, unit = ''] = DURATION.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (UNITS[unit] as number);
  const [, day = '', time = '00:00', zone = 'Z'] = TIME.exec(text) ?? [];
  const given = new Date(`${day}T${time}${zone.toUpperCase()}`);
  if (!isDay(day) || Number.isNaN(given.getTime())) {
    throw new InvalidArgumentError('Expected 30m, 24h, 7d or the like, or a time such as 2026-11-23T15:33Z.');
  }
  return given;
}

/** JavaScript takes the 31st of a shorter month for a day of the next. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
