// A store that is told everything that it can be: it deploys into the local cloud with nothing left aside but what has no effect
// there, writes, and lets a deleted object be had back from its version.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fsck } from '../../audit/fsck/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import type { Item } from '../../core/values/attributes.ts';
import { LargeItemStore } from '../../lib/index.ts';
import { startLocalCloud } from '../../local/index.ts';
import { TestStore } from './harness.ts';

let folder: string;
let store: TestStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-all-props-'));
  const app = new App({ outdir: folder, analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'All');
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a'],
    isolatedSubnetIds: ['subnet-1'],
  });
  new LargeItemStore(stack, 'Docs', {
    sortKey: { name: 'at', type: 'N' },
    encryptionKey: new Key(stack, 'Key'),
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: true,
    autoDeleteObjects: true,
    versioned: true,
    noncurrentVersionExpiration: Duration.days(50),
    accessLogs: {},
    tableProps: { contributorInsightsSpecification: { enabled: true } },
    bucketProps: { transferAcceleration: true },
    functions: {
      memorySize: 1024,
      reservedConcurrency: 20,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      environment: { NODE_OPTIONS: '--no-warnings' },
      tracing: true,
    },
    tracing: false,
    ttl: 'ends',
    express: { logLevel: 'ALL' },
    cleanUpForeignDeletes: false,
    sweep: { schedule: ScheduleExpression.rate(Duration.days(1)) },
    uploadOrigins: ['https://app.example.com'],
    parameterName: '/all/docs',
    outputs: { namePrefix: 'MyDocs', exportPrefix: 'my-docs' },
  });
  app.synth();
  const cloud = await startLocalCloud({ assembly: folder, timeScale: 100, warmUp: false });
  store = new TestStore(cloud, storeIn(cloud.outputs.All ?? {}));
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

it('leaves nothing aside that the template says', () => {
  expect(store.cloud.ignored).toEqual([]);
});

it('writes; an item as it was before its deletion is whole again once the marks on its objects are gone', async () => {
  const key = { id: 'a', at: 1 };
  const large = { page: { text: 'one' } };
  expect(await store.run('create', { key, largeAttributes: large })).toMatchObject({ status: 'SUCCEEDED' });
  const [page = ''] = await store.objects();
  const item = await store.item({ id: { S: 'a' }, at: { N: '1' } });
  expect(await store.run('delete', { key })).toMatchObject({
    status: 'SUCCEEDED',
    output: { cleanup: 'done' },
  });
  expect(await store.objects()).toEqual([]);

  await store.putForeign(item as Item);
  expect(await findings()).toEqual(['dangling']);
  const Bucket = store.descriptor.bucket;
  const { DeleteMarkers = [], Versions = [] } = await store.s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: page }),
  );
  expect(Versions).toHaveLength(1);
  for (const { Key: marked, VersionId } of DeleteMarkers) {
    await store.s3.send(new DeleteObjectCommand({ Bucket, Key: marked, VersionId }));
  }
  const { Body } = await store.s3.send(new GetObjectCommand({ Bucket, Key: page }));
  expect(await Body?.transformToString()).toBe('one');
  expect(await findings()).toEqual([]);
});

async function findings(): Promise<string[]> {
  const { descriptor, s3, dynamodb, sfn } = store;
  const found: string[] = [];
  await fsck({ store: descriptor, s3, dynamodb, sfn }, { onFinding: ({ kind }) => void found.push(kind) });
  return found;
}
