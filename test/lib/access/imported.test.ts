// A store of another stack, by its description: the grants on it are those of the store itself.

import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ILargeItemStore, LargeItemStore } from '../../../lib/index.ts';
import { makeStore, templateApp } from '../app.ts';
import { rights, substituted } from '../template.ts';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const machineArn = (name: string) => `arn:aws:states:eu-west-1:111111111111:stateMachine:${name}`;
const STORE = {
  table: 'docs-table',
  bucket: 'docs-bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  key: { partitionKey: { name: 'id', type: 'S' } },
  legacy: { bucket: 'old-bucket', prefix: 'old' },
  region: 'eu-west-1',
  stateMachines: {
    create: machineArn('DocsCreate'),
    update: machineArn('DocsUpdate'),
    delete: machineArn('DocsDelete'),
  },
  express: {
    stateMachines: {
      create: machineArn('DocsExpressCreate'),
      update: machineArn('DocsExpressUpdate'),
      delete: machineArn('DocsExpressDelete'),
    },
    logGroup: '/aws/vendedlogs/states/docs-express',
  },
  sweep: { stateMachine: machineArn('DocsSweep'), reportPrefix: 'sweeps' },
};
const DESCRIPTOR = JSON.stringify(STORE);

const GRANTS = [
  'grantWrite',
  'grantWriteInline',
  'grantStaging',
  'grantWait',
  'grantRead',
  'grantOperate',
  'grantCheck',
  'grantSweep',
  'grantDiscovery',
] as const;

const roleOf = (scope: Stack, id: string) => new Role(scope, id, { assumedBy: new AccountRootPrincipal() });

/** Grants everything, each to a role of its own; every grant says that it was applied. */
function grantAll(store: ILargeItemStore, stack: Stack): void {
  for (const grant of GRANTS) expect(store[grant](roleOf(stack, grant)).success).toBe(true);
}

const imported = (stack: Stack, props: Parameters<typeof LargeItemStore.fromDescriptor>[3] = {}) =>
  LargeItemStore.fromDescriptor(stack, 'Docs', DESCRIPTOR, props);

describe('grants on it', () => {
  let granted: Record<string, Record<string, readonly string[]>>;
  beforeAll(() => {
    const stack = new Stack(templateApp(), 'Test', { env: ENV });
    grantAll(imported(stack, { parameterName: '/my-app/docs' }), stack);
    granted = rights(Template.fromStack(stack));
  });
  const of = (role: string) => granted[`${role}DefaultPolicy`] ?? granted[role];

  test('are on what its description names', () => {
    expect(of('grantRead')).toEqual({
      'arn:aws:dynamodb:eu-west-1:111111111111:table/docs-table': [
        'dynamodb:GetItem',
        'dynamodb:BatchGetItem',
        'dynamodb:Query',
        'dynamodb:Scan',
      ],
      'arn:aws:dynamodb:eu-west-1:111111111111:table/docs-table/index/*': ['dynamodb:Query', 'dynamodb:Scan'],
      'arn:AWS::Partition:s3:::docs-bucket/items/*': ['s3:GetObject'],
      'arn:AWS::Partition:s3:::docs-bucket': ['s3:ListBucket'],
      'arn:AWS::Partition:s3:::old-bucket/old/*': ['s3:GetObject'],
      'arn:AWS::Partition:s3:::old-bucket': ['s3:ListBucket'],
    });
    expect(of('grantStaging')).toEqual({
      'arn:AWS::Partition:s3:::docs-bucket/staging/*': [
        's3:PutObject',
        's3:AbortMultipartUpload',
        's3:GetObject',
        's3:DeleteObject',
      ],
    });
    expect(of('grantSweep')).toEqual({
      [machineArn('DocsSweep')]: ['states:StartExecution'],
      'arn:AWS::Partition:states:eu-west-1:111111111111:execution:DocsSweep:*': [
        'states:DescribeExecution',
        'states:ListMapRuns',
      ],
      'arn:AWS::Partition:states:eu-west-1:111111111111:mapRun:DocsSweep/*': ['states:DescribeMapRun'],
      'arn:AWS::Partition:s3:::docs-bucket/sweeps/*': ['s3:GetObject'],
    });
    expect(of('grantOperate')).toMatchObject({
      [machineArn('DocsExpressCreate')]: ['states:StartSyncExecution', 'states:DescribeStateMachine'],
      [machineArn('DocsExpressUpdate')]: ['states:StartSyncExecution', 'states:DescribeStateMachine'],
      [machineArn('DocsExpressDelete')]: ['states:StartSyncExecution', 'states:DescribeStateMachine'],
      'arn:aws:logs:eu-west-1:111111111111:log-group:/aws/vendedlogs/states/docs-express:*': [
        'logs:FilterLogEvents',
      ],
    });
    expect(of('grantDiscovery')).toEqual({
      'arn:aws:ssm:eu-west-1:111111111111:parameter/my-app/docs': ['ssm:GetParameter'],
    });
  });

  test('allow the same actions as on the store itself', () => {
    const { stack, store } = makeStore(() => ({ parameterName: '/my-app/docs', express: true }));
    grantAll(store, stack);
    const own = rights(Template.fromStack(stack));
    const actions = (all: typeof own, role: string) =>
      [...new Set(Object.values(all[`${role}DefaultPolicy`] ?? all[role] ?? {}).flat())].sort();
    for (const role of GRANTS) {
      expect(actions(granted, role), role).not.toEqual([]);
      expect(actions(granted, role), role).toEqual(actions(own, role));
    }
  });
});

