// EventBridge's PutEvents over its JSON protocol.

import { text } from 'node:stream/consumers';
import { jsonAnswer } from '../json-protocol.ts';
import { type Call, type LocalRequest, ServiceError } from '../service.ts';
import type { BusEvent, NewEvent } from './rules.ts';

const MAX_ENTRIES = 10;

/** PutEvents, the one call that there is. */
export async function acceptPut(put: (event: NewEvent) => BusEvent, request: LocalRequest): Promise<Call> {
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
      return jsonAnswer('1.1', 200, {
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
