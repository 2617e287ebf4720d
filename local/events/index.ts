// The local cloud's EventBridge: the default bus with its rules, and what buckets and state machines tell of themselves.
// Where it is simpler than AWS: one attempt a target, no archives, no other buses; targets are functions, state machines and queues.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Matcher } from '../event-patterns.ts';
import type { Gate } from '../gate.ts';
import { jsonAnswer } from '../json-protocol.ts';
import type { ObjectChange } from '../s3/index.ts';
import type { CloudIdentity, Service } from '../service.ts';
import { type BucketNotifications, busEvent, isWanted, notificationEvent } from './bucket-notifications.ts';
import { acceptPut } from './put-events.ts';
import {
  type BusEvent,
  inputFor,
  matcherOf,
  type NewEvent,
  type RuleDefinition,
  type RuleTarget,
} from './rules.ts';
import { followSchedule, parseSchedule } from './schedules.ts';
import { send } from './targets.ts';

export type { BucketNotification, BucketNotifications } from './bucket-notifications.ts';
export { checkPath, type NewEvent, type RuleDefinition, type RuleTarget } from './rules.ts';

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
  const runSchedule = (rule: RuleDefinition, expression: string): Promise<void> =>
    followSchedule(expression, clock, closing.signal, (time) =>
      fire(
        rule,
        eventOf({
          source: 'aws.events',
          'detail-type': 'Scheduled Event',
          resources: [rule.arn],
          detail: {},
          time,
        }),
      ),
    );

  return {
    name: 'events',
    accept: (request) => acceptPut(put, request),
    errorResponse: ({ code, message, status, members }) =>
      jsonAnswer('1.1', status, { __type: code, message, ...members }),
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
      for (const wanted of notifications?.direct.filter((one) => isWanted(one, change)) ?? []) {
        const event = notificationEvent(wanted, change, identity);
        deliver({ arn: wanted.target, roleArn: undefined }, JSON.stringify(event));
      }
      if (notifications?.eventBridge === true) put({ ...busEvent(change), time: change.time });
    },
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all(running);
    },
  };
}
