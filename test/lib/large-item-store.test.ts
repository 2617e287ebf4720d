// What a store is told: its key, its description, what is given to it, and who may write.

import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { storeDescriptorSchema } from '../../core/contract/store.ts';
import { LargeItemStore } from '../../lib/index.ts';
import { templateApp, templateOf } from './app.ts';
import { rights, storeOf, substituted } from './template.ts';

describe('a table and a bucket of your own', () => {
  const named = { partitionKey: { name: 'id', type: AttributeType.STRING } };

  test('made in the same app are used: nothing is made beside them, the bucket gets its lifecycle', () => {
    const template = templateOf((stack) => ({
      table: new Table(stack, 'T', named),
      bucket: new Bucket(stack, 'B'),
    }));
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 15 })]) },
    });
  });

  test('imported by name are used, and their names reach the tasks', () => {
    const template = templateOf((stack) => ({
      table: Table.fromTableName(stack, 'T', 'my-table'),
      bucket: Bucket.fromBucketName(stack, 'B', 'my-bucket'),
    }));
    template.resourceCountIs('AWS::S3::Bucket', 0);
    expect(storeOf(template)).toMatchObject({ table: 'my-table', bucket: 'my-bucket' });
  });

  test('encrypted with own keys: the tasks may use the keys', () => {
    const template = templateOf((stack) => ({
      bucket: new Bucket(stack, 'B', { encryptionKey: new Key(stack, 'K') }),
    }));
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain('kms:Decrypt');
    expect(policies).toContain('kms:GenerateDataKey');
  });

  test('encrypted with own keys: callers may use the keys, as far as they need them', () => {
    const stack = new Stack(templateApp(), 'Test');
    const bucket = new Bucket(stack, 'B', { encryptionKey: new Key(stack, 'K') });
    const store = new LargeItemStore(stack, 'Docs', { bucket });
    const trust = { assumedBy: new AccountRootPrincipal() };
    store.grantStaging(new Role(stack, 'Stager', trust));
    store.grantRead(new Role(stack, 'Reader', trust));
    store.grantWriteInline(new Role(stack, 'InlineWriter', trust));
    const onKey = (role: string): unknown => {
      const [, policy] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).find(
        ([id]) => id.startsWith(role),
      ) as [string, { Properties: { PolicyDocument: { Statement: { Action: unknown }[] } } }];
      const actions = policy.Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action);
      return actions.filter((action) => String(action).startsWith('kms:'));
    };
    expect(onKey('Stager')).toEqual(['kms:GenerateDataKey', 'kms:Decrypt']);
    expect(onKey('Reader')).toEqual(['kms:Decrypt']);
    expect(onKey('InlineWriter')).toEqual([]);
  });

  test('with another key than the props say are refused, both named', () => {
    expect(() =>
      templateOf((stack) => ({
        table: new Table(stack, 'T', { partitionKey: { name: 'pk', type: AttributeType.NUMBER } }),
      })),
    ).toThrow(/key is pk \(N\), no sort key, but partitionKey and sortKey say id \(S\), no sort key/);
  });
});

test('the key can be any: names and types reach the table and the tasks', () => {
  const partitionKey = { name: 'pk', type: 'B' } as const;
  const sortKey = { name: 'sk', type: 'N' } as const;
  const template = templateOf(() => ({ partitionKey, sortKey }));
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: Match.arrayWith([{ AttributeName: 'pk', AttributeType: 'B' }]),
  });
  expect(storeOf(template)).toMatchObject({ key: { partitionKey, sortKey } });
});

describe('its description', () => {
  test('is in a parameter where it has a name, the same as in the outputs', () => {
    const template = templateOf(() => ({ parameterName: '/my-app/docs' }));
    const [output] = Object.entries(template.findOutputs('*')).filter(([id]) => /^DocsStore/.test(id));
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/my-app/docs',
      Type: 'String',
      Value: output?.[1].Value,
    });
    templateOf().resourceCountIs('AWS::SSM::Parameter', 0);
  });

  test('says to clients and tasks that no content may enter an input, where that is so', () => {
    const template = templateOf(() => ({ inlineContent: false }));
    expect(storeOf(template)).toMatchObject({ inlineContent: false });
    expect(storeOf(templateOf())).not.toHaveProperty('inlineContent');
  });

  test('can be given to an app with its deployment', () => {
    const stack = new Stack(templateApp(), 'Test');
    const { descriptor } = new LargeItemStore(stack, 'Docs');
    const text = substituted(stack.resolve(descriptor));
    expect(storeDescriptorSchema.parse(JSON.parse(text))).toMatchObject({ prefix: 'items' });
  });
});

describe('items that no saga removes', () => {
  const patternOf = (template: Template): unknown => {
    const [mapping] = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    return JSON.parse(mapping?.Properties.FilterCriteria.Filters[0].Pattern);
  };

  test('with ttl: the table expires items, and its stream brings those to the clean-up, no others', () => {
    const template = templateOf(() => ({ ttl: 'expiresAt' }));
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
    expect(patternOf(template)).toEqual({
      eventName: ['REMOVE'],
      userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
    });
    const clean = Object.entries(rights(template)).find(([role]) => role.includes('CleanUp'))?.[1];
    expect(clean).toMatchObject({
      table: expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:GetRecords']),
      'items/*': ['s3:DeleteObject'],
      bucket: ['s3:ListBucket'],
      'aws/lambda/*': ['s3:PutObject'],
    });
  });

  test('with cleanUpForeignDeletes: the stream brings every deletion and change', () => {
    expect(patternOf(templateOf(() => ({ cleanUpForeignDeletes: true })))).toEqual({
      eventName: ['REMOVE', 'MODIFY'],
    });
  });

  test('with a table of your own: it must have a stream', () => {
    const key = { partitionKey: { name: 'id', type: AttributeType.STRING } };
    const stream = StreamViewType.NEW_AND_OLD_IMAGES;
    const expiring = { ...key, timeToLiveAttribute: 'expiresAt' };
    expect(() =>
      templateOf((stack) => ({ ttl: 'expiresAt', table: new Table(stack, 'T', expiring) })),
    ).toThrow(/need a table with a stream/);
    templateOf((stack) => ({
      ttl: 'expiresAt',
      table: new Table(stack, 'T', { ...expiring, stream }),
    })).resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  });
});

test('grantWrite lets an app start runs, look at them, and list those of each machine', () => {
  const stack = new Stack(templateApp(), 'Test');
  const role = new Role(stack, 'App', { assumedBy: new AccountRootPrincipal() });
  const store = new LargeItemStore(stack, 'Docs');
  store.grantWrite(role);
  const template = Template.fromStack(stack);
  for (const machine of [
    store.stateMachines.create,
    store.stateMachines.update,
    store.stateMachines.delete,
  ]) {
    const grants = [
      ['states:StartExecution', stack.resolve(machine.stateMachineArn)],
      ['states:GetExecutionHistory', Match.anyValue()],
      ['states:DescribeExecution', Match.anyValue()],
      ['states:ListExecutions', stack.resolve(machine.stateMachineArn)],
    ].map(([Action, Resource]) => Match.objectLike({ Action, Resource }));
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [stack.resolve(role.roleName)],
      PolicyDocument: { Statement: Match.arrayWith(grants) },
    });
  }
});
