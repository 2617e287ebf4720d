// The API of queues, operation by operation.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html

import type { Clock } from '../clock.ts';
import { ServiceError } from '../service.ts';
import { invalidValue, isBetween, md5, md5OfAttributes, messageSize, parseMessage } from './messages.ts';
import { arrivalBefore, type Queue, type ReceivedMessage } from './queue.ts';
import { ATTRIBUTES, parseSettings, type QueueSettings } from './settings.ts';

type Input = Readonly<Record<string, unknown>>;

export interface Context {
  readonly clock: Clock;
  readonly queues: ReadonlyMap<string, Queue>;
  create(name: string, settings: QueueSettings): { readonly url: string };
  urlOf(name: string): string;
  /** Aborted when the cloud stops. */
  readonly closing: AbortSignal;
}

type Operation = (context: Context, input: Input) => object | Promise<object>;

const MAX_ENTRIES = 10;
/** Of all messages of a batch. */
const MAX_BATCH_BYTES = 1_048_576;

/** Every operation that there is; all others are refused by name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ChangeMessageVisibility: (context, input) => hide(queueOf(context, input), input),
  ChangeMessageVisibilityBatch: (context, input) =>
    batch(input, (entry) => hide(queueOf(context, input), entry)),
  CreateQueue: ({ create }, { QueueName, Attributes }) => ({
    QueueUrl: create(textOf(QueueName, 'QueueName'), parseSettings(Attributes)).url,
  }),
  DeleteMessage: (context, input) => remove(queueOf(context, input), input),
  DeleteMessageBatch: (context, input) => batch(input, (entry) => remove(queueOf(context, input), entry)),
  GetQueueAttributes: (context, input) => ({
    Attributes: selected(attributesOf(queueOf(context, input)), input.AttributeNames),
  }),
  GetQueueUrl: ({ queues, urlOf }, { QueueName }) => {
    const name = textOf(QueueName, 'QueueName');
    if (!queues.has(name)) throw noSuchQueue();
    return { QueueUrl: urlOf(name) };
  },
  ListQueues: ({ queues, urlOf }, { QueueNamePrefix = '' }) => {
    const names = [...queues.keys()].filter((name) => name.startsWith(String(QueueNamePrefix))).sort();
    return names.length === 0 ? {} : { QueueUrls: names.map(urlOf) };
  },
  PurgeQueue: (context, input) => {
    queueOf(context, input).purge();
    return {};
  },
  ReceiveMessage: receive,
  SendMessage: (context, input) => send(queueOf(context, input), input),
  SendMessageBatch: (context, input) => {
    const queue = queueOf(context, input);
    const entries = entriesOf(input);
    const bytes = entries.reduce((sum, entry) => sum + messageSize(parseMessage(entry)), 0);
    if (bytes > MAX_BATCH_BYTES) {
      throw new ServiceError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    }
    return batch(input, (entry) => send(queue, entry));
  },
};

function queueOf({ queues }: Context, { QueueUrl }: Input): Queue {
  const url = textOf(QueueUrl, 'QueueUrl');
  const queue = queues.get(url.slice(url.lastIndexOf('/') + 1));
  if (queue === undefined) throw noSuchQueue();
  return queue;
}

function noSuchQueue(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}

function textOf(value: unknown, member: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ServiceError('MissingParameter', `The request must contain the parameter ${member}.`);
}

function send(queue: Queue, input: Input): object {
  const message = parseMessage(input);
  return {
    MessageId: queue.send(message),
    MD5OfMessageBody: md5(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
  };
}

function remove(queue: Queue, { ReceiptHandle }: Input): object {
  queue.delete(textOf(ReceiptHandle, 'ReceiptHandle'));
  return {};
}

function hide(queue: Queue, { ReceiptHandle, VisibilityTimeout }: Input): object {
  if (!isBetween(VisibilityTimeout, 0, 43_200))
    throw outOfRange('VisibilityTimeout', VisibilityTimeout, 0, 43_200);
  queue.hide(textOf(ReceiptHandle, 'ReceiptHandle'), VisibilityTimeout);
  return {};
}

/** Waits for a first message as long as asked, and answers with what is there then. */
async function receive(context: Context, input: Input): Promise<object> {
  const queue = queueOf(context, input);
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibility } = input;
  const { WaitTimeSeconds: wait = queue.definition.waitSeconds } = input;
  if (!isBetween(max, 1, MAX_ENTRIES)) throw outOfRange('MaxNumberOfMessages', max, 1, MAX_ENTRIES);
  if (!isBetween(wait, 0, 20)) throw outOfRange('WaitTimeSeconds', wait, 0, 20);
  if (visibility !== undefined && !isBetween(visibility, 0, 43_200)) {
    throw outOfRange('VisibilityTimeout', visibility, 0, 43_200);
  }
  const until = context.clock.now() + wait * 1000;
  let messages = queue.receive(max, visibility);
  while (messages.length === 0 && context.clock.now() < until) {
    await arrivalBefore(queue, until, context.clock, context.closing);
    if (context.closing.aborted) break;
    messages = queue.receive(max, visibility);
  }
  return messages.length === 0 ? {} : { Messages: messages.map((message) => shown(message, input)) };
}

