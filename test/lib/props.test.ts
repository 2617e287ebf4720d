// What can be said of all that a store makes: each prop in the template, and what of them does not go together.

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Billing, StreamViewType, Table, TableClass } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { storesIn } from '../../core/contract/store.ts';
import { LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';
import { makeStore, templateApp } from './app.ts';
import { substituted } from './template.ts';

/** The properties of the one resource of a type whose logical id begins so. */
function propertiesOf(template: Template, type: string, id = ''): Record<string, unknown> {
  const found = Object.entries(template.findResources(type)).filter(([name]) => name.startsWith(id));
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
}

describe('a store that is thrown away with its stack', () => {
  let template: Template;
  beforeAll(() => {
    template = makeStore(() => ({
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
      versioned: false,
      tracing: false,
      accessLogs: { prefix: 'docs/', retention: Duration.days(30) },
      outputs: { namePrefix: 'MyDocs', exportPrefix: 'my-docs' },
    })).template();
  });

  test('may have its table deleted, and empties its buckets', () => {
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    const [replica] = propertiesOf(template, 'AWS::DynamoDB::GlobalTable').Replicas as object[];
    expect(replica).toMatchObject({ DeletionProtectionEnabled: false });
    const emptied = Object.values(template.findResources('Custom::S3AutoDeleteObjects'));
    expect(emptied.map(({ Properties }) => substituted(Properties.BucketName)).sort()).toEqual([
      expect.stringMatching(/^DocsAccessLogs/),
      expect.stringMatching(/^DocsBucket/),
    ]);
  });

  test('keeps no versions where it is told so, nor a rule for them', () => {
    const { LifecycleConfiguration, ...bucket } = propertiesOf(template, 'AWS::S3::Bucket', 'DocsBucket');
    expect(bucket).not.toHaveProperty('VersioningConfiguration');
    const { Rules } = LifecycleConfiguration as { Rules: { Id: string }[] };
    expect(Rules.map(({ Id }) => Id)).not.toContain('ExpireDeletedObjects');
  });

  test('logs accesses to a private bucket of their own, where they expire', () => {
    const logging = propertiesOf(template, 'AWS::S3::Bucket', 'DocsBucket').LoggingConfiguration;
    expect(logging).toEqual({
      DestinationBucketName: { Ref: expect.stringMatching(/^DocsAccessLogs/) },
      LogFilePrefix: 'docs/',
    });
    expect(propertiesOf(template, 'AWS::S3::Bucket', 'DocsAccessLogs')).toMatchObject({
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  test('traces nothing, and no role may', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::StepFunctions::StateMachine'))) {
      expect(Properties.TracingConfiguration?.Enabled ?? false).toBe(false);
    }
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('xray:');
  });

  test('has outputs of the names that it was given, exported, by which clients find it still', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs).sort()).toEqual([
      'MyDocsBucketName',
      'MyDocsCreateStateMachineArn',
      'MyDocsDeleteStateMachineArn',
      'MyDocsStore',
      'MyDocsSweepStateMachineArn',
      'MyDocsTableName',
      'MyDocsUpdateStateMachineArn',
    ]);
    expect(outputs.MyDocsTableName?.Export).toEqual({ Name: 'my-docs-TableName' });
    const values = Object.entries(outputs).map(([name, { Value }]) => [name, substituted(Value)]);
    expect(storesIn(Object.fromEntries(values)).map(({ output }) => output)).toEqual(['MyDocsStore']);
  });
});

