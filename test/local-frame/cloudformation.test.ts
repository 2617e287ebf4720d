// Resources of templates, as the local cloud makes them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like that.

import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { clientOptions, folderWith, inlineFunction, STATE_MACHINE_ARN, start } from './support.ts';
import { bucket, role } from './templates.ts';

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
