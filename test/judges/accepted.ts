// What judges say and why it stays, judge by judge. docs/judged.md shows it; an entry that finds nothing any more fails the test.

import type { Accepted } from './findings.ts';

const KEYS =
  'Keys of objects are made as a saga runs: the right is to those below the one prefix that the store owns.';
const PAID = 'It costs, and what it is good for is the owner’s to say:';

export const AWS_SOLUTIONS: readonly Accepted[] = [
  {
    rule: 'AwsSolutions-S1',
    of: /^(?:Docs\/)?Bucket\/Resource$/,
    reason: `${PAID} \`accessLogs: {}\` turns it on for a bucket that is made here. A given bucket is its owner’s.`,
  },
  {
    rule: 'AwsSolutions-IAM4',
    of: /ServiceRole\/Resource Policy::arn:<AWS::Partition>:iam::aws:policy\/service-role\/AWSLambda(?:BasicExecutionRole|VPCAccessExecutionRole)$/,
    reason:
      'AWS’s own policy for functions: to write their logs, and to have an interface in a VPC where `functions.vpc` says so.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    of: /Resource::<\w+\.Arn>\/(?:items|staging|sweeps|aws\/lambda)\/\*$/,
    reason: KEYS,
  },
  {
    rule: 'AwsSolutions-IAM5',
    of: /Resource::<Docs(?:Tasks|Sweep)\w+\.Arn>:\*$/,
    reason: 'The right to invoke a function is one to its versions too (CDK’s `grantInvoke`).',
  },
  {
    rule: 'AwsSolutions-IAM5',
    of: /Resource::arn:<AWS::Partition>:states:.*:execution:.*[:/]\*$/,
    reason:
      'Executions and Map Runs get their names as they start: the right is to those of one state machine.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    of: /^Docs\/.*DefaultPolicy\/Resource Resource::\*$/,
    reason:
      'X-Ray’s segments and the delivery of logs have no resources that a policy could name (Service Authorization Reference); `tracing: false` leaves the former out.',
  },
  {
    rule: 'AwsSolutions-SF1',
    of: /^Docs\/Express(?:Create|Update|Delete)\/Resource$/,
    reason: `${PAID} \`express: { logLevel: 'ALL' }\` logs every event of an Express run, which costs more than the run. Its failures are logged.`,
  },
  {
    rule: 'AwsSolutions-SQS3',
    of: /^Docs\/Sweep\/Failures\/Resource$/,
    reason: 'It is a dead-letter queue itself, of the schedule.',
  },
];

export const NIST: readonly Accepted[] = [
  {
    rule: 'NIST.800.53.R5-S3BucketLoggingEnabled',
    of: /^(?:Docs\/)?Bucket\/Resource$/,
    reason: `${PAID} \`accessLogs: {}\`.`,
  },
  {
    rule: 'NIST.800.53.R5-S3BucketReplicationEnabled',
    of: /Bucket\/Resource$/,
    reason: `${PAID} \`bucketProps.replicationRules\`; a replica is of use with one of the table alone.`,
  },
  {
    rule: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    of: /Bucket\/Resource$/,
    reason:
      'S3 encrypts with keys of its own; `encryptionKey` sets another for the content. Access logs can be delivered to no bucket whose default key is of KMS.',
  },
  {
    rule: 'NIST.800.53.R5-S3BucketVersioningEnabled',
    of: /^Docs\/AccessLogs\/Bucket\/Resource$/,
    reason: 'Access logs are written once, and expire.',
  },
  {
    rule: 'NIST.800.53.R5-IAMNoInlinePolicy',
    of: /(?:Policy|Encryption|MapRuns)\/Resource$/,
    reason: 'The rights of a role are of use to that role alone, and go with it: the CDK’s way.',
  },
  {
    rule: 'NIST.800.53.R5-LambdaConcurrency',
    of: /^Docs\/(?:Tasks|Sweep|RemovedItems)\//,
    reason: `${PAID} \`functions.reservedConcurrentExecutions\`; a reserve is taken from all others of the account.`,
  },
  {
    rule: 'NIST.800.53.R5-LambdaDLQ',
    of: /^Docs\/(?:Tasks|Sweep|RemovedItems)\//,
    reason:
      'None is invoked asynchronously: state machines wait for the answer and retry, and the stream’s records that are given up go to the bucket.',
  },
  {
    rule: 'NIST.800.53.R5-LambdaInsideVPC',
    of: /^Docs\/(?:Tasks|Sweep)\//,
    reason: `${PAID} \`functions.vpc\`; the functions call AWS’s APIs alone.`,
  },
  {
    rule: 'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
    of: /^Docs\/(?:Express|Sweep|Task)?Logs\/Resource$/,
    reason: 'CloudWatch encrypts with keys of its own; `encryptionKey` sets another.',
  },
];

export const CFN_LINT: readonly Accepted[] = [
  {
    rule: 'W3005',
    of: /DependsOn\/\d+$/,
    reason:
      'The CDK names a role and its policies as what a function or machine depends on; the policies are what counts.',
  },
];

export const CHECKOV: readonly Accepted[] = [
  {
    rule: 'CKV_AWS_18',
    of: /^AWS::S3::Bucket /,
    reason: `${PAID} \`accessLogs: {}\`. The bucket of the logs has none itself.`,
  },
  {
    rule: 'CKV_AWS_21',
    of: /^AWS::S3::Bucket DocsAccessLogsBucket/,
    reason: 'Access logs are written once, and expire.',
  },
  {
    rule: 'CKV_AWS_115',
    of: /^AWS::Lambda::Function /,
    reason: `${PAID} \`functions.reservedConcurrentExecutions\`.`,
  },
  {
    rule: 'CKV_AWS_116',
    of: /^AWS::Lambda::Function /,
    reason: 'None is invoked asynchronously (see NIST.800.53.R5-LambdaDLQ).',
  },
  { rule: 'CKV_AWS_117', of: /^AWS::Lambda::Function /, reason: `${PAID} \`functions.vpc\`.` },
  {
    rule: 'CKV_AWS_27',
    of: /^AWS::SQS::Queue DocsSweepFailures/,
    reason:
      'SQS encrypts with keys of its own; what a schedule could not start has a grace in it, and whether it deletes.',
  },
  {
    rule: 'CKV_AWS_158',
    of: /^AWS::Logs::LogGroup /,
    reason: 'CloudWatch encrypts with keys of its own; `encryptionKey` sets another.',
  },
  {
    rule: 'CKV_AWS_173',
    of: /^AWS::Lambda::Function /,
    reason:
      'The environment holds names of tables and buckets, no secrets; Lambda encrypts it with a key of its own.',
  },
];
