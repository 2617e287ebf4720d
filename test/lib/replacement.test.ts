// No change of a prop replaces a table, a bucket, a state machine or a function that is deployed, but for those whose nature it is
// (docs/upgrading.md). That no version does: test/upgrades/lasting.test.ts.

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AttributeType,
  Billing,
  Capacity,
  ProjectionType,
  StreamViewType,
  Table,
  TableClass,
} from 'aws-cdk-lib/aws-dynamodb';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, it } from 'vitest';
import { LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';
import { templateApp } from './app.ts';
import { type Lasting, lastingIn, replacements } from './replacements.ts';

/** Props of a store; those of a stack, where resources of its own are needed. */
type Change = (stack: Stack) => LargeItemStoreProps;

const thrownAway = { removalPolicy: RemovalPolicy.DESTROY };

/** Another value than the default for each prop, with what it needs besides. A new prop must be added here, or this does not compile. */
const CHANGES: Readonly<Record<Exclude<keyof LargeItemStoreProps, ByNature>, Change>> = {
  tableProps: () => ({
    tableProps: {
      billing: Billing.provisioned({
        readCapacity: Capacity.fixed(5),
        writeCapacity: Capacity.autoscaled({ maxCapacity: 10 }),
      }),
      tableClass: TableClass.STANDARD_INFREQUENT_ACCESS,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 7 },
      contributorInsightsSpecification: { enabled: true },
      dynamoStream: StreamViewType.KEYS_ONLY,
      globalSecondaryIndexes: [
        { indexName: 'byOwner', partitionKey: { name: 'owner', type: AttributeType.STRING } },
      ],
      deletionProtection: false,
      tags: [{ key: 'team', value: 'docs' }],
    },
  }),
  bucketProps: () => ({
    bucketProps: {
      encryption: BucketEncryption.KMS_MANAGED,
      transferAcceleration: true,
      eventBridgeEnabled: true,
      enforceSSL: false,
      lifecycleRules: [{ expiration: Duration.days(1), prefix: 'mine/' }],
    },
  }),
  encryptionKey: (stack) => ({ encryptionKey: new Key(stack, 'Key') }),
  deletionProtection: () => ({ deletionProtection: false }),
  versioned: () => ({ versioned: false }),
  noncurrentVersionExpiration: () => ({ noncurrentVersionExpiration: Duration.days(90) }),
  accessLogs: () => ({ accessLogs: {} }),
  prefix: () => ({ prefix: 'docs' }),
  stagingPrefix: () => ({ stagingPrefix: 'uploads' }),
  objectKeyTemplate: () => ({ objectKeyTemplate: '{prefix}/attr={attr}/pk={pk}/sha256={sha256}/{run}' }),
  formerObjectKeyTemplates: () => ({
    formerObjectKeyTemplates: ['{prefix}/attr={attr}/pk={pk}/sha256={sha256}/{run}'],
  }),
  legacy: () => ({ legacy: { prefix: 'legacy' } }),
  sweep: () => ({ sweep: { schedule: ScheduleExpression.rate(Duration.days(1)), reportPrefix: 'reports' } }),
  uploadOrigins: () => ({ uploadOrigins: ['https://app.example.com'] }),
  inlineContent: () => ({ inlineContent: false }),
  express: () => ({ express: true }),
  removalPolicy: () => thrownAway,
  autoDeleteObjects: () => ({ ...thrownAway, autoDeleteObjects: true }),
  ttl: () => ({ ttl: 'ends' }),
  cleanUpForeignDeletes: () => ({ cleanUpForeignDeletes: true }),
  parameterName: () => ({ parameterName: '/docs' }),
  outputs: () => ({ outputs: { namePrefix: 'Mine', exportPrefix: 'mine' } }),
  functions: (stack) => ({
    functions: {
      memorySize: 1024,
      architecture: Architecture.X86_64,
      reservedConcurrency: 5,
      vpc: networkOf(stack),
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      environment: { NODE_OPTIONS: '--no-warnings' },
      tracing: true,
    },
  }),
  tracing: () => ({ tracing: false }),
  logRetention: () => ({ logRetention: RetentionDays.ONE_DAY }),
  alarms: (stack) => ({ alarms: { topic: new Topic(stack, 'Alarms') } }),
  dashboard: () => ({ dashboard: true }),
};

