// The local cloud's SQS: standard queues that templates and CreateQueue make, in memory, behind AWS JSON 1.0.
// Where it is simpler than AWS: messages come in the order in which they were sent, each once unless it becomes visible
// again, counts are exact, a purge is done at once, and queue policies are not checked. What it does not have (FIFO queues,
// moving messages back, the query protocol) it refuses by name.

import { text } from 'node:stream/consumers';
import type { Clock } from '../clock.ts';
import { jsonAnswer, parseParameters } from '../json-protocol.ts';
import {
  type Call,
  type CloudIdentity,
  type LocalRequest,
  type LocalResponse,
  type Service,
  ServiceError,
} from '../service.ts';
import { OPERATIONS } from './operations.ts';
import { createQueue, type Queue } from './queue.ts';
import { type QueueSettings, queueArn, settingsOf } from './settings.ts';

export type { Queue, ReceivedMessage } from './queue.ts';
export type { QueueSettings } from './settings.ts';

export interface Sqs extends Service {
  readonly name: 'sqs';
  /** @throws {ServiceError} as CreateQueue does */
  createQueue(name: string, settings: QueueSettings): { readonly arn: string; readonly url: string };
  /** By its ARN. */
  queue(arn: string): Queue | undefined;
  close(): Promise<void>;
}

export interface SqsOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** With which the URLs of queues begin. */
  readonly endpoint: string;
}

const MAX_LEVELS = 20;

export function createSqs({ clock, identity, endpoint }: SqsOptions): Sqs {
  const queues = new Map<string, Queue>();
  const closing = new AbortController();
  const byArn = (arn: string): Queue | undefined => {
    const name = arn.slice(arn.lastIndexOf(':') + 1);
    return arn === queueArn(name, identity) ? queues.get(name) : undefined;
  };
  const urlOf = (name: string): string => `${endpoint}/${identity.accountId}/${name}`;
  const create: Sqs['createQueue'] = (name, given) => {
    const settings = settingsOf(name, given);
    const arn = queueArn(name, identity);
    const existing = queues.get(name)?.definition;
    if (existing === undefined) {
      queues.set(name, createQueue({ ...settings, name, arn }, clock, byArn));
    } else if (JSON.stringify({ ...settings, name, arn }) !== JSON.stringify(existing)) {
      throw new ServiceError(
        'QueueNameExists',
        'A queue already exists with the same name and a different value for attribute(s).',
      );
    }
    return { arn, url: urlOf(name) };
  };
  const context = { clock, queues, create, urlOf, closing: closing.signal };

  return {
    name: 'sqs',
    accept: (request) => accept(request, (operation, input) => operation(context, input)),
    errorResponse: ({ code, message, status, members }) =>
      answer(status, { __type: `com.amazonaws.sqs#${code}`, message, ...members }, code),
    createQueue: create,
    queue: byArn,
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
    },
  };
}

type Operation = (typeof OPERATIONS)[string];

async function accept(
  request: LocalRequest,
  perform: (operation: Operation, input: Readonly<Record<string, unknown>>) => Promise<object> | object,
): Promise<Call> {
  const name = /^AmazonSQS\.(\w{1,64})$/.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? '';
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) {
    const what = name === '' ? 'The query protocol' : `Operation '${name}'`;
    throw new ServiceError('UnsupportedOperation', `${what} is not supported locally`);
  }
  const subject = await text(request.body);
  const input = parseParameters(subject, MAX_LEVELS);
  return { operation: name, subject, perform: async () => answer(200, await perform(operation, input)) };
}

/** Names that the query protocol had stay in a header, for programs that look for them. */
const QUERY_NAMES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  QueueNameExists: 'QueueAlreadyExists',
};

function answer(status: number, members: object, code?: string): LocalResponse {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  const queryName = code !== undefined && Object.hasOwn(QUERY_NAMES, code) ? QUERY_NAMES[code] : code;
  return jsonAnswer('1.0', status, members, {
    ...(code !== undefined && { 'x-amzn-query-error': `${queryName};${fault}` }),
  });
}
