// Who works with queues: functions that consume them; rules, buckets and state machines that send to them.

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';

const QUEUE = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } };
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:orders';
const trust = (Service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
});
const role = (service: string, ...actions: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: trust(service),
    Policies: [
      {
        PolicyName: 'rights',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: actions.map((Action) => ({ Effect: 'Allow', Action, Resource: QUEUE_ARN })),
        },
      },
    ],
  },
});
const roleArn = { 'Fn::GetAtt': ['Role', 'Arn'] };
const READING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Logs the batch it gets; a body of `bad` fails. */
const CODE = `exports.handler = async ({ Records }) => {
  console.log('batch ' + JSON.stringify(Records));
  const bad = Records.filter(({ body }) => body === 'bad');
  if (process.env.REPORTS) return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  if (bad.length > 0) throw new Error('bad');
};`;

function consumer(mapping: Record<string, unknown>, { rights = READING, reports = false } = {}) {
  return {
    Resources: {
      Orders: QUEUE,
      Role: role('lambda.amazonaws.com', ...rights),
      Work: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ FunctionName: 'work', Runtime: 'nodejs22.x', Handler: 'index.handler', Role: roleArn },
          Code: { ZipFile: CODE },
          ...(reports && { Environment: { Variables: { REPORTS: 'yes' } } }),
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Orders', 'Arn'] },
          FunctionName: { Ref: 'Work' },
          ...mapping,
        },
      },
    },
  };
}

async function started(template: object) {
  const cloud = await startLocalCloud({ template, warmUp: false });
  const { endpoint, region, credentials } = cloud;
  const sqs = new SQSClient({ endpoint, region, credentials });
  onTestFinished(async () => {
    sqs.destroy();
    await cloud.stop();
  });
  return { cloud, sqs, QueueUrl: `${endpoint}/000000000000/orders` };
}

type Started = Awaited<ReturnType<typeof started>>;

interface QueueRecord {
  readonly body: string;
  readonly messageId: string;
}

async function batches(cloud: LocalCloud, count: number): Promise<QueueRecord[][]> {
  const lines = () => cloud.logs('work').filter((line) => line.includes('batch ['));
  await vi.waitUntil(() => lines().length >= count, { timeout: 60_000 });
  return lines().map((line) => JSON.parse(line.slice(line.indexOf('['))) as QueueRecord[]);
}

/** Until nothing is in the queue any more, be it hidden. */
async function drained({ sqs, QueueUrl }: Started): Promise<void> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const left = async () => {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
    const { Attributes = {} } = await sqs.send(command);
    return AttributeNames.map((name) => Attributes[name]).join();
  };
  await vi.waitUntil(async () => (await left()) === '0,0', { timeout: 60_000 });
}

const sendAll = ({ sqs, QueueUrl }: Started, ...bodies: string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

const bodiesOf = (batch: readonly QueueRecord[] | undefined) => batch?.map(({ body }) => body);

describe('a function that consumes a queue', () => {
  test('gets messages as Lambda writes them, and they are deleted', async () => {
    const given = await started(consumer({}));
    await given.sqs.send(
      new SendMessageCommand({
        QueueUrl: given.QueueUrl,
        MessageBody: 'a',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'new' } },
      }),
    );
    const [[record] = []] = await batches(given.cloud, 1);
    expect(record).toMatchObject({
      body: 'a',
      eventSource: 'aws:sqs',
      eventSourceARN: QUEUE_ARN,
      awsRegion: 'us-east-1',
      md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
      messageAttributes: { kind: { dataType: 'String', stringValue: 'new' } },
      attributes: { ApproximateReceiveCount: '1' },
    });
    await drained(given);
  });

  test('sees again what it failed on: the whole batch', async () => {
    const given = await started(consumer({}));
    await sendAll(given, 'good', 'bad');
    const [first] = await batches(given.cloud, 1);
    expect(bodiesOf(first)).toEqual(['good', 'bad']);
    while (given.cloud.logs('work').filter((line) => line.includes('batch [')).length < 2) {
      await given.sqs.send(new GetQueueAttributesCommand({ QueueUrl: given.QueueUrl }));
      given.cloud.clock.advance(31_000);
    }
    expect(bodiesOf((await batches(given.cloud, 2))[1])).toEqual(['good', 'bad']);
  });

  test('sees again only what it says it failed on', async () => {
    const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const given = await started(consumer(mapping, { reports: true }));
    await sendAll(given, 'good', 'bad');
    await batches(given.cloud, 1);
    while (given.cloud.logs('work').filter((line) => line.includes('batch [')).length < 2) {
      await given.sqs.send(new GetQueueAttributesCommand({ QueueUrl: given.QueueUrl }));
      given.cloud.clock.advance(31_000);
    }
    expect(bodiesOf((await batches(given.cloud, 2))[1])).toEqual(['bad']);
  });

  test('is told only of what its filters let through; the rest is deleted', async () => {
    const Pattern = JSON.stringify({ body: { kind: ['new'] } });
    const given = await started(consumer({ FilterCriteria: { Filters: [{ Pattern }] } }));
    await sendAll(given, '{"kind":"old"}', 'no JSON', '{"kind":"new"}');
    expect((await batches(given.cloud, 1)).map(bodiesOf)).toEqual([['{"kind":"new"}']]);
    await drained(given);
  });

  test('gets what comes within a window as one batch', async () => {
    const given = await started(consumer({ BatchSize: 3, MaximumBatchingWindowInSeconds: 300 }));
    await sendAll(given, 'a');
    await sendAll(given, 'b', 'c');
    expect((await batches(given.cloud, 1)).map(bodiesOf)).toEqual([['a', 'b', 'c']]);
  });

  test.each([
    [{}, { rights: ['sqs:ReceiveMessage'] }, 'does not have permissions to call DeleteMessage on SQS'],
    [{ EventSourceArn: `${QUEUE_ARN}-none` }, {}, 'there is no queue'],
    [{ FunctionName: 'none' }, {}, 'FunctionName: '],
    [{ BatchSize: 11 }, {}, 'BatchSize: more than 10 needs MaximumBatchingWindowInSeconds'],
    [{ StartingPosition: 'LATEST' }, {}, 'StartingPosition: not supported locally'],
    [{ FilterCriteria: { Filters: [{ Pattern: '{' }] } }, {}, 'FilterCriteria: '],
  ])('is refused as it is deployed: %j %j', async (mapping, options, message) => {
    await expect(startLocalCloud({ template: consumer(mapping, options), warmUp: false })).rejects.toThrow(
      message,
    );
  });
});

