import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { storeDescriptorSchema, storeSchema } from '../../core/contract/store.ts';
import { FUNCTION_TIMEOUT_SECONDS } from '../../core/saga/waits.ts';
import { LargeItemStack, LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';
import { rights, substituted } from './template.ts';

/** An app that neither copies its assets nor reports what it is made of: only its template is looked at. */
function app(): App {
  return new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
}

function templateOf(props?: (stack: Stack) => LargeItemStoreProps): Template {
  const stack = new Stack(app(), 'Test');
  new LargeItemStore(stack, 'Docs', props?.(stack));
  return Template.fromStack(stack);
}

function storeOf(template: Template): unknown {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const stores = functions.map(({ Properties }) => substituted(Properties.Environment.Variables.STORE));
  expect(new Set(stores).size).toBe(1);
  return JSON.parse(stores[0] ?? '');
}

describe('new LargeItemStore(this, "Docs") alone', () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(new LargeItemStack(app(), 'Twinwrite'));
  });

  test('is a table, a bucket, four state machines and eight functions, and runs nothing by itself', () => {
    for (const [type, count] of [
      ['AWS::DynamoDB::GlobalTable', 1],
      ['AWS::S3::Bucket', 1],
      ['AWS::StepFunctions::StateMachine', 4],
      ['AWS::Lambda::Function', 8],
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
    const all = ['PlanFunction', ...puts, 'WriteItemFunction', 'DeleteObjectsFunction'];
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

  test('gives each role exactly the rights that it needs', () => {
    const read = ['s3:GetObject'];
    const list = ['s3:ListBucket'];
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
      DocsCreate: machineRights(['Plan', 'PutInline', 'PutObject', 'WriteItem', 'DeleteObjects']),
      DocsUpdate: machineRights(['Plan', 'PutInline', 'PutObject', 'WriteItem', 'DeleteObjects']),
      DocsDelete: machineRights(['Plan', 'WriteItem', 'DeleteObjects']),
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

describe('uploadOrigins', () => {
  const uploadOrigins = ['https://app.example.com', 'https://*.example.org'];

  test('become a CORS rule for PUT, of an own and of a given bucket', () => {
    const rule = {
      Id: 'PresignedUploads',
      AllowedMethods: ['PUT'],
      AllowedOrigins: uploadOrigins,
      AllowedHeaders: ['*'],
    };
    const expected = { CorsConfiguration: { CorsRules: [Match.objectLike(rule)] } };
    templateOf(() => ({ uploadOrigins })).hasResourceProperties('AWS::S3::Bucket', expected);
    templateOf((stack) => ({ uploadOrigins, bucket: new Bucket(stack, 'Own') })).hasResourceProperties(
      'AWS::S3::Bucket',
      expected,
    );
  });

  test('of an imported bucket are asked for', () => {
    const stack = new Stack(app(), 'Test');
    new LargeItemStore(stack, 'Docs', {
      uploadOrigins,
      bucket: Bucket.fromBucketName(stack, 'Given', 'given'),
    });
    Annotations.fromStack(stack).hasInfo('*', Match.stringLikeRegexp('CORS rule.*https://app.example.com'));
  });

  test('are none by default', () => {
    const [bucket] = Object.values(templateOf().findResources('AWS::S3::Bucket'));
    expect(bucket?.Properties).not.toHaveProperty('CorsConfiguration');
  });

  test.each(['app.example.com', 'https://app.example.com/', 'https://*.*.com', 'https://a b', ''])(
    'refuse "%s"',
    (origin) => {
      expect(() => templateOf(() => ({ uploadOrigins: [origin] }))).toThrow(`got "${origin}"`);
    },
  );
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
    const stack = new Stack(app(), 'Test');
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
    const stack = new Stack(app(), 'Test');
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

describe('prefixes', () => {
  test.each([
    ['items', 'items/staging'],
    ['items/staging', 'items'],
    ['items', 'items'],
    ['items', ''],
    ['/items', 'staging'],
    ['items/', 'staging'],
    ['items', 'a//b'],
  ])('%j with staging %j are refused', (prefix, stagingPrefix) => {
    expect(() => templateOf(() => ({ prefix, stagingPrefix }))).toThrow(/LargeItemStore: /);
  });

  test.each([
    ['', 'staging'],
    ['items', 'items-staging'],
    ['a/b', 'a/c'],
  ])('%j with staging %j are taken', (prefix, stagingPrefix) => {
    expect(storeOf(templateOf(() => ({ prefix, stagingPrefix })))).toMatchObject({ prefix, stagingPrefix });
  });
});

describe('two stores in one bucket', () => {
  const both = (other: LargeItemStoreProps, one: LargeItemStoreProps = {}) => {
    const stack = new Stack(app(), 'Test');
    const buckets = ['A', 'B'].map((id) => Bucket.fromBucketName(stack, id, 'shared'));
    new LargeItemStore(stack, 'One', { bucket: buckets[0] as IBucket, ...one });
    new LargeItemStore(stack, 'Other', { bucket: buckets[1] as IBucket, ...other });
  };

  test('with one prefix are refused: a sweep of either would take the objects of the other for orphans', () => {
    expect(() => both({})).toThrow(/^LargeItemStore: prefix "items" is that of Test\/One in the same bucket/);
  });

  test('and one table are taken, as when a store moves to another stack', () => {
    const table = streamed();
    both({ table }, { table });
  });

  test.each<[LargeItemStoreProps, LargeItemStoreProps]>([
    [{ prefix: 'staging' }, {}],
    [{ prefix: 'sweeps/b', sweep: { reportPrefix: 'reports' } }, {}],
    [{ prefix: 'aws/lambda' }, { ttl: 'at', table: streamed() }],
    [{ prefix: 'b', stagingPrefix: 'items' }, {}],
  ])('where objects would lie below what expires are refused: %j beside %j', (other, one) => {
    const staged = other.prefix === 'staging' ? { stagingPrefix: 'b-staging' } : {};
    expect(() => both({ ...staged, ...other }, one)).toThrow(/in the same bucket, whose objects expire$/);
  });

  test('apart are taken, and the bucket has each lifecycle rule once', () => {
    const stack = new Stack(app(), 'Test');
    const { bucket } = new LargeItemStore(stack, 'a', { prefix: 'a', ttl: 'at' });
    new LargeItemStore(stack, 'b', { bucket, prefix: 'b', ttl: 'at' });
    new LargeItemStore(stack, 'c', { bucket, prefix: 'c', stagingPrefix: 'c-staging' });
    const [made] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'));
    const rules = made?.Properties.LifecycleConfiguration.Rules as { Id: string; Prefix?: string }[];
    expect(rules.map(({ Prefix }) => Prefix)).toEqual([
      'staging/',
      'sweeps/',
      undefined,
      undefined,
      'aws/lambda/',
      'c-staging/',
    ]);
    expect(new Set(rules.map(({ Id }) => Id)).size).toBe(6);
  });
});

function streamed(): ITable {
  const stack = new Stack(app(), 'Tables');
  return Table.fromTableAttributes(stack, 'T', { tableName: 't', tableStreamArn: 'arn:aws:dynamodb:::t/s' });
}

test.each<LargeItemStoreProps>([
  { prefix: 'aws/lambda' },
  { prefix: 'aws' },
  { prefix: '', objectKeyTemplate: '{prefix}/aws/lambda/pk={pk}/{attr}={sha256}/{run}' },
])(
  'with a stream, objects among the failures that Lambda keeps are refused, since those expire: %j',
  (props) => {
    expect(() => templateOf(() => ({ ...props, ttl: 'at' }))).toThrow(/LargeItemStore: .*aws\/lambda/);
    templateOf(() => props); // without one nothing expires there
  },
);

describe('an object key template', () => {
  const objectKeyTemplate = '{prefix}/{pk}={attr}/{sha256}/{run}';

  test('reaches the tasks and the callers; without one they are told none', () => {
    const formerObjectKeyTemplates = ['{prefix}/old/{run}/{sha256}/{attr}={pk}'];
    const own = { objectKeyTemplate, formerObjectKeyTemplates };
    expect(storeSchema.parse(storeOf(templateOf(() => own)))).toMatchObject(own);
    expect(Object.keys(storeOf(templateOf()) as object)).not.toContain('objectKeyTemplate');
  });

  test('that is unsafe is refused, with its text and the reason', () => {
    const sortKey = { name: 'at', type: 'N' } as const;
    expect(() => templateOf(() => ({ objectKeyTemplate, sortKey }))).toThrow(
      `LargeItemStore: objectKeyTemplate "${objectKeyTemplate}": {sk} is missing: the table has a sort key`,
    );
    expect(() => templateOf(() => ({ formerObjectKeyTemplates: ['{prefix}/x'] }))).toThrow(
      'LargeItemStore: formerObjectKeyTemplates "{prefix}/x": {pk} is missing',
    );
  });
});

test('grantWrite lets an app start runs, look at them, and list those of each machine', () => {
  const stack = new Stack(app(), 'Test');
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

describe("the place of another library's objects", () => {
  test('may be read by readers, and deleted by the clean-up alone', () => {
    const stack = new Stack(app(), 'Test');
    const legacy = { bucket: new Bucket(stack, 'Old'), prefix: 'large/docs' };
    const store = new LargeItemStore(stack, 'Docs', { legacy });
    store.grantRead(new Role(stack, 'Reader', { assumedBy: new AccountRootPrincipal() }));
    const template = Template.fromStack(stack);
    expect(storeOf(template)).toMatchObject({ legacy: { prefix: 'large/docs', bucket: expect.any(String) } });
    const withLegacy = Object.entries(rights(template)).flatMap(([role, resources]) =>
      Object.keys(resources).some((resource) => resource.endsWith('/large/docs/*')) ? [role] : [],
    );
    expect(withLegacy.map((role) => role.replace(/DefaultPolicy.*/, '')).sort()).toEqual([
      'DocsTasksDeleteObjects',
      'Reader',
    ]);
  });

  test('in the same bucket needs no name of one', () => {
    expect(storeOf(templateOf(() => ({ legacy: { prefix: 'old' } })))).toMatchObject({
      legacy: { prefix: 'old' },
    });
  });

  test.each(['staging', 'staging/old', '/old', 'old/'])('is refused at %j', (prefix) => {
    expect(() => templateOf(() => ({ legacy: { prefix } }))).toThrow(/LargeItemStore: legacy\.prefix/);
  });
});
