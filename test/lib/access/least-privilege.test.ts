// No role of a store may do more than it is named to: no families of actions, and no resource `*` but where AWS knows no narrower.

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import { LargeItemStore, type LargeItemStoreProps } from '../../../lib/index.ts';
import { makeStore, templateApp } from '../app.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: { readonly Service?: unknown; readonly AWS?: unknown };
  readonly Condition?: object;
}

/**
 * Actions on any resource, each with the reason why there is no narrower one (AWS's Service Authorization Reference; docs/security.md).
 * The first two are in the roles of the state machines.
 */
const ANYWHERE: readonly (readonly string[])[] = [
  // Log deliveries have no ARN: "Logging using CloudWatch Logs" in the Step Functions Developer Guide asks for `*`.
  [
    'logs:CreateLogDelivery',
    'logs:GetLogDelivery',
    'logs:UpdateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ],
  // Traces have no ARN either, nor have sampling rules when they are all read.
  ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
  // The same of functions that are traced.
  ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
];

/** What AWS itself manages: writing a function's own logs, and its interfaces in a network, which have no ARN beforehand. */
const MANAGED = ['AWSLambdaBasicExecutionRole', 'AWSLambdaVPCAccessExecutionRole'];

const everything = (stack: Stack): LargeItemStoreProps => ({
  encryptionKey: new Key(stack, 'Key'),
  removalPolicy: RemovalPolicy.DESTROY,
  accessLogs: {},
  ttl: 'ends',
  express: true,
  parameterName: '/docs',
  legacy: { bucket: new Bucket(stack, 'Old'), prefix: 'old' },
  sweep: {
    schedule: ScheduleExpression.rate(Duration.days(1)),
    inventory: { bucket: new Bucket(stack, 'Lists'), prefix: 'lists' },
  },
  functions: {
    tracing: true,
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['a'],
      privateSubnetIds: ['subnet-1'],
    }),
  },
});

describe.each([
  ['the default store', () => makeStore().template()],
  ['a store that is told everything', () => makeStore(everything).template()],
  ['two stores that share table and bucket', () => sharing()],
])('%s', (_, synthesise) => {
  const template = synthesise();
  const statements = (type: string, document: string) =>
    Object.values(template.findResources(type)).flatMap(
      ({ Properties }) => Properties[document].Statement as Statement[],
    );
  const ofRoles = statements('AWS::IAM::Policy', 'PolicyDocument');
  const actionsOf = ({ Action }: Statement) => [Action].flat();

  test('allows each action by its name', () => {
    expect(ofRoles.length).toBeGreaterThan(20);
    const wild = ofRoles.filter((statement) => actionsOf(statement).some((action) => action.includes('*')));
    expect(wild).toEqual([]);
    expect(ofRoles.filter(({ Effect }) => Effect !== 'Allow')).toEqual([]);
  });

  test('allows actions on any resource where there is no narrower one, and nowhere else', () => {
    const anywhere = ofRoles.filter(({ Resource }) => [Resource].flat().includes('*')).map(actionsOf);
    for (const actions of anywhere) expect(ANYWHERE).toContainEqual(actions);
    const machines = Object.keys(template.findResources('AWS::StepFunctions::StateMachine')).length;
    for (const actions of ANYWHERE.slice(0, 2)) {
      expect(anywhere.filter(([first, ...more]) => first === actions[0] && more.length > 1)).toHaveLength(
        machines,
      );
    }
  });

  test('has no managed policy but those that every function has', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
      for (const arn of Properties.ManagedPolicyArns ?? []) {
        expect(MANAGED.some((name) => JSON.stringify(arn).includes(name))).toBe(true);
      }
      expect(Properties).not.toHaveProperty('Policies');
    }
  });

  test('lets no service into bucket or key without a condition, and nobody into a bucket without TLS', () => {
    const services = [
      ...statements('AWS::S3::BucketPolicy', 'PolicyDocument'),
      ...statements('AWS::KMS::Key', 'KeyPolicy'),
    ].filter(({ Principal }) => Principal?.Service !== undefined);
    for (const statement of services) {
      expect(statement.Condition, JSON.stringify(statement)).toBeDefined();
      expect(actionsOf(statement).join()).not.toContain('*');
    }
    const denied = statements('AWS::S3::BucketPolicy', 'PolicyDocument').filter(
      ({ Effect }) => Effect === 'Deny',
    );
    expect(denied.length).toBeGreaterThan(0);
    for (const { Condition } of denied) {
      expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
    }
  });
});

test('each of the exceptions is needed by some store', () => {
  const policies = Object.values(makeStore(everything).template().findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
  const anywhere = statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => [Action].flat());
  for (const actions of ANYWHERE) expect(anywhere).toContainEqual(actions);
});

function sharing(): Template {
  const app = templateApp({ '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true });
  const stack = new Stack(app, 'Test');
  const { table, bucket } = new LargeItemStore(stack, 'One', { cleanUpForeignDeletes: true, accessLogs: {} });
  new LargeItemStore(stack, 'Other', { table, bucket, prefix: 'others' });
  return Template.fromStack(stack);
}
