// The operations of CloudWatch Logs that read, with the limits and defaults of its API reference.

import * as z from 'zod';
import type { LogEvent, LogGroup, LogGroups } from '../monitoring/log-groups.ts';
import { compileLogPattern, type MessageMatcher } from '../monitoring/log-pattern.ts';
import type { CloudIdentity } from '../service.ts';
import { eventsOfStream, invalid, notFound, numberIn, paged, takeMatching } from './pages.ts';

export interface LogsContext {
  readonly groups: LogGroups;
  readonly identity: CloudIdentity;
}

export type Operation = (context: LogsContext, input: Readonly<Record<string, unknown>>) => object;

const MAX_EVENTS = 10_000;
const MAX_DESCRIBED = 50;

const time = z.number().int().nonnegative();
const token = z.string().max(200).optional();
const group = { logGroupName: z.string().optional(), logGroupIdentifier: z.string().optional() };
/** Nothing is masked here. */
const unmask = z.boolean().optional();

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeLogGroups: operation(
    {
      logGroupNamePrefix: z.string().optional(),
      logGroupNamePattern: z.string().optional(),
      limit: z.number().int().min(1).max(MAX_DESCRIBED).default(MAX_DESCRIBED),
      nextToken: token,
    },
    (
      { groups, identity },
      { logGroupNamePrefix: prefix = '', logGroupNamePattern: part = '', ...paging },
    ) => {
      const isWanted = ({ name }: LogGroup) =>
        name.startsWith(prefix) && name.toLowerCase().includes(part.toLowerCase());
      const { page, nextToken } = paged(groups.all().filter(isWanted), paging);
      return { logGroups: page.map((each) => describedGroup(each, identity)), nextToken };
    },
  ),
  DescribeLogStreams: operation(
    {
      ...group,
      logStreamNamePrefix: z.string().optional(),
      orderBy: z.enum(['LogStreamName', 'LastEventTime']).default('LogStreamName'),
      descending: z.boolean().default(false),
      limit: z.number().int().min(1).max(MAX_DESCRIBED).default(MAX_DESCRIBED),
      nextToken: token,
    },
    (context, { logStreamNamePrefix: prefix = '', orderBy, descending, ...input }) => {
      const streams = streamsOf(groupOf(context, input), context.identity).filter(({ logStreamName }) =>
        logStreamName.startsWith(prefix),
      );
      if (orderBy === 'LastEventTime') streams.sort((a, b) => a.lastEventTimestamp - b.lastEventTimestamp);
      const { page, nextToken } = paged(descending ? streams.reverse() : streams, input);
      return { logStreams: page, nextToken };
    },
  ),
  FilterLogEvents: operation(
    {
      ...group,
      logStreamNames: z.array(z.string()).max(100).optional(),
      logStreamNamePrefix: z.string().optional(),
      startTime: time.default(0),
      endTime: time.default(Number.MAX_SAFE_INTEGER),
      filterPattern: z.string().default(''),
      limit: z.number().int().min(1).max(MAX_EVENTS).default(MAX_EVENTS),
      nextToken: token,
      unmask,
      /** Without effect on AWS, too. */
      interleaved: z.boolean().optional(),
    },
    (
      context,
      { logStreamNames: names, logStreamNamePrefix: prefix, startTime, endTime, limit, ...input },
    ) => {
      if (names !== undefined && prefix !== undefined) {
        throw invalid('logStreamNamePrefix and logStreamNames cannot be given together');
      }
      const matches = patternOf(input.filterPattern);
      const from = input.nextToken === undefined ? 0 : numberIn(input.nextToken, /^n\/(\d{1,15})$/);
      const isWanted = ({ number, timestamp, stream }: LogEvent) =>
        number >= from &&
        timestamp >= startTime &&
        timestamp <= endTime &&
        (names === undefined || names.includes(stream)) &&
        (prefix === undefined || stream.startsWith(prefix));
      const { events, next } = takeMatching(
        groupOf(context, input).events().filter(isWanted),
        matches,
        limit,
      );
      return {
        events: events.map(({ event, message }) => ({
          logStreamName: event.stream,
          timestamp: event.timestamp,
          message,
          ingestionTime: event.timestamp,
          eventId: eventId(event),
        })),
        searchedLogStreams: [],
        ...(next !== undefined && { nextToken: `n/${next}` }),
      };
    },
  ),
  GetLogEvents: operation(
    {
      ...group,
      logStreamName: z.string(),
      startTime: time.default(0),
      endTime: time.default(Number.MAX_SAFE_INTEGER),
      limit: z.number().int().min(1).max(MAX_EVENTS).default(MAX_EVENTS),
      startFromHead: z.boolean().default(false),
      nextToken: token,
      unmask,
    },
    (context, input) => {
      const { logStreamName, startTime, endTime } = input;
      const events = groupOf(context, input)
        .events()
        .filter(({ stream }) => stream === logStreamName);
      if (events.length === 0) throw notFound('The specified log stream does not exist.');
      return eventsOfStream(
        events.filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime),
        input,
      );
    },
  ),
};

function operation<Shape extends z.ZodRawShape>(
  shape: Shape,
  perform: (context: LogsContext, input: z.output<z.ZodObject<Shape>>) => object,
): Operation {
  const schema = z.strictObject(shape);
  return (context, input) => {
    const { error, data } = schema.safeParse(input);
    if (error === undefined) return perform(context, data as z.output<z.ZodObject<Shape>>);
    throw invalid(error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '));
  };
}

function groupOf(
  { groups }: LogsContext,
  { logGroupName, logGroupIdentifier }: { logGroupName?: unknown; logGroupIdentifier?: unknown },
): LogGroup {
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalid('expected one of logGroupName and logGroupIdentifier');
  }
  const name = String(logGroupName ?? logGroupIdentifier).replace(
    /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/,
    '',
  );
  const found = groups.find(name);
  if (found === undefined) throw notFound('The specified log group does not exist.');
  return found;
}

function describedGroup(group: LogGroup, { region, accountId }: CloudIdentity): object {
  const arn = `arn:aws:logs:${region}:${accountId}:log-group:${group.name}`;
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: group.storedBytes(),
    logGroupClass: 'STANDARD',
  };
}

/** By name. A stream whose events are all gone is gone. */
function streamsOf(group: LogGroup, { region, accountId }: CloudIdentity) {
  const streams = new Map<string, { first: number; last: number }>();
  for (const { stream, timestamp } of group.events()) {
    const known = streams.get(stream) ?? { first: timestamp, last: timestamp };
    known.last = timestamp;
    streams.set(stream, known);
  }
  return [...streams]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { first, last }]) => ({
      logStreamName: name,
      creationTime: first,
      firstEventTimestamp: first,
      lastEventTimestamp: last,
      lastIngestionTime: last,
      arn: `arn:aws:logs:${region}:${accountId}:log-group:${group.name}:log-stream:${name}`,
      storedBytes: 0,
    }));
}

function patternOf(pattern: string): MessageMatcher {
  try {
    return compileLogPattern(pattern);
  } catch (error) {
    throw invalid(`Invalid filter pattern: ${(error as Error).message}`);
  }
}

/** 56 digits, as CloudWatch Logs writes them. */
function eventId({ number }: LogEvent): string {
  return String(number).padStart(56, '0');
}