describe('settings of functions, table and bucket', () => {
  let template: Template;
  beforeAll(() => {
    const stack = new Stack(templateApp(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-west-1a'],
      isolatedSubnetIds: ['subnet-1'],
    });
    new LargeItemStore(stack, 'Docs', {
      ttl: 'expiresAt',
      functions: {
        memorySize: 1024,
        architecture: Architecture.X86_64,
        reservedConcurrency: 7,
        vpc,
        vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
        environment: { AWS_USE_FIPS_ENDPOINT: 'true' },
        tracing: true,
      },
      sweep: {},
      deletionProtection: false,
      noncurrentVersionExpiration: Duration.days(20),
      tableProps: {
        tableName: 'docs',
        tableClass: TableClass.STANDARD_INFREQUENT_ACCESS,
        billing: Billing.onDemand({ maxWriteRequestUnits: 100 }),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 14 },
        contributorInsightsSpecification: { enabled: true },
      },
      bucketProps: {
        bucketName: 'my-docs',
        eventBridgeEnabled: false,
        transferAcceleration: true,
        lifecycleRules: [
          {
            id: 'Cheaper',
            transitions: [
              { storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) },
            ],
          },
        ],
      },
    });
    template = Template.fromStack(stack);
  });

  test('are those of every function', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(functions).toHaveLength(10);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        MemorySize: 1024,
        Architectures: ['x86_64'],
        ReservedConcurrentExecutions: 7,
        VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
        TracingConfig: { Mode: 'Active' },
        Environment: { Variables: { AWS_USE_FIPS_ENDPOINT: 'true', STORE: expect.anything() } },
      });
    }
  });

  test('are those of the table, beside its own key and stream', () => {
    expect(propertiesOf(template, 'AWS::DynamoDB::GlobalTable')).toMatchObject({
      TableName: 'docs',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 100 },
      Replicas: [
        {
          TableClass: 'STANDARD_INFREQUENT_ACCESS',
          DeletionProtectionEnabled: false,
          ContributorInsightsSpecification: { Enabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 14 },
        },
      ],
    });
  });

  test('are those of the bucket, on top of what it has: what is deleted stays as long as said', () => {
    const bucket = propertiesOf(template, 'AWS::S3::Bucket');
    expect(bucket).toMatchObject({
      BucketName: 'my-docs',
      AccelerateConfiguration: { AccelerationStatus: 'Enabled' },
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true },
    });
    const { Rules } = bucket.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    expect(Rules.map(({ Id }) => Id)).toEqual([
      'Cheaper',
      'Expire staged objects below staging/',
      'Expire reports of sweeps below sweeps/',
      'AbortIncompleteUploads',
      'ExpireDeletedObjects',
      'Expire failures below aws/lambda/',
    ]);
    expect(Rules[4]).toMatchObject({ NoncurrentVersionExpiration: { NoncurrentDays: 20 } });
  });
});

test('what is given as undefined is not given', () => {
  const undefinedProps = {
    tableProps: { billing: undefined, pointInTimeRecoverySpecification: undefined, replicas: undefined },
    bucketProps: { versioned: undefined, removalPolicy: undefined, encryption: undefined },
    functions: { memorySize: undefined, vpc: undefined, environment: undefined },
    outputs: { enabled: undefined, namePrefix: undefined },
    versioned: undefined,
    deletionProtection: undefined,
    tracing: undefined,
    express: undefined,
  };
  // Callers in JavaScript, or without exactOptionalPropertyTypes, may.
  const given = makeStore(() => undefinedProps as unknown as LargeItemStoreProps);
  expect(given.template().toJSON()).toEqual(makeStore().template().toJSON());
});

test('accesses may be logged to a bucket of your own, below the store’s path', () => {
  const { template } = makeStore((stack) => ({ accessLogs: { bucket: new Bucket(stack, 'Logs') } }));
  const logging = propertiesOf(template(), 'AWS::S3::Bucket', 'DocsBucket').LoggingConfiguration;
  expect(logging).toMatchObject({ LogFilePrefix: 'Test/Docs/' });
});

test('without point-in-time recovery what is deleted stays for a week', () => {
  const { template } = makeStore(() => ({
    tableProps: { pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false } },
  }));
  template().hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 7 } })]),
    },
  });
});

test('beside a table of your own, whose recovery is not known, what is deleted stays as long as you say', () => {
  const days = (noncurrentVersionExpiration?: Duration): unknown => {
    const own = makeStore((stack) => ({
      table: Table.fromTableName(stack, 'T', 'docs'),
      ...(noncurrentVersionExpiration && { noncurrentVersionExpiration }),
    }));
    const { LifecycleConfiguration } = propertiesOf(own.template(), 'AWS::S3::Bucket');
    const { Rules } = LifecycleConfiguration as {
      Rules: { Id: string; NoncurrentVersionExpiration: unknown }[];
    };
    return Rules.find(({ Id }) => Id === 'ExpireDeletedObjects')?.NoncurrentVersionExpiration;
  };
  expect(days()).toEqual({ NoncurrentDays: 42 });
  expect(days(Duration.days(10))).toEqual({ NoncurrentDays: 10 });
});

describe('outputs that are left out', () => {
  const { stack, store, template } = makeStore(() => ({ outputs: { enabled: false } }));

  test('are not there, and the description still is', () => {
    expect(template().findOutputs('*')).toEqual({});
    expect(substituted(stack.resolve(store.descriptor))).toContain('"prefix":"items"');
  });

  test('leave nothing to find the store by, unless there is a parameter', () => {
    expect(() => store.grantDiscovery(store.tasks.plan)).toThrow(/neither a parameter nor outputs/);
    const other = makeStore(() => ({ outputs: { enabled: false }, parameterName: '/docs' })).store;
    expect(other.grantDiscovery(other.tasks.plan).success).toBe(true);
  });
});

