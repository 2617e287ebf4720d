// The attributes of a queue: their defaults and limits.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html

import type { CloudIdentity } from '../service.ts';
import { invalidValue } from './messages.ts';
import type { QueueDefinition } from './queue.ts';

/** What may be said of a queue as it is made; seconds and bytes. */
export interface QueueSettings {
  readonly visibilitySeconds?: number | undefined;
  readonly delaySeconds?: number | undefined;
  readonly retentionSeconds?: number | undefined;
  readonly waitSeconds?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly deadLetters?: QueueDefinition['deadLetters'];
}

type Times = Omit<QueueDefinition, 'name' | 'arn' | 'deadLetters'>;

/** Of each attribute: as what it is kept, its default, and its limits. */
export const ATTRIBUTES: Readonly<
  Record<
    string,
    { readonly as: keyof Times; readonly preset: number; readonly min: number; readonly max: number }
  >
> = {
  DelaySeconds: { as: 'delaySeconds', preset: 0, min: 0, max: 900 },
  MaximumMessageSize: { as: 'maxBytes', preset: 1_048_576, min: 1024, max: 1_048_576 },
  MessageRetentionPeriod: { as: 'retentionSeconds', preset: 345_600, min: 60, max: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { as: 'waitSeconds', preset: 0, min: 0, max: 20 },
  VisibilityTimeout: { as: 'visibilitySeconds', preset: 30, min: 0, max: 43_200 },
};

const MAX_RECEIVES = 1000;

/** @throws {ServiceError} InvalidParameterValue */
export function settingsOf(name: string, given: QueueSettings): Omit<QueueDefinition, 'name' | 'arn'> {
  if (name.endsWith('.fifo')) throw invalidValue('FIFO queues are not supported by the local cloud');
  if (!/^[\w-]{1,80}$/.test(name)) {
    throw invalidValue(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const times = Object.entries(ATTRIBUTES).map(([attribute, { as, preset, min, max }]) => {
    const value = given[as] ?? preset;
    if (Number.isInteger(value) && value >= min && value <= max) return [as, value] as const;
    throw invalidAttribute(attribute);
  });
  const { deadLetters } = given;
  if (deadLetters && !(deadLetters.maxReceives >= 1 && deadLetters.maxReceives <= MAX_RECEIVES)) {
    throw invalidValue(
      `Value for parameter RedrivePolicy is invalid. Reason: Invalid value for maxReceiveCount: ${deadLetters.maxReceives}, valid values are from 1 to ${MAX_RECEIVES} both inclusive.`,
    );
  }
  return { ...(Object.fromEntries(times) as unknown as Times), deadLetters };
}

/**
 * The attributes of CreateQueue, whose values are texts.
 * @throws {ServiceError} InvalidParameterValue
 */
export function parseSettings(attributes: unknown): QueueSettings {
  const entries = Object.entries(attributes ?? {}) as [string, unknown][];
  return Object.fromEntries(
    entries.flatMap(([name, value]): [keyof QueueSettings, unknown][] => {
      if (name === 'RedrivePolicy') return [['deadLetters', parseRedrivePolicy(value)]];
      if (INERT.has(name)) return [];
      const attribute = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
      if (attribute === undefined)
        throw invalidValue(`The attribute ${name} is not supported by the local queues`);
      return [[attribute.as, Number(value)]];
    }),
  );
}

/** What makes no difference to what programs see locally. */
const INERT = new Set([
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
]);

/** Also as a template has it: an object, with the count as a text or a number. */
export function parseRedrivePolicy(value: unknown): QueueDefinition['deadLetters'] {
  let policy: unknown = value;
  try {
    if (typeof value === 'string') policy = JSON.parse(value);
  } catch {
    throw invalidAttribute('RedrivePolicy');
  }
  const { deadLetterTargetArn: arn, maxReceiveCount } = (policy ?? {}) as Record<string, unknown>;
  const maxReceives = Number(maxReceiveCount);
  if (typeof arn === 'string' && Number.isInteger(maxReceives)) return { arn, maxReceives };
  throw invalidAttribute('RedrivePolicy');
}

function invalidAttribute(name: string) {
  return invalidValue(`Invalid value for the parameter ${name}.`);
}

export function queueArn(name: string, { region, accountId }: CloudIdentity): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`;
}
