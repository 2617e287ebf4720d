// CloudFormation's own schemas against the product's template; every other test leaves this check out, as it takes seconds.

import { App, CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LargeItemStack, LargeItemStore } from '../../lib/index.ts';

let said: string[];

beforeEach(() => {
  said = [];
  vi.stubEnv('CDK_VALIDATION', 'true');
  const hear = (...words: unknown[]) => said.push(words.join(' ')) > 0;
  vi.spyOn(console, 'log').mockImplementation(hear);
  vi.spyOn(console, 'error').mockImplementation(hear);
  vi.spyOn(process.stderr, 'write').mockImplementation(hear);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function app(): App {
  return new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
}

it('finds nothing in the default stack, nor in stores with a sort key and legacy objects, or with all else', () => {
  const both = app();
  new LargeItemStack(both, 'Alone');
  const stack = new Stack(both, 'Several');
  new LargeItemStore(stack, 'Docs', {
    sortKey: { name: 'at', type: 'N' },
    legacy: { bucket: new Bucket(stack, 'Old'), prefix: '' },
  });
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-12345678',
    availabilityZones: ['a'],
    isolatedSubnetIds: ['subnet-12345678'],
  });
  const { bucket } = new LargeItemStore(stack, 'All', {
    encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
    accessLogs: {},
    functions: { vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED }, tracing: true },
    ttl: 'ends',
    sweep: { schedule: ScheduleExpression.rate(Duration.days(1)) },
    uploadOrigins: ['https://app.example.com'],
    outputs: { namePrefix: 'All', exportPrefix: 'all' },
    alarms: { topic: new Topic(stack, 'Topic') },
    dashboard: true,
  });
  // Rules that say the same as the other store's would be found.
  new LargeItemStore(stack, 'Beside', {
    bucket,
    prefix: 'beside',
    ttl: 'ends',
    uploadOrigins: ['https://app.example.com'],
  });
  both.synth();
  expect(said).toEqual([]);
});

it('finds a value that CloudFormation would refuse', () => {
  const wrong = app();
  new CfnResource(new Stack(wrong, 'Wrong'), 'Table', {
    type: 'AWS::DynamoDB::Table',
    properties: { BillingMode: 'never' },
  });
  wrong.synth();
  expect(said.join('\n')).toContain("BillingMode: 'never' is not one of");
});
