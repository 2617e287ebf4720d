// Tables and buckets that a store is given: what is known of them must be what the props say.

import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  AttributeType,
  type ITable,
  MultiRegionConsistency,
  StreamViewType,
  Table,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { LargeItemStore, type LargeItemStoreProps } from '../../../lib/index.ts';
import { makeStore, templateApp } from '../app.ts';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const partitionKey = { name: 'id', type: AttributeType.STRING };
const NEW_AND_OLD = StreamViewType.NEW_AND_OLD_IMAGES;

/** A store in a stack whose account and Region are known. */
function placed(props: (stack: Stack) => LargeItemStoreProps, app = templateApp()): Stack {
  const stack = new Stack(app, 'Test', { env: ENV });
  new LargeItemStore(stack, 'Docs', props(stack));
  return stack;
}

describe.each([
  ['Table', (stack: Stack, props: object): ITable => new Table(stack, 'T', { partitionKey, ...props })],
  ['TableV2', (stack: Stack, props: object): ITable => new TableV2(stack, 'T', { partitionKey, ...props })],
])('a %s of the app', (kind, make) => {
  const streamOf = (view: StreamViewType) => (kind === 'Table' ? { stream: view } : { dynamoStream: view });
  const withTable = (table: object, props: LargeItemStoreProps = {}) =>
    makeStore((stack) => ({ ...props, table: make(stack, table) }));

  test('is taken as it should be', () => {
    const sortKey = { name: 'at', type: AttributeType.NUMBER };
    withTable(
      { sortKey, timeToLiveAttribute: 'ends', ...streamOf(NEW_AND_OLD) },
      {
        sortKey: { name: 'at', type: 'N' },
        ttl: 'ends',
      },
    );
  });

  test('is refused with another key, both named', () => {
    expect(() => withTable({ partitionKey: { name: 'pk', type: AttributeType.NUMBER } })).toThrow(
      "LargeItemStore: the table's key is pk (N), no sort key, but partitionKey and sortKey say id (S), no sort key",
    );
    expect(() => withTable({ sortKey: { name: 'at', type: AttributeType.STRING } })).toThrow(
      "the table's key is id (S), at (S), but partitionKey and sortKey say id (S), no sort key",
    );
  });

  test('is refused with another time to live, or none', () => {
    const stream = streamOf(NEW_AND_OLD);
    expect(() => withTable({ ...stream, timeToLiveAttribute: 'expires' }, { ttl: 'ends' })).toThrow(
      'LargeItemStore: ttl is "ends", but the table has its time to live on "expires"',
    );
    expect(() => withTable(stream, { ttl: 'ends' })).toThrow('but the table has no time to live');
  });

  test('is refused with a stream that does not hold both images', () => {
    const streams = streamOf(StreamViewType.NEW_IMAGE);
    expect(() => withTable(streams, { cleanUpForeignDeletes: true })).toThrow(
      "need a stream of NEW_AND_OLD_IMAGES, but the table's is of NEW_IMAGE",
    );
    withTable(streams); // nobody reads it
  });
});

describe('a global table', () => {
  const replicas = [{ region: 'eu-central-1' }];
  const global = (stack: Stack, props: object = {}) =>
    new TableV2(stack, 'T', { partitionKey, replicas, dynamoStream: NEW_AND_OLD, ...props });

  test('is taken, with the advice to write it here only', () => {
    const stack = placed((scope) => ({ table: global(scope) }));
    Annotations.fromStack(stack).hasInfo('/Test/Docs', Match.stringLikeRegexp('in this Region only'));
    Template.fromStack(stack);
  });

  test('that expires items needs to be told of every deletion, since it may be made elsewhere', () => {
    const ttl = { timeToLiveAttribute: 'ends' };
    const expired = placed((scope) => ({ ttl: 'ends', table: global(scope, ttl) }));
    expect(() => Template.fromStack(expired)).toThrow(
      /ttl on a table with replicas needs cleanUpForeignDeletes/,
    );
    const all = placed((scope) => ({
      ttl: 'ends',
      cleanUpForeignDeletes: true,
      table: global(scope, ttl),
    }));
    Template.fromStack(all);
  });

  test('that gets its replica later is seen, too', () => {
    const stack = placed((scope) => {
      const table = global(scope, { timeToLiveAttribute: 'ends', replicas: [] });
      return { ttl: 'ends', table };
    });
    (stack.node.findChild('T') as TableV2).addReplica({ region: 'eu-central-1' });
    expect(() => Template.fromStack(stack)).toThrow(/ttl on a table with replicas/);
  });

  test('of multi-Region strong consistency is refused: it takes no transactions', () => {
    const table = (scope: Stack) =>
      new TableV2(scope, 'T', {
        partitionKey,
        replicas,
        witnessRegion: 'eu-west-3',
        multiRegionConsistency: MultiRegionConsistency.STRONG,
      });
    expect(() => placed((scope) => ({ table: table(scope) }))).toThrow(/takes no transactions/);
  });

  test('is refused by its replica in another Region', () => {
    expect(() => placed((scope) => ({ table: global(scope).replica('eu-central-1') }))).toThrow(
      'LargeItemStore: table is in the Region eu-central-1, but the stack is in eu-west-1',
    );
  });
});

const tableArn = (region: string, account: string) => `arn:aws:dynamodb:${region}:${account}:table/docs`;

