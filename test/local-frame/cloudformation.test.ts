// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like that.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  clientOptions,
  folderWith,
  inlineFunction,
  invoke,
  STATE_MACHINE_ARN,
  start,
  type TestCloud,
} from './support.ts';

const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'the-bucket' } };
const role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'worker',
    AssumeRolePolicyDocument: {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } },
      ],
    },
  },
};

/** A cloud in which each of these is an output's value; answers the values. */
async function valuesOf(
  values: Readonly<Record<string, unknown>>,
  sections: object = {},
  parameters: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>> | undefined> {
  const Outputs = Object.fromEntries(Object.entries(values).map(([key, Value]) => [key, { Value }]));
  const template = { Resources: { Box: bucket, Role: role }, Outputs, ...sections };
  return (await start({ template, parameters })).outputs.local;
}

describe('intrinsic functions', () => {
  test('refer to resources, their attributes and the account', async () => {
    expect(
      await valuesOf({
        Ref: { Ref: 'Box' },
        GetAtt: { 'Fn::GetAtt': ['Box', 'Arn'] },
        GetAttDotted: { 'Fn::GetAtt': 'Box.DomainName' },
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Pseudo: {
          'Fn::Join': [':', [{ Ref: 'AWS::Partition' }, { Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }]],
        },
        Stack: { 'Fn::Sub': '${AWS::StackName} ${AWS::URLSuffix}' },
      }),
    ).toEqual({
      Ref: 'the-bucket',
      GetAtt: 'arn:aws:s3:::the-bucket',
      GetAttDotted: 'the-bucket.s3.amazonaws.com',
      RoleArn: 'arn:aws:iam::000000000000:role/worker',
      Pseudo: 'aws:us-east-1:000000000000',
      Stack: 'local amazonaws.com',
    });
  });

  test('substitute, split, select and look up', async () => {
    const Mappings = { Sizes: { 'us-east-1': { small: 4 } } };
    expect(
      await valuesOf(
        {
          Sub: { 'Fn::Sub': '${Box.Arn}/* ${ Box } ${!Literal}' },
          SubVariables: { 'Fn::Sub': ['${a}-${Box}', { a: { 'Fn::Select': ['1', ['x', 'y']] } }] },
          Select: { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Box', 'Arn'] }] }] },
          Map: { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] },
          Base64: { 'Fn::Base64': { Ref: 'Box' } },
        },
        { Mappings },
      ),
    ).toEqual({
      Sub: 'arn:aws:s3:::the-bucket/* the-bucket ${Literal}',
      SubVariables: 'y-the-bucket',
      Select: 'the-bucket',
      Map: '4',
      Base64: 'dGhlLWJ1Y2tldA==',
    });
  });

  test('take parameters: given, by default, as lists, and any bootstrap version', async () => {
    const Parameters = {
      Given: { Type: 'String' },
      Default: { Type: 'Number', Default: 7 },
      List: { Type: 'CommaDelimitedList', Default: 'a, b' },
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
    };
    expect(
      await valuesOf(
        {
          Given: { Ref: 'Given' },
          Default: { Ref: 'Default' },
          List: { 'Fn::Join': ['+', { Ref: 'List' }] },
          Bootstrap: { Ref: 'BootstrapVersion' },
        },
        { Parameters },
        { Given: 'x' },
      ),
    ).toEqual({ Given: 'x', Default: '7', List: 'a+b', Bootstrap: expect.stringMatching(/^\d+$/) });
  });

  test('decide by conditions what there is', async () => {
    const cloud = await start({
      parameters: { Stage: 'prod' },
      template: {
        Parameters: { Stage: { Type: 'String' } },
        Conditions: {
          Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
          Test: { 'Fn::Not': [{ Condition: 'Prod' }] },
          Both: { 'Fn::And': [{ Condition: 'Prod' }, { Condition: 'Test' }] },
          Either: { 'Fn::Or': [{ Condition: 'Prod' }, { Condition: 'Test' }] },
        },
        Resources: {
          Kept: {
            ...bucket,
            Condition: 'Either',
            Properties: {
              BucketName: { 'Fn::If': ['Prod', 'prod-bucket', 'test-bucket'] },
              VersioningConfiguration: { 'Fn::If': ['Test', { Status: 'Enabled' }, { Ref: 'AWS::NoValue' }] },
            },
          },
          Left: { ...bucket, Condition: 'Both' },
        },
        Outputs: {
          Kept: { Value: { Ref: 'Kept' } },
          Left: { Value: { Ref: 'Left' }, Condition: 'Test' },
        },
      },
    });
    expect(cloud.resources).toEqual({ Kept: { type: 'AWS::S3::Bucket', physicalId: 'prod-bucket' } });
    expect(cloud.outputs).toEqual({ local: { Kept: 'prod-bucket' } });
    expect(cloud.ignored).toEqual([]);
  });

  test.each([
    [{ Ref: 'Nowhere' }, 'Nowhere is neither a parameter nor a resource'],
    [{ 'Fn::GetAtt': ['Box', 'Colour'] }, 'Box has no attribute Colour'],
    [{ 'Fn::FindInMap': ['A', 'b', 'c'] }, 'there is no A.b.c'],
    [{ 'Fn::ImportValue': 'theirs' }, 'exports theirs'],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 1, 8] }, 'Fn::Cidr is not supported locally'],
    [{ 'Fn::If': ['Nope', 1, 2] }, 'no condition Nope'],
    [{ 'Fn::Join': [','] }, 'Fn::Join: expected a list of 2'],
    ['{{resolve:secretsmanager:s}}', 'dynamic reference {{resolve:secretsmanager:s}}'],
  ])('that cannot be resolved are errors with their place: %j', async (value, message) => {
    await expect(valuesOf({ Wrong: value })).rejects.toMatchObject({
      name: 'DeploymentError',
      message: expect.stringMatching(/^stack local, output Wrong: /),
    });
    await expect(valuesOf({ Wrong: value })).rejects.toThrow(message);
  });
});

