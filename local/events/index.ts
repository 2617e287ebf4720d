// The local cloud's EventBridge: the default bus with its rules, and what buckets and state machines tell of themselves.
// Where it is simpler than AWS: one attempt a target, no archives, no other buses; targets are functions and state machines.

import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Clock } from '../clock.ts';
import type { Matcher } from '../event-patterns.ts';
import type { Gate } from '../gate.ts';
import type { ObjectChange } from '../s3/index.ts';
import { type Call, type CloudIdentity, type LocalRequest, type Service, ServiceError } from '../service.ts';
import { type BucketNotifications, busEvent, functionEvent, isWanted } from './bucket-notifications.ts';
import { type BusEvent, inputFor, matcherOf, type RuleDefinition, type RuleTarget } from './rules.ts';
import { parseSchedule } from './schedules.ts';
import { send } from './targets.ts';

export type { BucketNotifications, FunctionNotification } from './bucket-notifications.ts';
export { checkPath, type RuleDefinition, type RuleTarget } from './rules.ts';

/** An event without what the bus adds. */
export interface NewEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly string[];
  readonly detail: unknown;
  /** Default: now. */
  readonly time?: number | undefined;
}

export interface Events extends Service {
  readonly name: 'events';
  /** @throws {Error} naming what of the pattern or the schedule is not understood */
  addRule(rule: RuleDefinition): void;
  /** Whom a bucket tells from now on. */
  notify(bucket: string, notifications: BucketNotifications): void;
  /** Sends an event to the targets of the rules that wait for it. */
  put(event: NewEvent): void;
  /** Tells whoever wants to be told of a change of a bucket. */
  objectChanged(change: ObjectChange): void;
  /** Ends the schedules; resolves when what is being sent was sent. */
  close(): Promise<void>;
}

export interface EventsOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  readonly dispatch: Gate['dispatch'];
  /** Told of what did not reach its target. */
  readonly onLog?: ((target: string, line: string) => void) | undefined;
}

interface Rule {
  readonly definition: RuleDefinition;
  readonly matches: Matcher;
}

const MAX_ENTRIES = 10;

export function createEvents({ clock, identity, dispatch, onLog }: EventsOptions): Events {
  const rules: Rule[] = [];
  const buckets = new Map<string, BucketNotifications>();
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  const track = (work: Promise<void>): void => {
    running.add(work);
    void work.finally(() => running.delete(work));
  };
  const deliver = (target: Pick<RuleTarget, 'arn' | 'roleArn'>, input: string): void => {
    if (closing.signal.aborted) return;
    track(
      send(dispatch, target, input).catch((error: unknown) =>
        onLog?.(target.arn, `An event was not delivered: ${(error as Error).message}`),
      ),
    );
  };
  const fire = (rule: RuleDefinition, event: BusEvent): void => {
    for (const target of rule.targets) deliver(target, inputFor(target, event, rule));
  };
  const eventOf = ({ resources = [], time, ...event }: NewEvent): BusEvent => ({
    version: '0',
    id: randomUUID(),
    'detail-type': event['detail-type'],
    source: event.source,
    account: identity.accountId,
    time: `${new Date(time ?? clock.now()).toISOString().slice(0, -'.000Z'.length)}Z`,
    region: identity.region,
    resources,
    detail: event.detail,
  });
  const put = (given: NewEvent): BusEvent => {
    const event = eventOf(given);
    for (const { definition, matches } of rules) if (matches(event)) fire(definition, event);
    return event;
  };
  /** What a jump of the clock passes by is one event, not many. */
  const runSchedule = async (rule: RuleDefinition, expression: string): Promise<void> => {
    const next = parseSchedule(expression, clock.now());
    for (let at = next(clock.now()); at !== undefined; at = next(clock.now())) {
      await clock.sleep(at - clock.now(), closing.signal);
      fire(
        rule,
        eventOf({
          source: 'aws.events',
          'detail-type': 'Scheduled Event',
          resources: [rule.arn],
          detail: {},
          time: at,
        }),
      );
    }
  };

  return {
    name: 'events',
    accept: (request) => acceptPut(put, request),
    errorResponse: ({ code, message, status, members }) =>
      answer(status, { __type: code, message, ...members }),
    addRule(definition) {
      const matches = matcherOf(definition);
      if (definition.schedule !== undefined) parseSchedule(definition.schedule, 0);
      if (!definition.enabled) return;
      rules.push({ definition, matches });
      if (definition.schedule !== undefined) {
        // It ends by the signal alone.
        runSchedule(definition, definition.schedule).catch(() => undefined);
      }
    },
    notify: (bucket, notifications) => void buckets.set(bucket, notifications),
    put: (event) => void put(event),
    objectChanged(change) {
      const notifications = buckets.get(change.bucket);
      for (const wanted of notifications?.functions.filter((one) => isWanted(one, change)) ?? []) {
        const event = functionEvent(wanted, change, identity);
        deliver({ arn: wanted.functionArn, roleArn: undefined }, JSON.stringify(event));
      }
      if (notifications?.eventBridge === true) put({ ...busEvent(change), time: change.time });
    },
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all(running);
    },
  };
}

/** PutEvents, the one call that there is. */
async function acceptPut(put: (event: NewEvent) => BusEvent, request: LocalRequest): Promise<Call> {
  const operation = /^AWSEvents\.(\w+)$/.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? '';
  if (operation !== 'PutEvents') {
    throw new ServiceError('UnknownOperationException', `Operation '${operation}' is not supported locally`);
  }
  const subject = await text(request.body);
  const entries = entriesOf(subject);
  return {
    operation,
    subject,
    perform: async () => {
      const Entries = entries.map((entry) => {
        const problem = problemOf(entry);
        return problem ?? { EventId: put(newEvent(entry)).id };
      });
      return answer(200, {
        FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length,
        Entries,
      });
    },
  };
}

type Entry = Readonly<Record<string, unknown>>;

function entriesOf(body: string): readonly Entry[] {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON');
  }
  const entries = (input as { Entries?: unknown } | null)?.Entries;
  if (Array.isArray(entries) && entries.length > 0 && entries.length <= MAX_ENTRIES) return entries;
  throw new ServiceError('ValidationException', `Entries: expected 1 to ${MAX_ENTRIES} entries`);
}

function problemOf({ Source, DetailType, Detail, EventBusName = 'default' }: Entry) {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (typeof value !== 'string' || value === '') {
      return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${name} is not valid.` };
    }
  }
  try {
    JSON.parse(Detail as string);
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  if (!/^(?:arn:.*:event-bus\/)?default$/.test(String(EventBusName).slice(0, 2000))) {
    return {
      ErrorCode: 'NotFound',
      ErrorMessage: `The local cloud has the default bus alone, not ${EventBusName}`,
    };
  }
  return undefined;
}

function newEvent({ Source, DetailType, Detail, Resources, Time }: Entry): NewEvent {
  return {
    source: String(Source),
    'detail-type': String(DetailType),
    detail: JSON.parse(String(Detail)),
    resources: Array.isArray(Resources) ? Resources.map(String) : [],
    time: typeof Time === 'number' ? Time * 1000 : undefined,
  };
}

function answer(status: number, members: object) {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(members),
  };
}
