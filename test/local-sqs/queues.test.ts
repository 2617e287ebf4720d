// Queues through the SDK: what is sent is received, hidden, deleted, seen again, given up.

import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from '../local-frame/support.ts';

const MINUTE = 60_000;

const queue = (Properties: Record<string, unknown>) => ({ Type: 'AWS::SQS::Queue', Properties });
const TEMPLATE = {
  Resources: {
    Orders: queue({
      QueueName: 'orders',
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
    }),
    Dead: queue({ QueueName: 'dead' }),
  },
};

async function setUp(template: object = TEMPLATE) {
  const cloud = await start({ template });
  const { endpoint, region, credentials } = cloud;
  const sqs = new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => sqs.destroy());
  const url = (name: string) => `${endpoint}/000000000000/${name}`;
  const QueueUrl = url('orders');
  const receive = async (more: Record<string, unknown> = {}) => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }));
    return Messages;
  };
  return { cloud, sqs, url, QueueUrl, receive };
}

describe('a message', () => {
  test('is received with its attributes, and gone once it was deleted', async () => {
    const { cloud, sqs, QueueUrl, receive } = await setUp();
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'ünïcode',
        MessageAttributes: {
          'order.kind': { DataType: 'String', StringValue: 'new' },
          'order.size': { DataType: 'Number', StringValue: '3' },
          raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
        },
      }),
    );
    // Worked out by another program that follows AWS's algorithm.
    expect(sent).toMatchObject({
      MD5OfMessageBody: 'cd1850cd26e86481ddbc2c94e29e1224',
      MD5OfMessageAttributes: 'ce0fdab09efe796dd38692f0e4c86700',
    });
    const [message, ...others] = await receive({
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['order.*'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'ünïcode',
      MessageAttributes: { 'order.kind': { StringValue: 'new' }, 'order.size': { StringValue: '3' } },
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
    });
    expect(message?.MessageAttributes).not.toHaveProperty('raw');
    expect(await receive()).toEqual([]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    cloud.clock.advance(MINUTE);
    expect(await receive()).toEqual([]);
  });

  test('is seen again when nobody deletes it, then goes to the dead letters', async () => {
    const { cloud, sqs, url, QueueUrl, receive } = await setUp();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    expect(await receive()).toHaveLength(1);
    cloud.clock.advance(29_000);
    expect(await receive()).toEqual([]);
    cloud.clock.advance(1_001);
    const [again] = await receive({ AttributeNames: ['ApproximateReceiveCount'] });
    expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    cloud.clock.advance(31_000);
    expect(await receive()).toEqual([]);
    const dead = await receive({ QueueUrl: url('dead'), AttributeNames: ['All'] });
    expect(dead).toMatchObject([
      {
        MessageId: again?.MessageId,
        Body: 'a',
        Attributes: { DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:orders' },
      },
    ]);
  });

  test('can be given back at once, or kept longer', async () => {
    const { cloud, sqs, QueueUrl, receive } = await setUp();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const [first] = await receive();
    const hide = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await hide(first?.ReceiptHandle, 0);
    const [second] = await receive();
    expect(second?.MessageId).toBe(first?.MessageId);
    await hide(second?.ReceiptHandle, 100);
    cloud.clock.advance(99_000);
    expect(await receive()).toEqual([]);
    cloud.clock.advance(2_000);
    await expect(hide(second?.ReceiptHandle, 1)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  test('is delayed, and forgotten when it is too old', async () => {
    const { cloud, sqs, QueueUrl, receive } = await setUp();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late', DelaySeconds: 900 }));
    expect(await receive()).toEqual([]);
    cloud.clock.advance(15 * MINUTE);
    expect(await receive({ VisibilityTimeout: 0 })).toMatchObject([{ Body: 'late' }]);
    cloud.clock.advance(4 * 24 * 60 * MINUTE);
    expect(await receive()).toEqual([]);
  });
});

test('whoever waits gets what is sent meanwhile', async () => {
  const { sqs, QueueUrl, receive } = await setUp();
  const waiting = receive({ WaitTimeSeconds: 20 });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  expect(await waiting).toMatchObject([{ Body: 'a' }]);
});

test('whoever waits in vain is answered when the time is over, or the cloud stops', async () => {
  const { cloud, sqs, receive } = await setUp();
  const waiting = receive({ WaitTimeSeconds: 20 });
  let answered = false;
  void waiting.then(() => {
    answered = true;
  });
  // It waits before it can be told that time has passed.
  while (!answered) {
    await sqs.send(new ListQueuesCommand({}));
    cloud.clock.advance(20_000);
  }
  expect(await waiting).toEqual([]);
});

test('batches are answered entry by entry', async () => {
  const { sqs, QueueUrl, receive } = await setUp();
  const sent = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'one' },
        { Id: 'b', MessageBody: 'two' },
      ],
    }),
  );
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
  const messages = await receive({ MaxNumberOfMessages: 10 });
  expect(messages.map(({ Body }) => Body)).toEqual(['one', 'two']);
  const Entries = [
    { Id: 'a', ReceiptHandle: messages[0]?.ReceiptHandle },
    { Id: 'b', ReceiptHandle: 'none' },
  ];
  expect(await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))).toMatchObject({
    Successful: [{ Id: 'a' }],
    Failed: [{ Id: 'b', Code: 'ReceiptHandleIsInvalid', SenderFault: true }],
  });
});

