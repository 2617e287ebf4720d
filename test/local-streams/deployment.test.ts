import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, aws_dynamodb as dynamodb, aws_lambda as lambda, Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import {
  DynamoEventSource,
  type DynamoEventSourceProps,
  S3OnFailureDestination,
} from 'aws-cdk-lib/aws-lambda-event-sources';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consumer, start, startConsumer, templateOf } from './support.ts';

/** Keeps each item's change in a bucket, as its own role, before it logs the event. */
const HANDLER = `import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
  const s3 = new S3Client({ forcePathStyle: true });
  export const handler = async (event) => {
    for (const { eventName, dynamodb } of event.Records) {
      const Key = dynamodb.Keys.id.S;
      await s3.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key, Body: eventName }));
    }
    console.log('SEEN ' + JSON.stringify(event));
    return { batchItemFailures: [] };
  };`;

/** A role of a function, allowed to do these. */
const role = (...actions: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
      ],
    },
    Policies: [
      {
        PolicyName: 'inline',
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
      },
    ],
  },
});

async function assemblyWith(props: (failures: s3.IBucket) => DynamoEventSourceProps): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'local-streams-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const code = await mkdtemp(path.join(folder, 'code-'));
  await writeFile(path.join(code, 'index.mjs'), HANDLER);
  const outdir = path.join(folder, 'cdk.out');
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Streams');
  const table = new dynamodb.TableV2(stack, 'Items', {
    tableName: 'items',
    partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
    dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
  });
  const bucket = new s3.Bucket(stack, 'Seen', { bucketName: 'seen' });
  const handler = new lambda.Function(stack, 'Handler', {
    runtime: lambda.Runtime.NODEJS_20_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(code),
    environment: { BUCKET: bucket.bucketName },
  });
  bucket.grantPut(handler);
  handler.addEventSource(new DynamoEventSource(table, props(bucket)));
  app.synth();
  return outdir;
}

test("a CDK app's DynamoEventSource runs its handler with the handler's own role", async () => {
  const assembly = await assemblyWith((bucket) => ({
    startingPosition: lambda.StartingPosition.LATEST,
    batchSize: 5,
    retryAttempts: 2,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    onFailure: new S3OnFailureDestination(bucket),
    filters: [lambda.FilterCriteria.filter({ eventName: lambda.FilterRule.isEqual('INSERT') })],
  }));
  const cloud = await start({ assembly });
  expect(cloud.ignored).toEqual([]);
  await cloud.put('a');
  await cloud.remove('a');
  await cloud.put('b');
  await cloud.seen('b');
  const stored = await fetch(`${cloud.endpoint}/seen/b`);
  expect(await stored.text()).toBe('INSERT');
  expect(cloud.lines.join('\n')).not.toContain('REMOVE');
});

test('a mapping that is disabled delivers nothing', async () => {
  const { Mapping, ...rest } = templateOf(consumer(), { BatchSize: 1 }).Resources;
  const Disabled = { ...Mapping, Properties: { ...Mapping.Properties, Enabled: false } };
  const Filters = [{ Pattern: '{"eventName": ["REMOVE"]}' }];
  const Last = { ...Mapping, Properties: { ...Mapping.Properties, FilterCriteria: { Filters } } };
  const cloud = await start({ template: { Resources: { ...rest, Disabled, Last } } });
  await cloud.put('a');
  await cloud.remove('a');
  expect((await cloud.events(1)).map(({ Records }) => Records[0]?.eventName)).toEqual(['REMOVE']);
});

test('a bucket that the role may not write to is not told of failures, and the stream goes on', async () => {
  const { Resources } = templateOf(
    consumer(`if (ids.includes('bad')) throw new Error('bad')`),
    { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } } },
    { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
  );
  const cloud = await start({ template: { Resources: { ...Resources, Role: role('dynamodb:*') } } });
  await cloud.put('bad');
  await cloud.logged('failures was not told: ');
  await cloud.put('good');
  await cloud.seen('good');
  expect(cloud.lines.find((line) => line.includes('was not told'))).toContain('AccessDenied');
});

describe('a mapping is refused', () => {
  const withRole = (...actions: string[]) => {
    const { Resources } = templateOf(consumer(), {}, { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } });
    return { Resources: { ...Resources, Role: role(...actions) } };
  };
  const READING = ['GetRecords', 'GetShardIterator', 'DescribeStream'].map((name) => `dynamodb:${name}`);

  test('when the role of the function may not read the stream', async () => {
    await expect(start({ template: withRole(...READING) })).rejects.toThrow(
      /resource Mapping .*Cannot access stream arn:aws:dynamodb:.*\(dynamodb:ListStreams is missing\)/,
    );
  });

  test('not, when the role may read it, or roles are not checked', async () => {
    await expect(start({ template: withRole(...READING, 'dynamodb:ListStreams') })).resolves.toBeDefined();
    await expect(start({ template: withRole('s3:GetObject'), iam: false })).resolves.toBeDefined();
  });

  test.each<[string, object, string]>([
    [
      'with a property that is not acted on',
      { TumblingWindowInSeconds: 60 },
      'TumblingWindowInSeconds: not supp',
    ],
    [
      'with a filter operator that is not known',
      { FilterCriteria: { Filters: [{ Pattern: '{"eventName": [{"wildcard": "*"}]}' }] } },
      'FilterCriteria: eventName: the operator wildcard is not supported locally',
    ],
    [
      'with a Kinesis stream as its source',
      { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' },
      'EventSourceArn: only queues and streams of DynamoDB tables are read locally, got arn:aws:kinesis:',
    ],
    [
      'with the stream of a table that is not there',
      { EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/2026' },
      'EventSourceArn: Stream not found: arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/2026',
    ],
    ['with a function that is not there', { FunctionName: 'none' }, 'FunctionName: Function not found'],
    ['with a start at a time', { StartingPosition: 'AT_TIMESTAMP' }, 'StartingPosition: '],
    ['with a batch of none', { BatchSize: 0 }, 'BatchSize: '],
    ['with an age below a minute', { MaximumRecordAgeInSeconds: 10 }, 'expected -1, or 60 to 604800'],
    [
      'with a queue for failures',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:dead' } } },
      'DestinationConfig.OnFailure.Destination: only buckets are supported locally, got arn:aws:sqs:',
    ],
  ])('%s', async (_title, properties, message) => {
    await expect(startConsumer(consumer(), properties)).rejects.toThrow(message);
  });
});
