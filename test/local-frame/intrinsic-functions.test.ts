// Intrinsic functions, parameters and conditions of templates.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like that.

import { describe, expect, test } from 'vitest';
import { start } from './support.ts';
import { bucket, role } from './templates.ts';

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
