import { Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { storeDescriptorSchema, storeSchema } from '../../core/contract/store.ts';
import { FUNCTION_TIMEOUT_SECONDS } from '../../core/saga/waits.ts';
import { LargeItemStack } from '../../lib/index.ts';
import { templateApp } from './app.ts';
import { rights, storeOf, substituted } from './template.ts';

describe('new LargeItemStore(this, "Docs") alone', () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(new LargeItemStack(templateApp(), 'Twinwrite'));
  });

  test('is a table, a bucket, four state machines and nine functions, and runs nothing by itself', () => {
    for (const [type, count] of [
      ['AWS::DynamoDB::GlobalTable', 1],
      ['AWS::S3::Bucket', 1],
      ['AWS::StepFunctions::StateMachine', 4],
      ['AWS::Lambda::Function', 9],
      ['AWS::Scheduler::Schedule', 0],
      ['AWS::CloudWatch::Alarm', 0],
    ] as const) {
      template.resourceCountIs(type, count);
    }
  });

  test('keeps table and bucket when the stack goes, and both safe until then', () => {
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Replicas: [
        Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
      ],
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      }),
    });
  });

  test('expires staged objects after 15 days, longer than a run can be replayed, and reports; ends left uploads', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({
            Prefix: 'staging/',
            ExpirationInDays: 15,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          }),
          Match.objectLike({ Prefix: 'sweeps/', ExpirationInDays: 30 }),
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
          Match.objectLike({ Id: 'ExpireDeletedObjects' }),
        ],
      },
    });
  });

  test('keeps what is deleted a week longer than the table can be restored to, then leaves no mark of it', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          {
            Id: 'ExpireDeletedObjects',
            Status: 'Enabled',
            NoncurrentVersionExpiration: { NoncurrentDays: 42 },
            ExpiredObjectDeleteMarker: true,
          },
        ]),
      },
    });
  });

  test('may not have its table deleted, as it is retained', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ DeletionProtectionEnabled: true })],
    });
  });

  test('logs every event without its data, and traces', () => {
    template.allResourcesProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: false }),
      TracingConfiguration: { Enabled: true },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: Match.stringLikeRegexp('^/aws/vendedlogs/states/'),
      RetentionInDays: 30,
    });
  });

  test('runs each task on a current runtime, as long as it may take', () => {
    template.allResourcesProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x' });
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const { 'clean-up-removed': _, ...ofTasks } = FUNCTION_TIMEOUT_SECONDS;
    expect(
      Object.fromEntries(functions.map(({ Properties }) => [Properties.Handler, Properties.Timeout])),
    ).toEqual(
      Object.fromEntries(Object.entries(ofTasks).map(([task, seconds]) => [`${task}.handler`, seconds])),
    );
  });

  test('tells its tasks and its callers the same store', () => {
    const store = storeSchema.parse(storeOf(template));
    expect(store).toMatchObject({
      prefix: 'items',
      stagingPrefix: 'staging',
      key: { partitionKey: { name: 'id', type: 'S' } },
    });
    const [output] = Object.entries(template.findOutputs('*')).filter(([id]) => /^DocsStore/.test(id));
    const descriptor = storeDescriptorSchema.parse(JSON.parse(substituted(output?.[1].Value)));
    expect(descriptor).toMatchObject(store);
    expect(descriptor.stateMachines.create).toMatch(/DocsCreate/);
  });

  test('gives each state machine the functions that its definition names', () => {
    const machines = Object.entries(template.findResources('AWS::StepFunctions::StateMachine'));
    const named = machines.map(([id, { Properties }]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      Object.keys(Properties.DefinitionSubstitutions),
    ]);
    const puts = ['PutInlineFunction', 'PutObjectFunction'];
    const writing = ['WriteItemFunction', 'DeleteObjectsFunction', 'SettleRunFunction'];
    const all = ['PlanFunction', ...puts, ...writing];
    expect(Object.fromEntries(named)).toEqual({
      DocsCreate: all,
      DocsUpdate: all,
      DocsDelete: all.filter((name) => !puts.includes(name)),
      DocsSweepMachine: ['PlanSweepFunction', 'FindOrphansFunction', 'TotalSweepFunction'].concat([
        'Bucket',
        'ObjectPrefix',
        'ReportPrefix',
      ]),
    });
  });

  test('lets an Express run that is to be settled have only its own prefix listed', () => {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    const [settling] = policies.filter(([id]) => id.startsWith('DocsTasksSettleRun'));
    expect(settling?.[1].Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Action: 's3:ListBucket',
        Condition: { StringLike: { 's3:prefix': 'items/*' } },
      }),
    );
  });

  test('gives each role exactly the rights that it needs', () => {
    const read = ['s3:GetObject'];
    const list = ['s3:ListBucket'];
    const all = ['Plan', 'PutInline', 'PutObject', 'WriteItem', 'DeleteObjects'];
    expect(rights(template)).toEqual({
      DocsTasksPlan: { table: ['dynamodb:GetItem'], bucket: list, 'items/*': read, 'staging/*': read },
      DocsTasksPutInline: { 'items/*': ['s3:PutObject'] },
      DocsTasksPutObject: {
        bucket: [...list, 's3:ListBucketMultipartUploads'],
        'staging/*': [...read, 's3:GetObjectTagging'],
        'items/*': [
          's3:PutObject',
          's3:AbortMultipartUpload',
          's3:PutObjectTagging',
          's3:GetObject',
          's3:ListMultipartUploadParts',
        ],
      },
      DocsTasksWriteItem: {
        table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        'items/*': read,
        bucket: list,
      },
      DocsTasksDeleteObjects: {
        table: ['dynamodb:GetItem'],
        bucket: ['s3:ListBucketMultipartUploads'],
        'items/*': ['s3:DeleteObject', 's3:AbortMultipartUpload'],
        'staging/*': ['s3:DeleteObject'],
      },
      DocsTasksSettleRun: {
        table: ['dynamodb:GetItem'],
        bucket: list,
        'items/*': ['s3:DeleteObject'],
      },
      DocsCreate: machineRights([...all, 'SettleRun']),
      DocsUpdate: machineRights([...all, 'SettleRun']),
      DocsDelete: machineRights(['Plan', 'WriteItem', 'DeleteObjects', 'SettleRun']),
      DocsSweepFindOrphans: {
        table: ['dynamodb:BatchGetItem'],
        'items/*': ['s3:DeleteObject'],
        ...Object.fromEntries(
          ['Create', 'Update', 'Delete'].map((name) => [
            `execution:Docs${name}:*`,
            ['states:DescribeExecution'],
          ]),
        ),
      },
      DocsSweepTotal: { 'sweeps/*': ['s3:GetObject'] },
      DocsSweepMachine: {
        ...machineRights(['Plan', 'FindOrphans', 'Total'], 'DocsSweep'),
        bucket: ['s3:ListBucket'],
        'sweeps/*': [
          's3:PutObject',
          's3:GetObject',
          's3:ListMultipartUploadParts',
          's3:AbortMultipartUpload',
        ],
      },
      // What a Distributed Map needs of the machine that it is in.
      DocsSweepMapRuns: {
        DocsSweepMachine: ['states:StartExecution'],
        'execution:DocsSweepMachine:*': ['states:DescribeExecution', 'states:StopExecution'],
        'execution:DocsSweepMachine/*': [
          'states:DescribeExecution',
          'states:StopExecution',
          'states:RedriveExecution',
        ],
      },
    });
  });
});

/** AWS knows no narrower resource than `*` for log delivery and traces. */
function machineRights(functions: readonly string[], scope = 'DocsTasks'): Record<string, readonly string[]> {
  const invoke = functions.map((name) => [`${scope}${name}`, ['lambda:InvokeFunction']]);
  return {
    ...Object.fromEntries(invoke),
    '*': [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
    ],
  };
}