describe('resources', () => {
  test('are created after those that they refer to or depend on', async () => {
    const cloud = await start({
      template: {
        Resources: {
          Machine: {
            Type: 'AWS::StepFunctions::StateMachine',
            DependsOn: ['Last'],
            Properties: {
              RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
              DefinitionString: { 'Fn::Sub': '{"Fn":"${Fn.Arn}"}' },
            },
          },
          Fn: inlineFunction('', { Environment: { Variables: { BOX: { Ref: 'Box' } } } }),
          Box: bucket,
          Role: role,
          Last: { Type: 'AWS::SNS::Topic', DependsOn: 'Role' },
        },
      },
    });
    expect(Object.keys(cloud.resources)).toEqual(['Role', 'Box', 'Fn', 'Last', 'Machine']);
    expect(cloud.machines).toMatchObject([
      {
        definition: '{"Fn":"arn:aws:lambda:us-east-1:000000000000:function:fn"}',
        roleArn: 'arn:aws:iam::000000000000:role/worker',
        type: 'STANDARD',
      },
    ]);
  });

  test('that refer to each other in a circle are refused with the circle', async () => {
    const refersTo = (id: string) => ({ Type: 'AWS::IAM::Role', Properties: { Description: { Ref: id } } });
    const template = { Resources: { A: refersTo('B'), B: refersTo('C'), C: refersTo('B') } };
    await expect(start({ template })).rejects.toThrow('stack local: circular dependency: B -> C -> B');
  });

  test('without a name get one that is the same at every start and fits the service', async () => {
    const template = {
      Resources: {
        ['Bucket'.repeat(15)]: { Type: 'AWS::S3::Bucket' },
        Fn: inlineFunction('', { FunctionName: undefined }),
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: { RoleArn: 'arn:r', Definition: { StartAt: 'A' } },
        },
      },
    };
    const [one, other] = await Promise.all([
      start({ template, stackName: 'My-App' }),
      start({ template, stackName: 'My-App' }),
    ]);
    expect(one.resources).toEqual(other.resources);
    const names = Object.values(one.resources).map(({ physicalId }) => physicalId);
    expect(names).toEqual([
      expect.stringMatching(/^my-app-bucket[a-z0-9-]{0,50}-[0-9a-f]{8}$/),
      expect.stringMatching(/^My-App-Fn-[0-9a-f]{8}$/),
      expect.stringMatching(/^arn:aws:states:.*:stateMachine:My-App-Machine-[0-9a-f]{8}$/),
    ]);
    expect(names[0]?.length).toBeLessThanOrEqual(63);
  });

  test('that are tables have their keys, indexes, streams and time to live', async () => {
    const attributes = ['id', 'other'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
    const shared = {
      AttributeDefinitions: attributes,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    };
    const index = {
      IndexName: 'byOther',
      KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    };
    const capacity = { ReadCapacityUnits: '5', WriteCapacityUnits: '5' };
    const cloud = await start({
      template: {
        Resources: {
          Table: {
            Type: 'AWS::DynamoDB::Table',
            Properties: {
              ...shared,
              TableName: 'table',
              ProvisionedThroughput: capacity,
              GlobalSecondaryIndexes: [{ ...index, ProvisionedThroughput: capacity }],
              Tags: [{ Key: 'a', Value: 'b' }],
            },
          },
          Global: {
            Type: 'AWS::DynamoDB::GlobalTable',
            Properties: {
              ...shared,
              TableName: 'global',
              GlobalSecondaryIndexes: [index],
              WriteProvisionedThroughputSettings: {
                WriteCapacityAutoScalingSettings: { MinCapacity: 1, MaxCapacity: 2 },
              },
              Replicas: [{ Region: { Ref: 'AWS::Region' } }],
            },
          },
        },
        Outputs: { Stream: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] } } },
      },
    });
    const client = new DynamoDBClient(clientOptions(cloud));
    onTestFinished(() => client.destroy());
    for (const TableName of ['table', 'global']) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      expect(Table).toMatchObject({
        TableStatus: 'ACTIVE',
        KeySchema: shared.KeySchema,
        GlobalSecondaryIndexes: [{ IndexName: 'byOther', IndexStatus: 'ACTIVE' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      });
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expires' });
    }
    expect(cloud.outputs.local?.Stream).toMatch(/^arn:aws:dynamodb:.*:table\/table\/stream\//);
  });

  test('that are state machines take their definition from text, an object or an asset, with substitutions', async () => {
    const folder = await folderWith({ 'machine.json': '{"Resource":"${fn}","Keep":"${other}"}' });
    const assets = {
      files: { a: { source: { path: 'machine.json' }, destinations: { x: { objectKey: 'abc.json' } } } },
    };
    const machine = (properties: object) => ({
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { RoleArn: 'arn:r', DefinitionSubstitutions: { fn: { Ref: 'Fn' } }, ...properties },
    });
    const template = {
      Resources: {
        Fn: inlineFunction(''),
        Text: machine({ StateMachineName: 'text', DefinitionString: '{"Resource":"${fn}"}' }),
        Object: machine({
          StateMachineName: 'object',
          Definition: { Resource: '${fn}' },
          StateMachineType: 'EXPRESS',
        }),
        Asset: machine({
          StateMachineName: 'asset',
          DefinitionS3Location: { Bucket: 'b', Key: 'abc.json' },
        }),
      },
    };
    await writeFile(path.join(folder, 'App.assets.json'), JSON.stringify(assets));
    await writeFile(path.join(folder, 'App.template.json'), JSON.stringify(template));
    const cloud = await start({ template: path.join(folder, 'App.template.json') });
    expect(cloud.machines).toEqual([
      { name: 'text', definition: '{"Resource":"fn"}', roleArn: 'arn:r', type: 'STANDARD' },
      { name: 'object', definition: '{"Resource":"fn"}', roleArn: 'arn:r', type: 'EXPRESS' },
      {
        name: 'asset',
        definition: '{"Resource":"fn","Keep":"${other}"}',
        roleArn: 'arn:r',
        type: 'STANDARD',
      },
    ]);
    expect(cloud.resources.Asset?.physicalId).toBe(`${STATE_MACHINE_ARN}asset`);
  });

  test('that are SSM parameters keep their value for outputs', async () => {
    const cloud = await start({
      template: {
        Resources: {
          Setting: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a/b', Type: 'String', Value: 'v' } },
        },
        Outputs: {
          Name: { Value: { Ref: 'Setting' } },
          Value: { Value: { 'Fn::GetAtt': ['Setting', 'Value'] } },
        },
      },
    });
    expect(cloud.outputs.local).toEqual({ Name: '/a/b', Value: 'v' });
  });

  test('without local effect are accepted, and what is not done is listed', async () => {
    const starting = {
      ScheduleExpression: 'rate(1 day)',
      Target: { Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f', RoleArn: 'arn:aws:iam::0:role/r' },
    };
    const watched = { Namespace: 'Mine', MetricName: 'Errors', Statistic: 'Sum', Period: 60 };
    const alarm = {
      ...watched,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 1,
    };
    const cloud = await start({
      template: {
        Resources: {
          Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: 'arn:aws:sns:::t', Id: 'a' }] } },
          Off: { Type: 'AWS::Events::Rule', Properties: { Targets: [], State: 'DISABLED' } },
          Subscription: {
            Type: 'AWS::SNS::Subscription',
            Properties: { TopicArn: 't', Protocol: 'lambda', Endpoint: 'f' },
          },
          Topic: { Type: 'AWS::SNS::Topic', Properties: { Subscription: [] } },
          Nightly: { Type: 'AWS::Scheduler::Schedule', Properties: { Target: {} } },
          Elsewhere: {
            Type: 'AWS::Scheduler::Schedule',
            Properties: { ...starting, ScheduleExpressionTimezone: 'Europe/Berlin' },
          },
          Once: {
            Type: 'AWS::Scheduler::Schedule',
            Properties: { ...starting, ScheduleExpression: 'at(2030-01-01T00:00:00)' },
          },
          Resting: { Type: 'AWS::Scheduler::Schedule', Properties: { Target: {}, State: 'DISABLED' } },
          Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { ...alarm, AlarmName: 'loud' } },
          Slow: {
            Type: 'AWS::CloudWatch::Alarm',
            Properties: { ...alarm, Statistic: undefined, ExtendedStatistic: 'p99' },
          },
          Matches: {
            Type: 'AWS::Logs::MetricFilter',
            Properties: { LogGroupName: 'g', FilterPattern: 'ERROR', MetricTransformations: [] },
          },
          Empty: { Type: 'Custom::S3AutoDeleteObjects', Properties: { ServiceToken: 'x' } },
          Box: {
            ...bucket,
            Properties: {
              ...bucket.Properties,
              LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Transitions: [] }] },
              NotificationConfiguration: { TopicConfigurations: [] },
              Tags: [],
            },
          },
        },
        Outputs: { Alarm: { Value: { 'Fn::GetAtt': ['Alarm', 'Arn'] } } },
      },
    });
    expect(cloud.outputs.local?.Alarm).toBe('arn:aws:cloudwatch:us-east-1:000000000000:alarm:loud');
    expect([...cloud.ignored].sort()).toEqual([
      'Box (AWS::S3::Bucket): LifecycleConfiguration.Rules.Transitions',
      'Box (AWS::S3::Bucket): NotificationConfiguration.TopicConfigurations',
      'Elsewhere (AWS::Scheduler::Schedule): ScheduleExpressionTimezone',
      'Matches (AWS::Logs::MetricFilter): not evaluated (only patterns for JSON, { $.field = "value" }, are understood locally)',
      'Nightly (AWS::Scheduler::Schedule): Target',
      'Once (AWS::Scheduler::Schedule): ScheduleExpression: at(2030-01-01T00:00:00)',
      'Rule (AWS::Events::Rule): Targets: a (sns)',
      'Slow (AWS::CloudWatch::Alarm): not evaluated (ExtendedStatistic: percentiles are not there locally)',
      'Subscription (AWS::SNS::Subscription): Endpoint',
      'Topic (AWS::SNS::Topic): Subscription',
    ]);
  });

  test.each([
    ['AWS::Kinesis::Stream', 'the resource type AWS::Kinesis::Stream is not supported locally'],
    [
      'Custom::CDKBucketDeployment',
      'the custom resource type Custom::CDKBucketDeployment does not run locally',
    ],
    [
      'AWS::CloudFormation::CustomResource',
      'the custom resource type AWS::CloudFormation::CustomResource does',
    ],
    ['toString', 'the resource type toString is not supported locally'],
  ])('of the type %s are refused by name, before anything is created', async (Type, message) => {
    const template = { Resources: { Box: bucket, Odd: { Type } } };
    await expect(start({ template })).rejects.toThrow(`stack local, resource Odd: ${message}`);
  });

  test.each([
    ['Runtime', { Runtime: 'python3.13' }, 'only nodejs runtimes run locally, got "python3.13"'],
    ['Layers', { Layers: ['arn:l'] }, 'not supported locally'],
    ['Timeout', { Timeout: 1000 }, 'Timeout: '],
    ['Handler', { Handler: undefined }, 'Handler: '],
    [
      'Code',
      { Code: { S3Bucket: 'b', S3Key: 'gone.zip' } },
      'the asset gone.zip is not part of the assembly',
    ],
    ['Code', { Code: {} }, 'expected S3Bucket and S3Key, or ZipFile'],
  ])('with a wrong %s are refused with their place and the field', async (_, properties, message) => {
    const template = { Resources: { Fn: inlineFunction('', properties) } };
    const started = start({ template });
    await expect(started).rejects.toThrow('stack local, resource Fn (AWS::Lambda::Function): ');
    await expect(started).rejects.toThrow(message);
  });

  test('leave nothing running or lying about when one of them cannot be created', async () => {
    const temporary = await folderWith({});
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const template = { Resources: { Fn: inlineFunction(''), Same: inlineFunction('') } };
    await expect(start({ template })).rejects.toThrow(
      'stack local, resource Same (AWS::Lambda::Function): function fn exists already',
    );
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe('a cloud assembly', () => {
  const stack = (file: string, more: object = {}) => ({
    type: 'aws:cloudformation:stack',
    properties: { templateFile: `${file}.template.json` },
    ...more,
  });

  /** Two stacks, the first in the manifest using the other's export, with code in an asset; and a stage with a third. */
  const writeAssembly = async (): Promise<string> => {
    const users = {
      Parameters: { Mode: { Type: 'String' } },
      Resources: {
        Fn: inlineFunction('', {
          Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::Region}' }, S3Key: 'code.zip' },
          Environment: { Variables: { BOX: { 'Fn::ImportValue': 'the-box' }, MODE: { Ref: 'Mode' } } },
        }),
      },
    };
    const owner = {
      Resources: { Box: bucket },
      Outputs: { Box: { Value: { Ref: 'Box' }, Description: 'A <box>', Export: { Name: 'the-box' } } },
    };
    const assets = {
      version: '1',
      files: {
        code: {
          source: { path: 'asset.code', packaging: 'zip' },
          destinations: { current: { bucketName: 'assets', objectKey: 'code.zip' } },
        },
      },
      dockerImages: {},
    };
    const folder = await folderWith({
      'manifest.json': JSON.stringify({
        version: '1',
        artifacts: {
          Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
          Stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Stage' } },
          'Users.assets': { type: 'cdk:asset-manifest', properties: { file: 'Users.assets.json' } },
          Users: stack('Users', {
            dependencies: ['Owner', 'Users.assets'],
            properties: {
              templateFile: 'Users.template.json',
              stackName: 'the-users',
              parameters: { Mode: 'm' },
            },
          }),
          Owner: stack('Owner'),
        },
      }),
      'Users.template.json': JSON.stringify(users),
      'Users.assets.json': JSON.stringify(assets),
      'Owner.template.json': JSON.stringify(owner),
    });
    await mkdir(path.join(folder, 'asset.code'));
    const source = 'exports.handler = async () => [process.env.BOX, process.env.MODE]';
    await writeFile(path.join(folder, 'asset.code', 'index.js'), source);
    const stage = path.join(folder, 'assembly-Stage');
    await mkdir(stage);
    const staged = JSON.stringify({ artifacts: { Staged: stack('Staged') } });
    await writeFile(path.join(stage, 'manifest.json'), staged);
    await writeFile(
      path.join(stage, 'Staged.template.json'),
      JSON.stringify({ Resources: { Box: { ...bucket, Properties: {} } } }),
    );
    return folder;
  };

  test('is deployed whole: stacks in their order, stages, assets, exports', async () => {
    const cloud = await start({ assembly: await writeAssembly() });
    expect(cloud.outputs).toEqual({ Staged: {}, Owner: { Box: 'the-bucket' }, 'the-users': {} });
    expect(Object.keys(cloud.resources)).toEqual(['Box', 'Owner/Box', 'Fn']);
    expect((await invoke(cloud)).payload).toEqual(['the-bucket', 'm']);
  });

  test('that is not there is an error that names the file', async () => {
    const folder = await folderWith({});
    await expect(start({ assembly: folder })).rejects.toThrow(`${folder}/manifest.json: cannot be read`);
  });

  test.each([
    ['no JSON', '{', /App\.template\.json: not as expected/],
    ['no template', '{"Resource":{}}', /stack local: not a CloudFormation template: Resources: /],
    [
      'a transform',
      '{"Resources":{},"Transform":"AWS::Serverless-2016-10-31"}',
      /Transform "AWS::Serverless-2016-10-31"/,
    ],
  ])('with a template that has %s is refused', async (_, content, message) => {
    const folder = await folderWith({ 'App.template.json': content });
    await expect(start({ template: path.join(folder, 'App.template.json') })).rejects.toThrow(message);
  });
});

describe('the CloudFormation API', () => {
  const template = {
    Description: 'Boxes & more',
    Resources: { Box: bucket, Role: role },
    Outputs: { Box: { Value: { Ref: 'Box' }, Description: 'A <box>', Export: { Name: 'the-box' } } },
  };
  const startWithClient = async () => {
    const cloud: TestCloud = await start({ template, stackName: 'app' });
    const client = new CloudFormationClient(clientOptions(cloud));
    onTestFinished(() => client.destroy());
    return client;
  };

  test('describes a stack by name, by id, and all', async () => {
    const client = await startWithClient();
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    expect(stack).toMatchObject({
      StackName: 'app',
      StackId: expect.stringMatching(
        /^arn:aws:cloudformation:us-east-1:000000000000:stack\/app\/[0-9a-f-]{36}$/,
      ),
      StackStatus: 'CREATE_COMPLETE',
      Description: 'Boxes & more',
      CreationTime: expect.any(Date),
      Outputs: [
        { OutputKey: 'Box', OutputValue: 'the-bucket', Description: 'A <box>', ExportName: 'the-box' },
      ],
    });
    const byId = await client.send(new DescribeStacksCommand({ StackName: stack?.StackId }));
    expect(byId.Stacks).toEqual([stack]);
    expect((await client.send(new DescribeStacksCommand({}))).Stacks).toEqual([stack]);
  });

  test('lists stacks and their resources', async () => {
    const client = await startWithClient();
    const list = async (StackStatusFilter: ('CREATE_COMPLETE' | 'DELETE_COMPLETE')[]) =>
      (await client.send(new ListStacksCommand({ StackStatusFilter }))).StackSummaries?.map(
        (s) => s.StackName,
      );
    expect(await list(['CREATE_COMPLETE'])).toEqual(['app']);
    expect(await list(['DELETE_COMPLETE'])).toEqual([]);
    const box = {
      LogicalResourceId: 'Box',
      PhysicalResourceId: 'the-bucket',
      ResourceType: 'AWS::S3::Bucket',
      ResourceStatus: 'CREATE_COMPLETE',
    };
    const listed = await client.send(new ListStackResourcesCommand({ StackName: 'app' }));
    expect(listed.StackResourceSummaries).toMatchObject([box, { LogicalResourceId: 'Role' }]);
    const described = await client.send(
      new DescribeStackResourcesCommand({ StackName: 'app', LogicalResourceId: 'Box' }),
    );
    expect(described.StackResources).toMatchObject([{ ...box, StackName: 'app' }]);
  });

  test('says of a stack that is not there what AWS says', async () => {
    const client = await startWithClient();
    for (const command of [
      new DescribeStacksCommand({ StackName: 'none' }),
      new ListStackResourcesCommand({ StackName: 'none' }),
    ]) {
      await expect(client.send(command as DescribeStacksCommand)).rejects.toMatchObject({
        name: 'ValidationError',
        message: 'Stack with id none does not exist',
        $metadata: { httpStatusCode: 400 },
      });
    }
  });
});