test('queues tell of themselves', async () => {
  const { sqs, url, QueueUrl, receive } = await setUp();
  const { QueueUrl: made = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'other', Attributes: { VisibilityTimeout: '7' } }),
  );
  expect(made).toBe(url('other'));
  expect(await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }))).toMatchObject({ QueueUrl });
  const { QueueUrls } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'o' }));
  expect(QueueUrls).toEqual([url('orders'), url('other')]);
  for (const MessageBody of ['a', 'b', 'c'])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'd', DelaySeconds: 5 }));
  await receive();
  const attributes = async (of: string) => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: of, AttributeNames: ['All'] }),
    );
    return Attributes;
  };
  expect(await attributes(QueueUrl)).toMatchObject({
    ApproximateNumberOfMessages: '2',
    ApproximateNumberOfMessagesNotVisible: '1',
    ApproximateNumberOfMessagesDelayed: '1',
    QueueArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
    VisibilityTimeout: '30',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount: 2,
    }),
  });
  expect(await attributes(made)).toMatchObject({ VisibilityTimeout: '7', MessageRetentionPeriod: '345600' });
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await attributes(QueueUrl)).toMatchObject({ ApproximateNumberOfMessages: '0' });
});

describe('refused by name', () => {
  test.each([
    [
      'a queue that is not there',
      new SendMessageCommand({ QueueUrl: 'none', MessageBody: 'a' }),
      'QueueDoesNotExist',
    ],
    ['no body', new SendMessageCommand({ QueueUrl: 'orders', MessageBody: '' }), 'MissingParameter'],
    [
      'a control character',
      new SendMessageCommand({ QueueUrl: 'orders', MessageBody: 'a\u0000' }),
      'InvalidMessageContents',
    ],
    [
      'a body that is too large',
      new SendMessageCommand({ QueueUrl: 'orders', MessageBody: 'x'.repeat(1_048_577) }),
      'InvalidParameterValue',
    ],
    [
      'too many at once',
      new ReceiveMessageCommand({ QueueUrl: 'orders', MaxNumberOfMessages: 11 }),
      'InvalidParameterValue',
    ],
    ['an empty batch', new SendMessageBatchCommand({ QueueUrl: 'orders', Entries: [] }), 'EmptyBatchRequest'],
    [
      'an id twice',
      new SendMessageBatchCommand({
        QueueUrl: 'orders',
        Entries: [
          { Id: 'a', MessageBody: 'a' },
          { Id: 'a', MessageBody: 'b' },
        ],
      }),
      'BatchEntryIdsNotDistinct',
    ],
    ['a FIFO queue', new CreateQueueCommand({ QueueName: 'a.fifo' }), 'InvalidParameterValue'],
    [
      'other attributes of a queue that is there',
      new CreateQueueCommand({ QueueName: 'dead', Attributes: { DelaySeconds: '1' } }),
      'QueueNameExists',
    ],
    [
      'an attribute that is none',
      new CreateQueueCommand({ QueueName: 'a', Attributes: { constructor: '1' } as Record<string, string> }),
      'InvalidParameterValue',
    ],
  ] as const)('%s', async (_what, command, name) => {
    const { sqs } = await setUp();
    await expect(sqs.send(command as SendMessageCommand)).rejects.toMatchObject({ name });
  });

  test.each([
    ['AmazonSQS.constructor', '{}', 'UnsupportedOperation'],
    ['AmazonSQS.StartMessageMoveTask', '{}', 'UnsupportedOperation'],
    ['AmazonSQS.SendMessage', '[]', 'SerializationException'],
    ['AmazonSQS.SendMessage', 'no JSON', 'SerializationException'],
  ])('%s of %s', async (target, body, code) => {
    const { cloud } = await setUp();
    const headers = { 'x-amz-target': target };
    const answer = await fetch(cloud.endpoint, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: `com.amazonaws.sqs#${code}` });
  });
});

test('faults happen to queues as to everything', async () => {
  const { cloud, sqs, QueueUrl, receive } = await setUp();
  cloud.faults.inject({ service: 'sqs', operation: 'SendMessage', when: 'after', error: 'InternalError' });
  await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).rejects.toThrow('Injected');
  expect(await receive()).toMatchObject([{ Body: 'a' }]);
});
