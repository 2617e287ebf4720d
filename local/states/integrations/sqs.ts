// sqs:sendMessage, also with a task token, and queues' own calls as aws-sdk:sqs:*.
// Source: "Send messages to an Amazon SQS queue with Step Functions" in the Developer Guide.

import type { Json, JsonObject } from '../json.ts';
import type { Dispatch, Integration } from './integration.ts';
import {
  type Answer,
  call,
  expectSuccess,
  originFrom,
  request,
  type ServiceFailure,
  sdkMetadata,
} from './response.ts';

const SEND = {
  required: ['QueueUrl', 'MessageBody'],
  known: [
    'QueueUrl',
    'MessageBody',
    'DelaySeconds',
    'MessageAttributes',
    'MessageDeduplicationId',
    'MessageGroupId',
  ],
};

/** What aws-sdk:sqs offers here, and what each call cannot do without. */
const SDK_CALLS = {
  changeMessageVisibility: ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout'],
  deleteMessage: ['QueueUrl', 'ReceiptHandle'],
  getQueueAttributes: ['QueueUrl'],
  getQueueUrl: ['QueueName'],
  purgeQueue: ['QueueUrl'],
  receiveMessage: ['QueueUrl'],
  sendMessage: ['QueueUrl', 'MessageBody'],
  sendMessageBatch: ['QueueUrl', 'Entries'],
} as const;

/** Every Resource of this file, by its name after `arn:aws:states:::`. */
export const sqsIntegrations: readonly (readonly [string, Integration])[] = [
  ['sqs:sendMessage', sending('sendMessage', {})],
  ['sqs:sendMessage.waitForTaskToken', sending('sendMessage.waitForTaskToken', { waitsFor: 'callback' })],
  ...Object.entries(SDK_CALLS).map(([action, required]) => {
    const operation = action.charAt(0).toUpperCase() + action.slice(1);
    const integration: Integration = {
      events: 'Task',
      resource: action,
      resourceType: 'aws-sdk:sqs',
      parameters: { required, known: undefined },
      perform: async (input, dispatch) => {
        const { body } = await send(operation, input as JsonObject, dispatch, 'Sqs', 'SqsException');
        return body === '' ? {} : (JSON.parse(body) as Json);
      },
    };
    return [`aws-sdk:sqs:${action}`, integration] as const;
  }),
];

function sending(resource: string, pattern: Pick<Integration, 'waitsFor'>): Integration {
  return {
    events: 'Task',
    resource,
    resourceType: 'sqs',
    parameters: SEND,
    perform: async (input, dispatch) => {
      const { MessageBody, ...others } = input as JsonObject;
      // A body that is no text is sent as JSON.
      const body = typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody);
      const message = { ...others, MessageBody: body };
      const answer = await send('SendMessage', message, dispatch, 'SQS', 'AmazonSQSException');
      return { ...(JSON.parse(answer.body) as JsonObject), ...sdkMetadata(answer) };
    },
    ...pattern,
  };
}

/** @throws {TaskError} naming what SQS refused */
async function send(
  operation: string,
  input: JsonObject,
  dispatch: Dispatch,
  prefix: string,
  general: string,
): Promise<Answer> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `AmazonSQS.${operation}`,
  };
  const answer = await call(dispatch, 'sqs', request('POST', '/', headers, JSON.stringify(input)));
  const nameOf = ({ code }: ServiceFailure): string =>
    code === 'QueueDoesNotExist' ? 'QueueDoesNotExistException' : general;
  return expectSuccess(answer, {
    prefix,
    nameOf,
    originOf: originFrom(prefix === 'SQS' ? 'AmazonSQS' : prefix),
  });
}
