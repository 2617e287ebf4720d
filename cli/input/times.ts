// When runs have started, as --since and --until say it.

import { type Command, InvalidArgumentError } from 'commander';
import { RUN_MEMORY_MS } from '../../core/errors/limits.ts';
import { UsageError } from '../errors.ts';

/** A time, or so many milliseconds before now. */
export type Time = Date | { readonly ago: number };

/** A window as the options tell it. */
export interface TimeChoice {
  readonly since?: Time;
  readonly until?: Time;
}

/** `since` is in it, `until` is not. */
export interface TimeWindow {
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Adds when runs started, as a {@link TimeChoice}. A window that no time is in is refused, where no clock is needed to tell, at once. */
export function withTimeFilter(command: Command): Command {
  return command
    .option(
      '--since <time>',
      'runs that started since: 30m, 24h, 7d, or a time (ISO 8601; UTC, unless it tells its zone)',
      asTime,
    )
    .option('--until <time>', 'runs that started before', asTime)
    .hook('preAction', (_, action) => {
      const choice = action.opts<TimeChoice>();
      if (isAgo(choice.since) === isAgo(choice.until ?? { ago: 0 })) windowOf(choice, Date.now());
    });
}

/** Whether it takes a clock to tell which times are meant. */
export function countsFromNow({ since, until }: TimeChoice): boolean {
  return isAgo(since) || isAgo(until);
}

/**
 * @param now - epoch milliseconds
 * @throws {UsageError} for a window that no time is in
 */
export function windowOf({ since, until }: TimeChoice, now: number): TimeWindow {
  const timeOf = (time: Time | undefined) => (isAgo(time) ? new Date(now - time.ago) : time);
  const window = { since: timeOf(since), until: timeOf(until) };
  const end = window.until ?? (isAgo(since) ? new Date(now) : undefined);
  if (window.since !== undefined && end !== undefined && window.since >= end) {
    const other = until === undefined ? 'now' : `--until, ${textOf(end)}`;
    const hint = isAgo(since) ? ' (a duration counts back from now)' : '';
    throw new UsageError(
      `--since: ${textOf(window.since)} is not before ${other}: no run can have started in between${hint}`,
    );
  }
  return window;
}

/** Clocks may differ by less, that of a local cloud apart: then runs are found there. */
const AHEAD_MS = 60 * 60 * 1000;

/**
 * What to say where no run was found.
 * @param now - epoch milliseconds
 * @throws {UsageError} for a window in the future
 */
export function noRunsText({ since, until }: TimeWindow, now: number): string {
  if (since !== undefined && since.getTime() > now + AHEAD_MS) {
    throw new UsageError(
      `--since: ${textOf(since)} is in the future, now is ${textOf(new Date(now))}: no run has started since`,
    );
  }
  const isLongAgo = [since, until].some((time) => time !== undefined && time.getTime() < now - RUN_MEMORY_MS);
  return `no such runs${isLongAgo ? '; Step Functions forgets runs 90 days after they end' : ''}`;
}

function isAgo(time: Time | undefined): time is Exclude<Time, Date> {
  return time !== undefined && !(time instanceof Date);
}

function textOf(time: Date): string {
  return `${time.toISOString().slice(0, -'.000Z'.length)}Z`;
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

function asTime(text: string): Time {
  const [, amount, unit = ''] = DURATION.exec(text) ?? [];
  if (amount !== undefined) return { ago: Number(amount) * (UNITS[unit] as number) };
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
