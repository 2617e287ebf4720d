// A store with a key of its own: what is encrypted by it, and who may do what with it.

import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { TableEncryptionV2 } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { beforeAll, describe, expect, test } from 'vitest';
import { LargeItemStore } from '../../lib/index.ts';
import { makeStore, templateApp } from './app.ts';
import { substituted } from './template.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

let template: Template;
let key: unknown;

beforeAll(() => {
  const stack = new Stack(templateApp(), 'Test');
  const encryptionKey = new Key(stack, 'Key');
  const sweep = { schedule: ScheduleExpression.expression('rate(1 day)') };
  const store = new LargeItemStore(stack, 'Docs', { encryptionKey, ttl: 'at', sweep });
  const role = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
  store.grantWrite(role('Writer'));
  store.grantWait(role('Waiter'));
  store.grantRead(role('Reader'));
  store.table.grantReadData(role('TableReader'));
  store.bucket.grantRead(role('BucketReader'));
  store.grantOperate(role('Operator'));
  store.grantCheck(role('Checker'));
  store.grantSweep(role('Sweeper'));
  store.grantDiscovery(role('Finder'));
  key = stack.resolve(encryptionKey.keyArn);
  template = Template.fromStack(stack);
});

describe('is encrypted by it:', () => {
  test('the table, though the stack does not say its Region', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [Match.objectLike({ SSESpecification: { KMSMasterKeyId: key } })],
    });
  });

  test('the bucket, with one call of KMS for many objects', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
          },
        ],
      },
    });
  });

  test('every log group and every state machine', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
    template.allResourcesProperties('AWS::StepFunctions::StateMachine', {
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: key },
    });
  });
});

/** What a role may do with the key, and of which state machines if that is a condition. */
function onKey(): Record<string, Record<string, readonly string[]>> {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const found = policies.map(([id, { Properties }]): [string, Record<string, readonly string[]>] => {
    const statements = (Properties.PolicyDocument.Statement as Statement[]).filter(({ Action }) =>
      [Action].flat().some((action) => action.startsWith('kms:')),
    );
    const rights: Record<string, readonly string[]> = {};
    for (const { Action, Resource, Condition } of statements) {
      expect(Resource).toEqual(key);
      const where = whereOf(Condition);
      rights[where] = [...new Set([...(rights[where] ?? []), ...[Action].flat()])].sort();
    }
    return [id.replace(/((ServiceRole|Role)?DefaultPolicy)?[0-9A-F]{8}$/, ''), rights];
  });
  return Object.fromEntries(found.filter(([, rights]) => Object.keys(rights).length > 0));
}

function whereOf(condition: Statement['Condition']): string {
  const [test = {}] = Object.values(condition ?? {});
  const [name, values] = Object.entries(test)[0] ?? ['anything', []];
  const machines = [values].flat().map((value) =>
    substituted(value)
      .replace(/^(Docs\w+?)[0-9A-F]{8}/, '$1')
      .replace(/^arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:\*$/, 'logs'),
  );
  return name === 'anything' ? name : machines.join(' ');
}

