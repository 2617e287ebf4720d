// Express runs as their log tells them: events gathered by execution, and how much of each run they are.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { EXPRESS_SECONDS } from '../../core/errors/limits.ts';
import { expressId, expressRun, parseRun } from '../../core/keys/run.ts';
import type { AuditContext, CallOptions } from '../context.ts';
import { detailsOf, timeOf } from '../events.ts';
import { expressExecution } from './express-arn.ts';
import { containing, type LoggedEvent, loggedEvents } from './log-events.ts';

export interface LoggedRun {
  readonly executionArn: string;
  /** Those that the log has, by their number. */
  readonly events: readonly HistoryEvent[];
}

/** From a run's first event to its last, with what clocks and deliveries may differ: milliseconds. */
export const RUN_SPAN_MS = (EXPRESS_SECONDS + 30) * 1000;
/** Around the time that a run's text or its ULID tells, events are looked for first. */
const NEAR_MS = 15 * 60 * 1000;
/** A ULID is of its caller's clock, which may be ahead by so much: a wrong time zone. */
const AHEAD_MS = 26 * 60 * 60 * 1000;

/** Gathers events by execution; the same event, delivered twice, is one. */
export class LoggedRuns {
  readonly #runs = new Map<string, Map<number, HistoryEvent>>();

  add({ executionArn, event }: LoggedEvent): void {
    const events = this.#runs.get(executionArn) ?? new Map<number, HistoryEvent>();
    events.set(event.id ?? 0, event);
    this.#runs.set(executionArn, events);
  }

  take(executionArn: string): void {
    this.#runs.delete(executionArn);
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** Of the first event and of the last: epoch milliseconds; of none at all never. */
  times(): { readonly first: number; readonly last: number } {
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const events of this.#runs.values()) {
      for (const event of events.values()) {
        const time = timeOf(event).getTime();
        [first, last] = [Math.min(first, time), Math.max(last, time)];
      }
    }
    return { first, last };
  }

  all(): readonly LoggedRun[] {
    return [...this.#runs].map(([executionArn, events]) => ({
      executionArn,
      events: [...events.values()].sort((one, other) => (one.id ?? 0) - (other.id ?? 0)),
    }));
  }
}

/**
 * The runs whose events contain a text (an ARN, a name, an id), earliest first. Of a name that ends in a ULID those near the time that
 * this tells, or else those later, or else those up to a day before: that time is its caller's.
 * @param startedAt - when they started by AWS's clock, roughly, if that is known: epoch milliseconds
 * @throws {LogsUnreadable}
 */
export async function findLogged(
  context: AuditContext,
  text: string,
  { startedAt, signal }: CallOptions & { readonly startedAt?: number | undefined } = {},
): Promise<readonly LoggedRun[]> {
  const query = { filterPattern: containing(text), signal };
  const runs = new LoggedRuns();
  const read = async (from: number, until?: number): Promise<void> => {
    for await (const event of loggedEvents(context, { ...query, from, until })) runs.add(event);
  };
  const around = startedAt ?? timeOfName(text);
  if (around === undefined) await read(0);
  else {
    const [from, until] = [around - NEAR_MS, around + NEAR_MS + RUN_SPAN_MS];
    await read(from, until);
    if (startedAt === undefined && runs.isEmpty) await read(until + 1);
    if (startedAt === undefined && runs.isEmpty) await read(from - AHEAD_MS, from - 1);
    // What was found near an end of the search may have more events beyond it.
    const { first, last } = runs.times();
    if (last <= until && last + RUN_SPAN_MS > until) await read(until + 1, last + RUN_SPAN_MS);
    if (first - RUN_SPAN_MS < from) await read(first - RUN_SPAN_MS, from - 1);
  }
  return runs.all().toSorted((one, other) => Number(firstTime(one)) - Number(firstTime(other)));
}

/** Whether the log has all that happened: every event from the first to the one that ends the run. */
export function isWhole({ events }: LoggedRun): boolean {
  return events.every(({ id }, at) => id === at + 1) && endOf(events) === events.at(-1);
}

/** The event that ends the run; undefined where the log has none. */
export function endOf(events: readonly HistoryEvent[]): HistoryEvent | undefined {
  return events.findLast(({ type = '' }) => /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/.test(type));
}

/** When it started, as its log tells; of others the first event that it tells came later. */
export function startOf({ events }: LoggedRun): Date | undefined {
  const started = events.find(({ type }) => type === 'ExecutionStarted');
  if (started !== undefined) return timeOf(started);
  const run = runTextIn(events);
  const time = run === undefined ? Number.NaN : Date.parse(parseRun(run)?.startTime ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

export function firstTime({ events }: LoggedRun): Date {
  return new Date(Math.min(...events.map((event) => timeOf(event).getTime())));
}

/** How object keys name the run, where its cause, its output or its plan tells: `create.x.{id}.{nonce}.{time}`. */
export function runTextIn(events: readonly HistoryEvent[]): string | undefined {
  for (const event of events.toReversed()) {
    const { cause, output } = detailsOf(event);
    for (const text of [cause, output]) {
      const found = runIn(text);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What is known of an Express execution that a run's text may be of. */
export interface Named {
  /** Its text, where that is told. */
  readonly run?: string | undefined;
  /** Its start, or else its first event that is told. */
  readonly startedAt: Date;
  readonly startUnknown?: true | undefined;
}

/** How far the start that a run's text has, and that of its log, may differ. */
const SAME_START_MS = 1000;

/** Whether an execution of its id is that of a run's text: `maybe` where its log does not tell, and the times fit. */
export function isRun({ run, startedAt, startUnknown }: Named, text: string): 'yes' | 'no' | 'maybe' {
  if (run !== undefined) return run === text ? 'yes' : 'no';
  const later = startedAt.getTime() - Date.parse(parseRun(text)?.startTime ?? '');
  const isInTime = later > -SAME_START_MS && later < (startUnknown ? RUN_SPAN_MS : SAME_START_MS);
  return isInTime ? 'maybe' : 'no';
}

/** An execution as far as a run's text may be of it. */
export function namedIn(logged: LoggedRun): Named {
  const start = startOf(logged);
  const run = runTextIn(logged.events);
  return start === undefined
    ? { run, startedAt: firstTime(logged), startUnknown: true }
    : { run, startedAt: start };
}

/** The id of the execution, which its continuation is named by. */
export function idOf(executionArn: string, context: AuditContext): string | undefined {
  const found = expressExecution(executionArn, context.store);
  return found && expressId(found.name);
}

function runIn(text: string | undefined): string | undefined {
  if (text === undefined || !text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as { run?: unknown; Payload?: { run?: unknown } | null };
    return [value.run, value.Payload?.run].find(
      (each): each is string => typeof each === 'string' && isExpressRun(each),
    );
  } catch {
    return undefined; // plain text, or data that was cut off
  }
}

function isExpressRun(text: string): boolean {
  const run = parseRun(text);
  return run !== undefined && expressRun(run.name) !== undefined;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When the ULID was made that a name ends in, roughly when its run was started; undefined for other names. */
function timeOfName(text: string): number | undefined {
  const ulid = /(?:^|[^0-9A-Za-z])([0-7][0-9A-HJKMNP-TV-Z]{25})(?::|$)/.exec(text)?.[1];
  if (ulid === undefined) return undefined;
  return [...ulid.slice(0, 10)].reduce((time, digit) => time * 32 + CROCKFORD.indexOf(digit), 0);
}
