// What of a template's permissions is refused, listed or made of them when it is deployed.

import { expect, onTestFinished, test } from 'vitest';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';
import { ACCOUNT, allow, arnOf, document, functionOf, roleOf, templateFor } from './support.ts';

async function deploy(template: object, options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const cloud = await startLocalCloud({ template, warmUp: false, ...options });
  onTestFinished(() => cloud.stop());
  return cloud;
}

test.each([
  [
    'a condition operator',
    templateFor([allow('s3:*', '*', { Condition: { DateLessThan: { 's3:prefix': 'a' } } })]),
    'resource WorkerRole (AWS::IAM::Role): the condition operator DateLessThan is not supported locally',
  ],
  [
    'a condition key of a bucket policy',
    templateFor([], {
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: 'docs',
          PolicyDocument: document(
            allow('s3:*', '*', {
              Principal: '*',
              Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o' } },
            }),
          ),
        },
      },
    }),
    'resource Policy (AWS::S3::BucketPolicy): the condition key aws:PrincipalOrgID is not supported locally',
  ],
  [
    'an AWS managed policy',
    templateFor([], {}, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSFullAccess'] }),
    'the AWS managed policy AmazonSQSFullAccess is not known locally; write its statements as an inline policy',
  ],
  [
    'a managed policy of somebody else',
    templateFor([], {}, { ManagedPolicyArns: [`arn:aws:iam::${ACCOUNT}:policy/theirs`] }),
    `the managed policy arn:aws:iam::${ACCOUNT}:policy/theirs is not part of the deployed stacks`,
  ],
])('%s that cannot be evaluated is refused with its place', async (_, template, message) => {
  await expect(startLocalCloud({ template })).rejects.toMatchObject({
    name: 'DeploymentError',
    message: expect.stringContaining(message),
  });
});

test('a function whose role Lambda may not assume is refused, as on AWS', async () => {
  const template = templateFor([], { WorkerRole: roleOf('states', 'worker-role', []) });
  await expect(startLocalCloud({ template })).rejects.toThrow(
    'resource Worker (AWS::Lambda::Function): The role defined for the function cannot be assumed by Lambda.',
  );
});

test('a state machine whose role Step Functions may not assume is refused, as on AWS', async () => {
  const Machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { RoleArn: arnOf('WorkerRole'), Definition: {} },
  };
  await expect(startLocalCloud({ template: templateFor([], { Machine }) })).rejects.toThrow(
    'is authorized to assume the provided role',
  );
});

test('a role of no stack is listed: its calls are not checked', async () => {
  const role = `arn:aws:iam::${ACCOUNT}:role/theirs`;
  const cloud = await deploy({ Resources: { Fn: functionOf('fn', role, '') } });
  expect(cloud.ignored).toEqual([
    'Fn (AWS::Lambda::Function): Role (no stack here has this role: its calls are not checked)',
  ]);
  const unchecked = await deploy({ Resources: { Fn: functionOf('fn', role, '') } }, { iam: false });
  expect(unchecked.ignored).toEqual([]);
});

test('users and groups of a policy are listed: nobody here is one', async () => {
  const Properties = { PolicyName: 'p', PolicyDocument: document(), Users: ['ann'], Roles: ['worker-role'] };
  const cloud = await deploy(templateFor([], { Policy: { Type: 'AWS::IAM::Policy', Properties } }));
  expect(cloud.ignored).toEqual(['Policy (AWS::IAM::Policy): Users']);
});

test('roles and policies have the ids and ARNs that AWS gives them', async () => {
  const template = {
    Resources: {
      Role: roleOf('lambda', 'worker', [], { Path: '/app/' }),
      Nameless: roleOf('lambda', undefined as never, []),
      Managed: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'm', Path: '/app/', PolicyDocument: document() },
      },
    },
    Outputs: {
      Role: { Value: { Ref: 'Role' } },
      RoleArn: { Value: arnOf('Role') },
      Nameless: { Value: { Ref: 'Nameless' } },
      Managed: { Value: { Ref: 'Managed' } },
    },
  };
  expect((await deploy(template)).outputs.local).toEqual({
    Role: 'worker',
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/app/worker`,
    Nameless: expect.stringMatching(/^local-Nameless-[0-9a-f]{8}$/),
    Managed: `arn:aws:iam::${ACCOUNT}:policy/app/m`,
  });
});