function shown(message: ReceivedMessage, input: Input): object {
  const { MessageSystemAttributeNames, AttributeNames, MessageAttributeNames } = input;
  const system = selected(systemAttributes(message), MessageSystemAttributeNames ?? AttributeNames);
  const attributes = selected(message.attributes, MessageAttributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: Object.keys(system).length === 0 ? undefined : system,
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: md5OfAttributes(attributes),
    }),
  };
}

/** What SQS says of a message; all texts. */
export function systemAttributes({ sentMs, firstReceivedMs, receives, movedFrom }: ReceivedMessage) {
  return {
    SenderId: 'AIDALOCAL',
    SentTimestamp: String(sentMs),
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(firstReceivedMs),
    ...(movedFrom !== undefined && { DeadLetterQueueSourceArn: movedFrom }),
  };
}

function attributesOf({ definition, createdMs, counts }: Queue): Record<string, string> {
  const { visible, hidden, delayed } = counts();
  const { deadLetters } = definition;
  const created = String(Math.floor(createdMs / 1000));
  return {
    ...Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, { as }]) => [name, String(definition[as])])),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    QueueArn: definition.arn,
    SqsManagedSseEnabled: 'true',
    ...(deadLetters && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: deadLetters.arn,
        maxReceiveCount: deadLetters.maxReceives,
      }),
    }),
  };
}

/** Those that are asked for by name, by the beginning of one (`order.*`), or all. */
function selected<Value>(all: Readonly<Record<string, Value>>, names: unknown): Record<string, Value> {
  const wanted = Array.isArray(names) ? names.map(String) : [];
  const isWanted = (name: string): boolean =>
    wanted.some(
      (each) =>
        each === 'All' ||
        each === '.*' ||
        each === name ||
        (each.endsWith('.*') && name.startsWith(each.slice(0, -1))),
    );
  return Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name)));
}

/** @throws {ServiceError} EmptyBatchRequest, TooManyEntriesInBatchRequest, BatchEntryIdsNotDistinct, InvalidBatchEntryId */
function entriesOf({ Entries }: Input): readonly Input[] {
  const entries: readonly Input[] = Array.isArray(Entries) ? Entries : [];
  if (entries.length === 0) {
    throw new ServiceError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > MAX_ENTRIES) {
    throw new ServiceError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map(({ Id }) => String(Id));
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new ServiceError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) < index);
  if (repeated !== undefined) throw new ServiceError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  return entries;
}

/** Each entry by itself: some may fail. */
function batch(input: Input, perform: (entry: Input) => object): object {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entriesOf(input)) {
    try {
      Successful.push({ Id: entry.Id, ...perform(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code === 'QueueDoesNotExist') throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}

function outOfRange(name: string, value: unknown, min: number, max: number): ServiceError {
  return invalidValue(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
  );
}
