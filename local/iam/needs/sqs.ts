// SQS's operations as actions, each on the queue that its request names; a batch needs the right of the single call.
// Source: Service Authorization Reference, "Amazon SQS".

import { arnOf, bodyOf, type Called, type Mapping, type Need } from './need.ts';

const ON_QUEUE = {
  ChangeMessageVisibility: 'ChangeMessageVisibility',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  CreateQueue: 'CreateQueue',
  DeleteMessage: 'DeleteMessage',
  DeleteMessageBatch: 'DeleteMessage',
  GetQueueAttributes: 'GetQueueAttributes',
  GetQueueUrl: 'GetQueueUrl',
  PurgeQueue: 'PurgeQueue',
  ReceiveMessage: 'ReceiveMessage',
  SendMessage: 'SendMessage',
  SendMessageBatch: 'SendMessage',
} as const;

export const sqsNeeds: Mapping = {
  ...Object.fromEntries(Object.entries(ON_QUEUE).map(([operation, action]) => [operation, onQueue(action)])),
  ListQueues: () => [{ action: 'sqs:ListQueues', resource: '*' }],
};

function onQueue(action: string): (called: Called) => readonly Need[] {
  return (called) => {
    const { QueueUrl, QueueName } = bodyOf(called);
    const given = String(QueueUrl ?? QueueName ?? '');
    const name = given.slice(given.lastIndexOf('/') + 1);
    return name === '' ? [] : [{ action: `sqs:${action}`, resource: arnOf(called.identity, 'sqs', name) }];
  };
}
