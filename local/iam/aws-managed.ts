// AWS's managed policies that functions and state machines commonly have, as far as they concern the local cloud.
// Source: AWS Managed Policy Reference.

import { compilePolicy, type Policy } from './policy.ts';

const PREFIX = /^arn:aws[\w-]*:iam::aws:policy\//;

/** What each allows on any resource; nothing where it is about services that are not here (logs, traces, networks). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  AmazonDynamoDBFullAccess: ['dynamodb:*', 'lambda:ListFunctions'],
  AmazonDynamoDBReadOnlyAccess: [
    'dynamodb:BatchGetItem',
    'dynamodb:Describe*',
    'dynamodb:Get*',
    'dynamodb:List*',
    'dynamodb:PartiQLSelect',
    'dynamodb:Query',
    'dynamodb:Scan',
  ],
  AmazonS3FullAccess: ['s3:*'],
  AmazonS3ReadOnlyAccess: ['s3:Get*', 's3:List*', 's3:Describe*'],
  AmazonSSMFullAccess: ['ssm:*'],
  AmazonSSMReadOnlyAccess: ['ssm:Describe*', 'ssm:Get*', 'ssm:List*'],
  AWSLambda_FullAccess: [
    'lambda:*',
    'cloudformation:DescribeStacks',
    'cloudformation:ListStackResources',
    'states:DescribeStateMachine',
    'states:ListStateMachines',
  ],
  AWSStepFunctionsFullAccess: ['states:*'],
  AWSXRayDaemonWriteAccess: [],
  AWSXrayWriteOnlyAccess: [],
  CloudWatchLambdaInsightsExecutionRolePolicy: [],
  CloudWatchLogsFullAccess: [],
  'service-role/AWSLambdaBasicExecutionRole': [],
  'service-role/AWSLambdaDynamoDBExecutionRole': [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
  'service-role/AWSLambdaRole': ['lambda:InvokeFunction'],
  'service-role/AWSLambdaVPCAccessExecutionRole': [],
};

/**
 * @returns undefined when the ARN is not one of AWS's own policies
 * @throws {Error} for one that is not known here, by name: to leave it out would refuse what AWS allows
 */
export function awsManagedPolicy(arn: string): Policy | undefined {
  if (!PREFIX.test(arn)) return undefined;
  const name = arn.replace(PREFIX, '');
  const actions = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined;
  if (!actions) {
    throw new Error(
      `the AWS managed policy ${name} is not known locally; write its statements as an inline policy, ` +
        `or use one of ${Object.keys(ALLOWED).join(', ')}`,
    );
  }
  return compilePolicy({ Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }] });
}
