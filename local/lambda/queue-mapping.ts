// Event source mappings from a queue: a function gets messages in batches; what it is done with is deleted, what it fails on
// becomes visible again. A mapping has one batch under way at a time.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html

import { call } from '../calls.ts';
import type { Clock } from '../clock.ts';
import type { Matcher } from '../event-patterns.ts';
import type { Gate } from '../gate.ts';
import type { CloudIdentity, Refusal, RoleSession } from '../service.ts';
import type { Queue, ReceivedMessage, Sqs } from '../sqs/index.ts';
import { md5, md5OfAttributes } from '../sqs/messages.ts';
import { systemAttributes } from '../sqs/operations.ts';
import { arrivalBefore } from '../sqs/queue.ts';
import { batchItemFailures, filterOf, findTarget } from './mapping.ts';

export interface QueueMappingDefinition {
  readonly queueArn: string;
  /** A name or an ARN. */
  readonly functionName: string;
  readonly enabled: boolean;
  /** Messages of one invocation at most. */
  readonly batchSize: number;
  /** How long a batch that is not full waits for more. */
  readonly batchingWindowSeconds: number;
  /** Event patterns as JSON; a message that matches none of them is deleted, if there are any. */
  readonly filters: readonly string[];
  /** Whether the function says which messages it failed on. */
  readonly reportsItemFailures: boolean;
}

export interface QueueMappings {
  /**
   * Begins to deliver a queue, unless the mapping is disabled.
   * @throws {Error} when the function or the queue is not there, the function's role may not read the queue, or a filter
   *   is not understood
   */
  create(definition: QueueMappingDefinition): Promise<void>;
  /** Ends the deliveries; what is under way is done first. */
  close(): Promise<void>;
}

export interface QueueMappingsOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  readonly queue: Sqs['queue'];
  readonly dispatch: Gate['dispatch'];
  /** What a role may not do; absent: it is not checked. */
  readonly refusalOf?: ((session: RoleSession) => Refusal) | undefined;
  /** Told of defects. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const RIGHTS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

export function createQueueMappings(options: QueueMappingsOptions): QueueMappings {
  const closing = new AbortController();
  const running: Promise<void>[] = [];
  return {
    async create(definition) {
      const { queueArn, functionName, filters, enabled } = definition;
      const matches = filterOf(filters);
      const queue = options.queue(queueArn);
      if (queue === undefined) throw new Error(`EventSourceArn: there is no queue ${queueArn}`);
      const { session } = await findTarget(options.dispatch, functionName);
      const refusal = session && options.refusalOf?.(session);
      const refused = RIGHTS.find((action) => refusal?.(`sqs:${action}`, queueArn));
      if (refused !== undefined) {
        throw new Error(`The function execution role does not have permissions to call ${refused} on SQS`);
      }
      if (!enabled) return;
      const consumed = consume(queue, { ...options, ...definition, matches, closing: closing.signal });
      running.push(
        consumed.catch((error: unknown) => {
          if (!closing.signal.aborted) options.onError?.(error);
        }),
      );
    },
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all(running);
    },
  };
}

interface Delivery extends QueueMappingsOptions, QueueMappingDefinition {
  readonly matches: Matcher;
  readonly closing: AbortSignal;
}

/** @throws the signal's reason when the cloud stops; this is its only end */
async function consume(queue: Queue, delivery: Delivery): Promise<never> {
  for (;;) {
    await queue.arrival(delivery.closing);
    await deliver(queue, await nextBatch(queue, delivery), delivery);
  }
}

/** Waits until the batch is full, or the batching window is over. */
async function nextBatch(queue: Queue, delivery: Delivery): Promise<ReceivedMessage[]> {
  const { clock, closing, batchSize, batchingWindowSeconds } = delivery;
  const until = clock.now() + batchingWindowSeconds * 1000;
  const batch = wanted(queue, queue.receive(batchSize), delivery);
  while (batch.length > 0 && batch.length < batchSize && clock.now() < until) {
    await arrivalBefore(queue, until, clock, closing);
    closing.throwIfAborted();
    batch.push(...wanted(queue, queue.receive(batchSize - batch.length), delivery));
  }
  return batch;
}

/** What no filter lets through is deleted, as AWS does it. */
function wanted(
  queue: Queue,
  messages: readonly ReceivedMessage[],
  { matches, filters, identity }: Delivery,
): ReceivedMessage[] {
  if (filters.length === 0) return [...messages];
  return messages.filter((message) => {
    if (matches(withParsedBody(recordOf(message, queue, identity)))) return true;
    queue.delete(message.receiptHandle);
    return false;
  });
}

async function deliver(queue: Queue, batch: readonly ReceivedMessage[], delivery: Delivery): Promise<void> {
  if (batch.length === 0) return;
  const { dispatch, functionName, identity } = delivery;
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  const payload = JSON.stringify({ Records: batch.map((message) => recordOf(message, queue, identity)) });
  // A broken connection says as little of the function as a service's error.
  const answer = await call(dispatch, 'lambda', { method: 'POST', path }, payload).catch(() => undefined);
  if (answer?.status !== 200 || answer.headers['x-amz-function-error'] !== undefined) return;
  const failed = delivery.reportsItemFailures ? failuresIn(answer.body, batch) : new Set<string>();
  for (const { id, receiptHandle } of batch) if (!failed.has(id)) queue.delete(receiptHandle);
}

/** A report that names no message of the batch, or is none, is a failure of all of them. */
function failuresIn(body: string, batch: readonly ReceivedMessage[]): ReadonlySet<string> {
  const failures = batchItemFailures(body);
  if (failures === undefined) return new Set();
  const all = new Set(batch.map(({ id }) => id));
  if (!Array.isArray(failures)) return all;
  const named = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    String(failure?.itemIdentifier),
  );
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}

interface QueueRecord {
  readonly body: unknown;
}

/** A message as functions see it. */
function recordOf(message: ReceivedMessage, { definition }: Queue, { region }: CloudIdentity): QueueRecord {
  const attributes = Object.entries(message.attributes).map(
    ([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ],
  );
  const record = {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: definition.arn,
    awsRegion: region,
  };
  const md5OfMessageAttributes = md5OfAttributes(message.attributes);
  return md5OfMessageAttributes === undefined ? record : Object.assign(record, { md5OfMessageAttributes });
}

/** Filters look into a body that is JSON. */
function withParsedBody(record: QueueRecord): QueueRecord {
  try {
    return { ...record, body: JSON.parse(String(record.body)) };
  } catch {
    return record;
  }
}
