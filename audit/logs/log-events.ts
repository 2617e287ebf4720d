// What Step Functions has logged of the store's Express runs: there is no other trace of them. CloudWatch Logs gets it by best
// effort, and by the level of the log group's state machines: what is not there may have happened all the same.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import { LogsUnreadable } from '../errors.ts';
import { expressExecution } from './express-arn.ts';

export interface LogQuery extends CallOptions {
  /** As FilterLogEvents has it. */
  readonly filterPattern: string;
  /** Epoch milliseconds, both inclusive. */
  readonly from: number;
  readonly until?: number | undefined;
}

/** An event of an Express execution. */
export interface LoggedEvent {
  readonly executionArn: string;
  readonly event: HistoryEvent;
}

const textSchema = z.string().optional().catch(undefined);
/** What is read of details; of a strange one nothing is. */
const detailsSchema = z.looseObject({
  ...{ name: textSchema, input: textSchema, output: textSchema, error: textSchema, cause: textSchema },
  ...{ state: textSchema, index: z.coerce.number().int().optional().catch(undefined) },
});
/** What a `Date` can be: milliseconds. */
const LATEST_MS = 8.64e15;
const recordSchema = z.object({
  id: z.coerce.number().int().min(1),
  type: z.string(),
  details: detailsSchema.nullish().catch(undefined),
  previous_event_id: z.coerce.number().int(),
  event_timestamp: z.coerce.number().int().min(1).max(LATEST_MS),
  execution_arn: z.string(),
});

/**
 * Events of the store's Express executions, oldest first as far as CloudWatch Logs orders them; none without a lane.
 * @throws {LogsUnreadable}
 */
export async function* loggedEvents(
  context: AuditContext,
  { filterPattern, from, until, signal }: LogQuery,
): AsyncGenerator<LoggedEvent, void, undefined> {
  const { store } = context;
  // CloudWatch Logs refuses a time that ends before it begins.
  if (store.express === undefined || (until !== undefined && until < Math.max(from, 0))) return;
  const { logGroup } = store.express;
  const api = await apiOf(context, logGroup);
  let nextToken: string | undefined;
  do {
    const input = {
      ...{ logGroupName: logGroup, filterPattern, startTime: Math.max(from, 0) },
      ...(until !== undefined && { endTime: until }),
      ...(nextToken !== undefined && { nextToken }),
    };
    const page = await patiently(() => api.filterLogEvents(input, { abortSignal: signal }), { signal }).catch(
      (error: unknown) => {
        throw unreadable(error, logGroup);
      },
    );
    for (const { message = '' } of page.events ?? []) {
      const found = eventIn(message, store);
      if (found !== undefined) yield found;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** A pattern for events that contain a text. */
export function containing(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

async function apiOf({ logs }: AuditContext, logGroup: string) {
  if (logs === undefined) {
    throw new LogsUnreadable(
      `Express runs are told by the log group ${logGroup} alone, which is not read here`,
    );
  }
  return logs();
}

function unreadable(error: unknown, logGroup: string): unknown {
  switch ((error as Error).name) {
    case 'ResourceNotFoundException':
      return new LogsUnreadable(`there is no log group ${logGroup}, to which Express runs log`, {
        cause: error,
      });
    case 'AccessDeniedException':
      return new LogsUnreadable(
        `Express runs are told by the log group ${logGroup} alone, and it may not be read (logs:FilterLogEvents)`,
        { cause: error },
      );
    default:
      return error;
  }
}

function eventIn(message: string, store: StoreDescriptor): LoggedEvent | undefined {
  const record = recordSchema.safeParse(jsonIn(message)).data;
  // Each event follows an earlier one: what is read goes back along them.
  if (record === undefined || record.previous_event_id >= record.id) return undefined;
  if (expressExecution(record.execution_arn, store) === undefined) return undefined;
  const event = {
    id: record.id,
    previousEventId: record.previous_event_id,
    timestamp: new Date(record.event_timestamp),
    type: record.type as NonNullable<HistoryEvent['type']>,
    ...(record.details && { [detailsName(record.type)]: record.details }),
  };
  return { executionArn: record.execution_arn, event };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // another's line
  }
}

/** The member under which GetExecutionHistory has the details of an event of this type. */
function detailsName(type: string): string {
  const kind = /StateEntered$/.test(type) ? 'StateEntered' : /StateExited$/.test(type) ? 'StateExited' : type;
  return `${kind.charAt(0).toLowerCase()}${kind.slice(1)}EventDetails`;
}