test('with its key, callers may use it', () => {
  const stack = new Stack(templateApp(), 'Test', { env: ENV });
  const encryptionKey = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1');
  imported(stack, { encryptionKey }).grantWait(roleOf(stack, 'Waiter'));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: 'arn:aws:kms:eu-west-1:111111111111:key/1',
          Condition: {
            StringEquals: {
              'kms:EncryptionContext:aws:states:stateMachineArn': Object.values(STORE.stateMachines),
            },
          },
        },
      ]),
    },
  });
});

test('it is what the store’s own parameter and output hold', () => {
  const { stack, store } = makeStore(() => ({ express: true }));
  const descriptor = substituted(stack.resolve(store.descriptor)).replaceAll(
    /"(Docs\w+)"/g,
    (_, name) => `"${/Table|Bucket|Logs/.test(name) ? name.toLowerCase() : machineArn(name)}"`,
  );
  const other = new Stack(templateApp(), 'Other');
  expect(LargeItemStore.fromDescriptor(other, 'Docs', descriptor).descriptor).toBe(descriptor);
});

test('a description that is yet to be looked up is taken until it is', () => {
  const stack = new Stack(templateApp(), 'Test', { env: ENV });
  const descriptor = StringParameter.valueFromLookup(stack, '/my-app/docs');
  const store = LargeItemStore.fromDescriptor(stack, 'Docs', descriptor, { stackName: 'Docs' });
  grantAll(store, stack);
  expect(Template.fromStack(stack).findResources('AWS::IAM::Policy')).not.toEqual({});
});

test('is found by its parameter or by its stack, or not at all', () => {
  const stack = new Stack(templateApp(), 'Test', { env: ENV });
  imported(stack, { stackName: 'MyDocs' }).grantDiscovery(roleOf(stack, 'Finder'));
  const [found] = Object.values(rights(Template.fromStack(stack)));
  expect(found).toEqual({
    'arn:AWS::Partition:cloudformation:eu-west-1:111111111111:stack/MyDocs/*': [
      'cloudformation:DescribeStacks',
    ],
  });
  const nowhere = imported(new Stack(templateApp(), 'Other', { env: ENV }));
  expect(() => nowhere.grantDiscovery(roleOf(stack, 'Lost'))).toThrow(/neither a parameter nor outputs/);
});

test.each([
  ['{}', 'describes no store of this version of twinwrite: table: '],
  ['docs', 'not JSON'],
  [JSON.stringify({ ...STORE, archive: 'glacier' }), 'Unrecognized key: "archive"'],
])('%s is refused', (descriptor, message) => {
  const stack = new Stack(templateApp(), 'Test');
  expect(() => LargeItemStore.fromDescriptor(stack, 'Docs', descriptor)).toThrow(message);
});

test('a description that only the deployment knows is refused, with what to do', () => {
  const { stack, store } = makeStore();
  expect(() => LargeItemStore.fromDescriptor(stack, 'Again', store.descriptor)).toThrow(
    /known when the app is synthesised: use StringParameter\.valueFromLookup/,
  );
});

test('a store of another account is refused: nobody there may be allowed to start its runs from here', () => {
  const stack = new Stack(templateApp(), 'Test', { env: { ...ENV, account: '222222222222' } });
  expect(() => imported(stack)).toThrow(
    'LargeItemStore: descriptor is in the account 111111111111, but the stack is in 222222222222',
  );
});

test('one without an Express lane grants nothing of one', () => {
  const stack = new Stack(templateApp(), 'Test', { env: ENV });
  const { express: _, ...plain } = STORE;
  LargeItemStore.fromDescriptor(stack, 'Docs', JSON.stringify(plain)).grantOperate(roleOf(stack, 'Operator'));
  const policies = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  expect(policies).toContain('states:RedriveExecution');
  expect(policies).not.toMatch(/StartSyncExecution|logs:/);
});

test('one from before there was a sweep grants none', () => {
  const stack = new Stack(templateApp(), 'Test', { env: ENV });
  const { sweep: _, ...old } = STORE;
  const store = LargeItemStore.fromDescriptor(stack, 'Docs', JSON.stringify(old));
  expect(() => store.grantSweep(roleOf(stack, 'Sweeper'))).toThrow(/names no sweep/);
});