/** Props that say which table and which bucket it is: docs/upgrading.md lists them. */
type ByNature = 'partitionKey' | 'sortKey' | 'table' | 'bucket';

/** What each does; those of `tableProps` and `bucketProps` that do it, too. */
const REPLACED_BY_NATURE: Readonly<
  Record<ByNature | `${'table' | 'bucket'}Props.${string}`, [Change, string]>
> = {
  partitionKey: [() => ({ partitionKey: { name: 'tenant', type: 'S' } }), 'Table: KeySchema'],
  sortKey: [() => ({ sortKey: { name: 'at', type: 'N' } }), 'Table: KeySchema'],
  table: [(stack) => ({ table: tableIn(stack) }), 'Table: gone'],
  bucket: [(stack) => ({ bucket: new Bucket(stack, 'Mine') }), 'Bucket: gone'],
  'tableProps.tableName': [() => ({ tableProps: { tableName: 'mine' } }), 'Table: TableName'],
  'tableProps.localSecondaryIndexes': [
    () => ({ sortKey: { name: 'at', type: 'N' }, tableProps: { localSecondaryIndexes: [index] } }),
    'Table: LocalSecondaryIndexes',
  ],
  'bucketProps.bucketName': [() => ({ bucketProps: { bucketName: 'mine-1' } }), 'Bucket: BucketName'],
  'bucketProps.objectLockEnabled': [
    () => ({ bucketProps: { objectLockEnabled: true } }),
    'Bucket: ObjectLockEnabled',
  ],
};

const index = {
  indexName: 'byOwner',
  sortKey: { name: 'owner', type: AttributeType.STRING },
  projectionType: ProjectionType.KEYS_ONLY,
};

function networkOf(stack: Stack): Vpc {
  const isolated = { availabilityZones: ['a'], isolatedSubnetIds: ['subnet-1'] };
  return Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', ...isolated }) as Vpc;
}

function tableIn(stack: Stack): Table {
  return new Table(stack, 'Mine', { partitionKey: { name: 'id', type: AttributeType.STRING } });
}

let lasting: ReadonlyMap<string, Readonly<Record<string, Lasting>>>;

beforeAll(() => {
  const app = templateApp();
  const all: readonly (readonly [string, Change])[] = [
    ['default', () => ({})],
    ...Object.entries(CHANGES),
    ...Object.entries(REPLACED_BY_NATURE).map(([name, [change]]) => [name, change] as const),
  ];
  const stacks = all.map(([name, change], at) => {
    const stack = new Stack(app, `Stack${at}`);
    new LargeItemStore(stack, 'Docs', change(stack));
    return [name, stack] as const;
  });
  lasting = new Map(stacks.map(([name, stack]) => [name, lastingIn(Template.fromStack(stack))]));
});

function of(name: string): Readonly<Record<string, Lasting>> {
  const found = lasting.get(name);
  if (found === undefined) throw new Error(`no template of ${name}`);
  return found;
}

describe('a change of a prop, and back', () => {
  it.each(Object.keys(CHANGES))('%s replaces nothing, and takes nothing away', (prop) => {
    expect(Object.keys(of('default')).length).toBeGreaterThan(10);
    expect(replacements(of('default'), of(prop))).toEqual([]);
    const back = replacements(of(prop), of('default'));
    expect(back.filter((each) => !each.endsWith(': gone'))).toEqual([]);
  });

  it.each(Object.entries(REPLACED_BY_NATURE))('%s does, by its nature', (name, [, what]) => {
    const found = replacements(of('default'), of(name));
    expect(found.map((each) => each.replace(/^Docs(\w+?)[0-9A-F]{8}:/, '$1:'))).toContain(what);
  });
});
