// The stores that others judge: the default, one with everything, and one around what is there already, in the Regions of every
// partition.

import { App, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LargeItemStore } from '../../lib/index.ts';

const ACCOUNT = '111122223333';

/** What is made in a stack, by its name. */
const STORES: Readonly<Record<string, (stack: Stack) => unknown>> = {
  Default: (stack) => new LargeItemStore(stack, 'Docs'),
  Everything: (stack) =>
    new LargeItemStore(stack, 'Docs', {
      sortKey: { name: 'at', type: 'N' },
      encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
      removalPolicy: RemovalPolicy.DESTROY,
      accessLogs: {},
      functions: {
        vpc: vpcOf(stack),
        vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        tracing: true,
      },
      ttl: 'ends',
      express: true,
      sweep: { schedule: ScheduleExpression.rate(Duration.days(1)) },
      uploadOrigins: ['https://app.example.com'],
      alarms: {
        topic: Topic.fromTopicArn(
          stack,
          'Topic',
          `arn:${Aws.PARTITION}:sns:${stack.region}:${ACCOUNT}:oncall`,
        ),
      },
      dashboard: true,
    }),
  Given: (stack) =>
    new LargeItemStore(stack, 'Docs', {
      table: new TableV2(stack, 'Table', {
        partitionKey: { name: 'id', type: AttributeType.STRING },
        dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: true,
      }),
      bucket: new Bucket(stack, 'Bucket', {
        blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
        enforceSSL: true,
        versioned: true,
      }),
    }),
};

const REGIONS = ['us-east-1', 'cn-north-1', 'us-gov-west-1'];

export interface Variant {
  readonly name: string;
  readonly region: string;
  readonly stack: Stack;
  /** The template's file, once the app is synthesised. */
  readonly file: string;
}

/** Every store in every Region, in one app that neither copies its assets nor reports what it is made of. */
export function makeVariants(outdir: string): { readonly app: App; readonly variants: readonly Variant[] } {
  const app = new App({
    outdir,
    analyticsReporting: false,
    context: { 'aws:cdk:disable-asset-staging': true },
  });
  const variants = REGIONS.flatMap((region) =>
    Object.entries(STORES).map(([store, make]) => {
      const name = `${store}-${region}`;
      const stack = new Stack(app, name, { env: { account: ACCOUNT, region } });
      make(stack);
      return { name, region, stack, file: `${outdir}/${stack.templateFile}` };
    }),
  );
  return { app, variants };
}

function vpcOf(stack: Stack) {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-12345678',
    availabilityZones: ['a'],
    isolatedSubnetIds: ['subnet-12345678'],
  });
}