test('functions, state machines and callers may use it as far as they need it', () => {
  const table = { read: 'kms:Decrypt' };
  const write = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];
  const put = ['kms:Decrypt', 'kms:GenerateDataKey'];
  const sagas = 'DocsCreate DocsUpdate DocsDelete';
  const machine = (id: string) => ({ [`${id} ${id}/*`]: put, logs: ['kms:GenerateDataKey'] });
  expect(onKey()).toEqual({
    DocsTasksPlan: { anything: [table.read] },
    DocsTasksPutInline: { anything: ['kms:GenerateDataKey'] },
    DocsTasksPutObject: { anything: put },
    DocsTasksWriteItem: { anything: write },
    DocsTasksDeleteObjects: { anything: [table.read] },
    DocsTasksSettleRun: { anything: [table.read] },
    // To read the stream; CDK's event source adds the second.
    DocsRemovedItemsCleanUp: { anything: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'] },
    DocsCreateEncryption: machine('DocsCreate'),
    DocsUpdateEncryption: machine('DocsUpdate'),
    DocsDeleteEncryption: machine('DocsDelete'),
    DocsSweepMachineEncryption: machine('DocsSweepMachine'),
    DocsSweepMachine: { anything: put },
    DocsSweepFindOrphans: { anything: [table.read] },
    DocsSweepTotal: { anything: ['kms:Decrypt'] },
    DocsSweepScheduler: { DocsSweepMachine: put },
    Writer: { anything: put, [sagas]: put },
    Waiter: { [sagas]: ['kms:Decrypt'] },
    Reader: { anything: ['kms:Decrypt'] },
    // By CDK's own grants.
    TableReader: { anything: ['kms:Decrypt', 'kms:DescribeKey'] },
    BucketReader: { anything: ['kms:Decrypt', 'kms:DescribeKey'] },
    Operator: { anything: ['kms:Decrypt'], [sagas]: put },
    Checker: { anything: ['kms:Decrypt'], [sagas]: ['kms:Decrypt'] },
    Sweeper: { anything: ['kms:Decrypt'], DocsSweepMachine: put },
  });
});

test('its own policy lets CloudWatch Logs keep and deliver the logs of this store, and nothing else', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::KMS::Key')) as [
    { Properties: { KeyPolicy: { Statement: (Statement & { Principal: unknown })[] } } },
  ];
  const services = Properties.KeyPolicy.Statement.filter(({ Principal }) =>
    Object.hasOwn(Principal as object, 'Service'),
  );
  expect(services).toHaveLength(4);
  const statements = services.map(({ Condition, Action, Principal }) => ({
    principal: substituted((Principal as { Service: unknown }).Service),
    actions: [Action].flat(),
    where: Object.entries(Condition ?? {}).map(([operator, test]) => [
      operator,
      ...Object.entries(test).map(([name, value]) => [name, substituted(value)]),
    ]),
  }));
  const deliver = statements.at(-1);
  const groups = [
    /states\/Test-[0-9a-f]{8}$/,
    /states\/Test-[0-9a-f]{8}-sweeps$/,
    /lambda\/Test-[0-9a-f]{8}$/,
  ];
  expect(statements.slice(0, -1)).toEqual(
    groups.map((group) => ({
      principal: 'logs.AWS::Region.AWS::URLSuffix',
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ],
      where: [
        [
          'ArnLike',
          [
            'kms:EncryptionContext:aws:logs:arn',
            expect.stringMatching(new RegExp(`:log-group:/aws/.*${group.source}`)),
          ],
        ],
      ],
    })),
  );
  expect(deliver).toEqual({
    principal: 'delivery.logs.amazonaws.com',
    actions: ['kms:Decrypt'],
    where: [
      [
        'StringLike',
        ['kms:EncryptionContext:SourceArn', 'arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:*'],
      ],
    ],
  });
});

test('an imported key’s policy is asked for', () => {
  const { stack } = makeStore((stack) => ({
    encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1'),
  }));
  const annotations = Annotations.fromStack(stack);
  annotations.hasInfo('*', Match.stringLikeRegexp('imported encryptionKey allow CloudWatch Logs to use it'));
  annotations.hasInfo('*', Match.stringLikeRegexp('imported encryptionKey allow what delivers the logs'));
});

test('what has a key of its own keeps it', () => {
  const { template } = makeStore((stack) => ({
    encryptionKey: new Key(stack, 'Key'),
    bucketProps: { encryption: BucketEncryption.S3_MANAGED },
    tableProps: { encryption: TableEncryptionV2.dynamoOwnedKey() },
  }));
  const own = template();
  own.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
  const [table] = Object.values(own.findResources('AWS::DynamoDB::GlobalTable'));
  expect(JSON.stringify(table)).not.toContain('KMS');
  const policies = Object.entries(own.findResources('AWS::IAM::Policy'));
  const ofTasks = policies.filter(([id]) => id.startsWith('DocsTasks'));
  expect(ofTasks.length).toBe(6);
  expect(JSON.stringify(ofTasks)).not.toContain('kms:');
});