const table = (stack: Stack) => Table.fromTableName(stack, 'T', 't');
const bucket = (stack: Stack) => Bucket.fromBucketName(stack, 'B', 'docs');

test.each<[string, (stack: Stack) => LargeItemStoreProps]>([
  ['tableProps is for a table that is made here', (stack) => ({ table: table(stack), tableProps: {} })],
  ['deletionProtection is for a table', (stack) => ({ table: table(stack), deletionProtection: true })],
  ['bucketProps is for a bucket', (stack) => ({ bucket: bucket(stack), bucketProps: {} })],
  ['versioned is for a bucket', (stack) => ({ bucket: bucket(stack), versioned: true })],
  ['accessLogs is for a bucket', (stack) => ({ bucket: bucket(stack), accessLogs: {} })],
  ['autoDeleteObjects is for a bucket', (stack) => ({ bucket: bucket(stack), autoDeleteObjects: true })],
  [
    'noncurrentVersionExpiration is for a bucket',
    (stack) => ({ bucket: bucket(stack), noncurrentVersionExpiration: Duration.days(40) }),
  ],
  ['autoDeleteObjects needs removalPolicy: RemovalPolicy.DESTROY', () => ({ autoDeleteObjects: true })],
  [
    'noncurrentVersionExpiration is 34 days, but the table can be restored as it was 35 days ago',
    () => ({ noncurrentVersionExpiration: Duration.days(34) }),
  ],
  [
    'noncurrentVersionExpiration is for a versioned bucket',
    () => ({ versioned: false, noncurrentVersionExpiration: Duration.days(40) }),
  ],
  [
    'tableProps.replicas: that is for a table of your own',
    () => ({ tableProps: { replicas: [] } as LargeItemStoreProps['tableProps'] & object }),
  ],
  [
    'tableProps.partitionKey: that is the prop partitionKey',
    () => ({ tableProps: { partitionKey: {} } as LargeItemStoreProps['tableProps'] & object }),
  ],
  [
    'tableProps.dynamoStream is KEYS_ONLY, but ttl and cleanUpForeignDeletes need new and old images',
    () => ({ ttl: 'at', tableProps: { dynamoStream: StreamViewType.KEYS_ONLY } }),
  ],
  [
    'accessLogs and bucketProps.serverAccessLogsBucket: give one of them',
    (stack) => ({ accessLogs: {}, bucketProps: { serverAccessLogsBucket: bucket(stack) } }),
  ],
  [
    'accessLogs.retention is for a new bucket',
    (stack) => ({ accessLogs: { bucket: bucket(stack), retention: Duration.days(1) } }),
  ],
  [
    'express must be true, false or { logLevel }, got "yes"',
    () => ({ express: 'yes' }) as unknown as LargeItemStoreProps,
  ],
  [
    'express must be true, false or { logLevel }, got null',
    () => ({ express: null }) as unknown as LargeItemStoreProps,
  ],
  [
    'express.level is no setting of the lane',
    () => ({ express: { level: 'ALL' } }) as unknown as LargeItemStoreProps,
  ],
  [
    'express.logLevel must be ALL or ERROR, got "FATAL"',
    () => ({ express: { logLevel: 'FATAL' } }) as unknown as LargeItemStoreProps,
  ],
  ['functions.memorySize must be at least 256', () => ({ functions: { memorySize: 128 } })],
  ['functions.reservedConcurrency must be at least 1', () => ({ functions: { reservedConcurrency: 0 } })],
  ['functions.environment must not set STORE', () => ({ functions: { environment: { STORE: '' } } })],
  ['functions.vpcSubnets is about functions.vpc', () => ({ functions: { vpcSubnets: {} } })],
  ['functions.securityGroups is about functions.vpc', () => ({ functions: { securityGroups: [] } })],
  ['outputs.namePrefix must be of letters and digits', () => ({ outputs: { namePrefix: 'my-docs' } })],
  ['outputs.exportPrefix must be of letters', () => ({ outputs: { exportPrefix: 'my docs' } })],
  ['outputs.enabled is false', () => ({ outputs: { enabled: false, namePrefix: 'Docs' } })],
])('%s', (message, props) => {
  expect(() => makeStore(props)).toThrow(`LargeItemStore: ${message}`);
});

test('in a network of yours, functions share one security group unless they are given some', () => {
  const { template } = makeStore((stack) => ({
    functions: {
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-1',
        availabilityZones: ['a'],
        privateSubnetIds: ['subnet-1'],
      }),
    },
  }));
  const made = template();
  const [group] = Object.keys(made.findResources('AWS::EC2::SecurityGroup'));
  made.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  made.allResourcesProperties('AWS::Lambda::Function', {
    VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: [{ 'Fn::GetAtt': [group, 'GroupId'] }] },
  });
});