test.each<[string, (stack: Stack) => LargeItemStoreProps]>([
  [
    'table is in the Region us-east-1, but the stack is in eu-west-1',
    (stack) => ({ table: Table.fromTableArn(stack, 'T', tableArn('us-east-1', ENV.account)) }),
  ],
  [
    'table is in the account 222222222222, but the stack is in 111111111111',
    (stack) => ({ table: Table.fromTableArn(stack, 'T', tableArn(ENV.region, '222222222222')) }),
  ],
  [
    'table is in the Region us-east-1',
    (stack) => ({ table: TableV2.fromTableArn(stack, 'T', tableArn('us-east-1', ENV.account)) }),
  ],
  [
    'bucket is in the Region us-east-1',
    (stack) => ({
      bucket: Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'docs', region: 'us-east-1' }),
    }),
  ],
  [
    'bucket is in the account 222222222222',
    (stack) => ({
      bucket: Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'docs', account: '222222222222' }),
    }),
  ],
  [
    'encryptionKey is in the Region us-east-1',
    (stack) => ({
      encryptionKey: Key.fromKeyArn(stack, 'K', `arn:aws:kms:us-east-1:${ENV.account}:key/1`),
    }),
  ],
  [
    'accessLogs.bucket is in the account 222222222222',
    (stack) => ({
      accessLogs: {
        bucket: Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'docs', account: '222222222222' }),
      },
    }),
  ],
  [
    'legacy.bucket is in the Region us-east-1',
    (stack) => ({
      legacy: {
        prefix: 'old',
        bucket: Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'docs', region: 'us-east-1' }),
      },
    }),
  ],
  [
    'sweep.inventory is in the Region us-east-1',
    (stack) => ({
      sweep: {
        inventory: {
          prefix: 'lists',
          bucket: Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'docs', region: 'us-east-1' }),
        },
      },
    }),
  ],
])('%s', (message, props) => {
  expect(() => placed(props)).toThrow(`LargeItemStore: ${message}`);
});

test('a bucket that keeps too little for a second table is refused; one that keeps nothing is told of', () => {
  const short = {
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 7 },
  };
  const { stack, store } = makeStore(() => ({ tableProps: short }));
  const { bucket } = store;
  new LargeItemStore(stack, 'Alike', { bucket, prefix: 'alike', tableProps: short });
  expect(() => new LargeItemStore(stack, 'Longer', { bucket, prefix: 'longer' })).toThrow(
    "LargeItemStore: noncurrentVersionExpiration of the bucket's own store is 14 days, but the table can be restored as it was 35 days ago",
  );
  const plain = makeStore((scope) => ({ bucket: new Bucket(scope, 'Plain') }));
  Annotations.fromStack(plain.stack).hasInfo('/Test/Docs', Match.stringLikeRegexp('bucket is not versioned'));
  const versioned = makeStore((scope) => ({ bucket: new Bucket(scope, 'Kept', { versioned: true }) }));
  Annotations.fromStack(versioned.stack).hasNoInfo('*', Match.stringLikeRegexp('not versioned'));
});

test('a bucket that another stack of the app makes elsewhere is refused', () => {
  const app = templateApp();
  const bucket = new Bucket(new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } }), 'B', {
    bucketName: 'docs',
  });
  expect(() => placed(() => ({ bucket }), app)).toThrow('bucket is in the Region us-east-1');
});

test('what is here is taken; where the stack does not say where it is, that is a warning', () => {
  const table = (stack: Stack) => Table.fromTableArn(stack, 'T', tableArn(ENV.region, ENV.account));
  const bucket = (stack: Stack) => Bucket.fromBucketArn(stack, 'B', 'arn:aws:s3:::docs');
  placed((stack) => ({ table: table(stack), bucket: bucket(stack) }));
  const { stack } = makeStore((scope) => ({ table: table(scope), bucket: bucket(scope) }));
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  expect(warnings.map(({ entry }) => entry.data)).toEqual([
    expect.stringMatching(/^table is in the account 111111111111; .* cannot be checked/),
    expect.stringMatching(/^table is in the Region eu-west-1; .* cannot be checked/),
  ]);
});

test('two stores in one bucket let pages upload in a new CDK app: nothing is said twice', () => {
  const stack = new Stack(templateApp({ '@aws-cdk/core:validateAgainstDefaultRules': true }), 'Test');
  const bucket = new Bucket(stack, 'Shared');
  const store = (id: string, uploadOrigins: string[]) =>
    new LargeItemStore(stack, id, { bucket, prefix: id, stagingPrefix: 'staging', uploadOrigins, ttl: 'at' });
  store('one', ['https://a.example']);
  store('two', ['https://b.example', 'https://a.example']);
  store('three', ['https://a.example']);
  const [shared] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'));
  const { CorsConfiguration, LifecycleConfiguration } = shared?.Properties ?? {};
  const [{ CorsRules }, { Rules }] = [CorsConfiguration, LifecycleConfiguration];
  expect(CorsRules.map(({ AllowedOrigins }: { AllowedOrigins: string[] }) => AllowedOrigins)).toEqual([
    ['https://a.example'],
    ['https://b.example'],
  ]);
  for (const rules of [CorsRules, Rules] as { Id: string }[][]) {
    const ids = rules.map(({ Id }) => Id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
