// Pages of log events, groups and streams, and the tokens that lead from one to the next.

import type { LogEvent } from '../monitoring/log-groups.ts';
import type { MessageMatcher } from '../monitoring/log-pattern.ts';
import { ServiceError } from '../service.ts';

/** An answer holds no more. */
const MAX_PAGE_BYTES = 2 ** 20;

/** Events that match, and the number of the next one where there may be more. */
export function takeMatching(events: readonly LogEvent[], matches: MessageMatcher, limit: number) {
  const taken: { event: LogEvent; message: string }[] = [];
  let bytes = 0;
  for (const event of events) {
    const message = event.message();
    if (!matches(message)) continue;
    const isFull = taken.length === limit || (taken.length > 0 && bytes + message.length > MAX_PAGE_BYTES);
    if (isFull) return { events: taken, next: event.number };
    taken.push({ event, message });
    bytes += message.length;
  }
  return { events: taken, next: undefined };
}

/** A page on from a token, or the last one; the same token again where there is no more. */
export function eventsOfStream(
  events: readonly LogEvent[],
  {
    limit,
    startFromHead,
    nextToken,
  }: { limit: number; startFromHead: boolean; nextToken?: string | undefined },
): object {
  const isForward = nextToken === undefined ? startFromHead : nextToken.startsWith('f/');
  const bound = nextToken === undefined ? undefined : numberIn(nextToken, /^[fb]\/(\d{1,15})$/);
  const rest = events.filter(
    ({ number }) => bound === undefined || (isForward ? number > bound : number < bound),
  );
  const page = withinBytes(isForward ? rest : rest.toReversed(), limit);
  const shown = isForward ? page : page.toReversed();
  return {
    events: shown.map((event) => ({
      timestamp: event.timestamp,
      message: event.message(),
      ingestionTime: event.timestamp,
    })),
    nextForwardToken: `f/${shown.at(-1)?.number ?? bound ?? 0}`,
    nextBackwardToken: `b/${shown.at(0)?.number ?? bound ?? 0}`,
  };
}

function withinBytes(events: readonly LogEvent[], limit: number): readonly LogEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, at) => {
    bytes += event.message().length;
    return at >= limit || (at > 0 && bytes > MAX_PAGE_BYTES);
  });
  return end < 0 ? events : events.slice(0, end);
}

export function paged<T>(
  elements: readonly T[],
  { limit, nextToken }: { readonly limit: number; readonly nextToken?: string | undefined },
): { page: readonly T[]; nextToken?: string } {
  const from = nextToken === undefined ? 0 : numberIn(nextToken, /^p\/(\d{1,9})$/);
  const page = elements.slice(from, from + limit);
  const end = from + page.length;
  return { page, ...(end < elements.length && { nextToken: `p/${end}` }) };
}

export function numberIn(given: string, form: RegExp): number {
  const digits = form.exec(given)?.[1];
  if (digits === undefined) throw invalid('The specified nextToken is invalid.');
  return Number(digits);
}

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}
