// Queues.

import * as z from 'zod';
import { parseRedrivePolicy } from '../../sqs/settings.ts';
import { physicalName } from '../names.ts';
import { defineProvider } from './provider.ts';

const seconds = z.coerce.number().int().optional();
const notFifo = z.literal([false, 'false'], { error: 'FIFO queues are not supported locally' }).optional();

export const queue = defineProvider({
  shape: {
    QueueName: z.string().optional(),
    DelaySeconds: seconds,
    FifoQueue: notFifo,
    MaximumMessageSize: z.coerce.number().int().optional(),
    MessageRetentionPeriod: seconds,
    ReceiveMessageWaitTimeSeconds: seconds,
    RedrivePolicy: z.unknown().optional(),
    VisibilityTimeout: seconds,
  },
  inert: [
    'KmsDataKeyReusePeriodSeconds',
    'KmsMasterKeyId',
    'RedriveAllowPolicy',
    'SqsManagedSseEnabled',
    'Tags',
  ],
  async create(properties, { stackName, logicalId }, target) {
    const name = properties.QueueName ?? physicalName(stackName, logicalId, { maxLength: 80 });
    const { arn, url } = target.createQueue(name, {
      delaySeconds: properties.DelaySeconds,
      maxBytes: properties.MaximumMessageSize,
      retentionSeconds: properties.MessageRetentionPeriod,
      waitSeconds: properties.ReceiveMessageWaitTimeSeconds,
      visibilitySeconds: properties.VisibilityTimeout,
      deadLetters:
        properties.RedrivePolicy === undefined ? undefined : parseRedrivePolicy(properties.RedrivePolicy),
    });
    return { physicalId: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
  },
});
