// What buckets tell of their objects: functions, and the bus.

import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { STATE_MACHINE_ARN, start, type TestCloud } from '../local-frame/support.ts';

const Bucket = 'papers';
const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: 'told',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: 'exports.handler = async (event) => console.log(JSON.stringify(event))' },
  },
};
const functionArn = { 'Fn::GetAtt': ['Told', 'Arn'] };

const withBucket = (Properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  Resources: {
    Told: FUNCTION,
    Papers: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket, ...Properties } },
    ...more,
  },
});

function s3Of({ endpoint, region, credentials }: TestCloud): S3Client {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  onTestFinished(() => client.destroy());
  return client;
}

interface Told {
  readonly eventName: string;
  readonly s3: { readonly object: { readonly key: string; readonly sequencer: string } };
}

/** The records of which the function was told, in their order. */
async function toldOf(cloud: TestCloud, count: number): Promise<Told[]> {
  const lines = () => cloud.logs('told').filter((line) => line.includes('"Records"'));
  await vi.waitUntil(() => lines().length === count, { timeout: 60_000 });
  return lines()
    .flatMap((line) => JSON.parse(line.slice(line.indexOf('{'))).Records as Told[])
    .sort((a, b) => (a.s3.object.sequencer < b.s3.object.sequencer ? -1 : 1));
}

describe('a function', () => {
  test('is told of the events, prefixes and suffixes that it asked for', async () => {
    const Filter = {
      S3Key: {
        Rules: [
          { Name: 'prefix', Value: 'in/' },
          { Name: 'suffix', Value: '.txt' },
        ],
      },
    };
    const configurations = ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete'].map((Event) => ({
      Event,
      Function: functionArn,
      Filter,
    }));
    const cloud = await start({
      template: withBucket({ NotificationConfiguration: { LambdaConfigurations: configurations } }),
    });
    const s3 = s3Of(cloud);
    const CopySource = `${Bucket}/in/a b.txt`;
    await s3.send(new PutObjectCommand({ Bucket, Key: 'out/a.txt', Body: 'x' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'in/a.bin', Body: 'x' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'in/a b.txt', Body: 'four' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'in/é.txt', CopySource: encodeURI(CopySource) }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'in/none.txt' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'in/a b.txt' }));

    const told = await toldOf(cloud, 3);
    expect(told.map(({ eventName, s3: { object } }) => [eventName, object.key])).toEqual([
      ['ObjectCreated:Put', 'in%2Fa+b.txt'],
      ['ObjectCreated:Copy', 'in%2F%C3%A9.txt'],
      ['ObjectRemoved:Delete', 'in%2Fa+b.txt'],
    ]);
    expect(told[0]).toMatchObject({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      s3: {
        bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
        object: { size: 4, eTag: expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
    });
  });
});

describe('the bus', () => {
  test('is told of everything, where a bucket says so', async () => {
    const rule = {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.s3'] },
        Targets: [{ Id: 'a', Arn: `${STATE_MACHINE_ARN}m`, InputPath: '$' }],
      },
    };
    const properties = {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      VersioningConfiguration: { Status: 'Enabled' },
    };
    const cloud = await start({ template: withBucket(properties, { Rule: rule }) });
    const s3 = s3Of(cloud);
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: 'four' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b', VersionId }));

    await vi.waitUntil(() => cloud.started.length === 3, { timeout: 60_000 });
    const events = cloud.started.map((body) => JSON.parse(JSON.parse(body).input));
    expect(events.map((event) => [event['detail-type'], event.detail['deletion-type']])).toEqual([
      ['Object Created', undefined],
      ['Object Deleted', 'Delete Marker Created'],
      ['Object Deleted', 'Permanently Deleted'],
    ]);
    expect(events[0]).toMatchObject({
      resources: [`arn:aws:s3:::${Bucket}`],
      detail: {
        bucket: { name: Bucket },
        object: { key: 'a b', size: 4, 'version-id': VersionId },
        reason: 'PutObject',
      },
    });
  });

  test('is told what lifecycle rules end', async () => {
    const rule = {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { detail: { reason: ['Lifecycle Expiration'] } },
        Targets: [{ Id: 'a', Arn: `${STATE_MACHINE_ARN}m` }],
      },
    };
    const properties = {
      NotificationConfiguration: { EventBridgeConfiguration: {} },
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
    };
    const cloud = await start({ template: withBucket(properties, { Rule: rule }) });
    const s3 = s3Of(cloud);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'old', Body: 'x' }));
    cloud.clock.advance(3 * 86_400_000);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x' }));
    await vi.waitUntil(() => cloud.started.length === 1, { timeout: 60_000 });
    expect(JSON.parse(JSON.parse(cloud.started[0] ?? '').input).detail.object.key).toBe('old');
  });
});

test('topics that should be told are listed', async () => {
  const NotificationConfiguration = { TopicConfigurations: [] };
  const cloud = await start({ template: withBucket({ NotificationConfiguration }) });
  expect(cloud.ignored).toEqual(['Papers (AWS::S3::Bucket): NotificationConfiguration.TopicConfigurations']);
});