describe('sends to a queue', () => {
  const received = async ({ sqs, QueueUrl }: Started) => {
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
    const { Messages = [] } = await sqs.send(command);
    return JSON.parse(Messages[0]?.Body ?? 'null') as unknown;
  };

  test('a bucket, and a rule of the bus', async () => {
    const papers = (QueueConfigurations: unknown) => ({
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'papers',
        NotificationConfiguration: { QueueConfigurations, EventBridgeConfiguration: {} },
      },
    });
    const given = await started({
      Resources: {
        Orders: QUEUE,
        Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [], PolicyDocument: {} } },
        Papers: papers([{ Event: 's3:ObjectCreated:*', Queue: QUEUE_ARN }]),
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventPattern: { source: ['aws.s3'] },
            Targets: [{ Id: 'a', Arn: QUEUE_ARN, InputPath: '$.detail.object.key' }],
          },
        },
      },
    });
    expect(given.cloud.ignored).toEqual([]);
    const { endpoint, region, credentials } = given.cloud;
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    onTestFinished(() => s3.destroy());
    await s3.send(new PutObjectCommand({ Bucket: 'papers', Key: 'a.txt', Body: 'x' }));
    const messages = [await received(given), await received(given)];
    expect(messages).toContainEqual('a.txt');
    expect(messages).toContainEqual({
      Records: [expect.objectContaining({ eventName: 'ObjectCreated:Put', eventSource: 'aws:s3' })],
    });
  });

  const machine = (Resource: string, Arguments: object, ...rights: string[]) => ({
    Resources: {
      Orders: QUEUE,
      Role: role('states.amazonaws.com', ...rights),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          RoleArn: roleArn,
          StateMachineName: 'machine',
          Definition: {
            QueryLanguage: 'JSONata',
            StartAt: 'Send',
            States: { Send: { Type: 'Task', Resource, Arguments, End: true } },
          },
          DefinitionSubstitutions: { Url: { Ref: 'Orders' } },
        },
      },
    },
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a substitution of the definition
  const QueueUrl = '${Url}';

  async function execution(template: object) {
    const given = await started(template);
    const { endpoint, region, credentials } = given.cloud;
    const sfn = new SFNClient({ endpoint, region, credentials });
    onTestFinished(() => sfn.destroy());
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
        input: '{"order":1}',
      }),
    );
    const ended = () =>
      vi.waitUntil(
        async () => {
          const run = await sfn.send(new DescribeExecutionCommand({ executionArn }));
          return run.status === 'RUNNING' ? undefined : run;
        },
        { timeout: 60_000 },
      );
    return { given, sfn, ended };
  }

  test('a task, whose body that is no text is JSON', async () => {
    const Arguments = { QueueUrl, MessageBody: '{% $states.input %}' };
    const { given, ended } = await execution(
      machine('arn:aws:states:::sqs:sendMessage', Arguments, 'sqs:SendMessage'),
    );
    const { status, output = '' } = await ended();
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output)).toMatchObject({
      MessageId: expect.any(String),
      MD5OfMessageBody: expect.any(String),
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    expect(await received(given)).toEqual({ order: 1 });
  });

  test('a task that waits for its token to come back', async () => {
    const Arguments = { QueueUrl, MessageBody: { token: '{% $states.context.Task.Token %}' } };
    const { given, sfn, ended } = await execution(
      machine('arn:aws:states:::sqs:sendMessage.waitForTaskToken', Arguments, 'sqs:SendMessage'),
    );
    const { token: taskToken } = (await received(given)) as { token: string };
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"done"' }));
    expect(await ended()).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
  });

  test.each([
    ['sqs:sendMessage', [], 'SQS.AmazonSQSException', 'not authorized to perform: sqs:SendMessage'],
    ['aws-sdk:sqs:sendMessage', [], 'Sqs.SqsException', 'not authorized to perform: sqs:SendMessage'],
  ])('%s: a role without the right is refused', async (action, rights, error, cause) => {
    const Arguments = { QueueUrl, MessageBody: 'a' };
    const { ended } = await execution(machine(`arn:aws:states:::${action}`, Arguments, ...rights));
    expect(await ended()).toMatchObject({ status: 'FAILED', error, cause: expect.stringContaining(cause) });
  });

  test('a queue that is not there has its own error', async () => {
    const Arguments = { QueueUrl: 'http://127.0.0.1/0/none', MessageBody: 'a' };
    const { ended } = await execution({
      Resources: {
        ...machine('arn:aws:states:::sqs:sendMessage', Arguments).Resources,
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: trust('states.amazonaws.com'),
            Policies: [
              {
                PolicyName: 'all',
                PolicyDocument: {
                  Version: '2012-10-17',
                  Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }],
                },
              },
            ],
          },
        },
      },
    });
    expect(await ended()).toMatchObject({ status: 'FAILED', error: 'SQS.QueueDoesNotExistException' });
  });
});
