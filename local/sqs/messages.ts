// What a message holds, and the digests with which SDKs check what they have sent and received.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html

import { createHash } from 'node:crypto';
import { ServiceError } from '../service.ts';

/** A value that travels beside the body: text, a number as text, or base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What is sent. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Seconds until it can be received; undefined: as the queue has it. */
  readonly delaySeconds: number | undefined;
}

const MAX_ATTRIBUTES = 10;
/** Control characters other than tab and the two ends of line, and what Unicode has no meaning for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNSUPPORTED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Bytes of a message against the limit: body, and names, types and values of attributes. */
export function messageSize({ body, attributes }: NewMessage): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      Buffer.byteLength(BinaryValue, 'base64'),
    Buffer.byteLength(body),
  );
}

/** @throws {ServiceError} MissingParameter, InvalidMessageContents, InvalidParameterValue */
export function parseMessage(input: Readonly<Record<string, unknown>>): NewMessage {
  const { MessageBody: body, DelaySeconds: delaySeconds } = input;
  if (typeof body !== 'string' || body === '') {
    throw new ServiceError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (UNSUPPORTED.test(body)) {
    throw new ServiceError(
      'InvalidMessageContents',
      'The message contains characters outside the allowed set.',
    );
  }
  for (const name of ['MessageGroupId', 'MessageDeduplicationId', 'MessageSystemAttributes']) {
    if (input[name] === undefined) continue;
    throw invalidValue(`${name} is not supported by the local queues`);
  }
  if (delaySeconds !== undefined && !isBetween(delaySeconds, 0, 900)) {
    throw invalidValue(
      `Value ${String(delaySeconds)} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  return { body, delaySeconds, attributes: parseAttributes(input.MessageAttributes) };
}

function parseAttributes(given: unknown): MessageAttributes {
  if (given === undefined || given === null) return {};
  const entries = Object.entries(given);
  if (entries.length > MAX_ATTRIBUTES) {
    throw invalidValue(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  for (const [name, value] of entries) {
    const { DataType, StringValue, BinaryValue } = value as Partial<MessageAttribute>;
    const kind = typeof DataType === 'string' ? DataType.split('.')[0] : undefined;
    const fits = kind === 'Binary' ? typeof BinaryValue === 'string' : typeof StringValue === 'string';
    if (fits && ['Binary', 'Number', 'String'].includes(kind ?? '')) continue;
    throw invalidValue(`The message attribute '${name}' must contain a non-empty message attribute value.`);
  }
  return Object.fromEntries(entries) as MessageAttributes;
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** By the algorithm that AWS documents: names in order, lengths in four bytes, 1 for text and 2 for binary values. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType, StringValue, BinaryValue = '' } = attributes[name] as MessageAttribute;
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    const isBinary = DataType.split('.')[0] === 'Binary';
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    add(isBinary ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}

export function isBetween(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

export function invalidValue(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}
