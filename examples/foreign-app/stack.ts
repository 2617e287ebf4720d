// Order intake: customers' orders lie in a bucket as JSON files; each is priced line by line and becomes an item.

import { join } from 'node:path';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { DefinitionBody, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { intakeDefinition } from './intake.ts';

/** JSON: price in cents by product. */
const PRICE_LIST = 'prices.json';

/**
 * Outputs: `BucketName`, `TableName`, `StateMachineArn`. Started with `{ "file": "inbox/{any}.json" }`, the state machine
 * takes the order of that file in.
 */
export class OrderIntakeStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const orders = new TableV2(this, 'Orders', {
      partitionKey: { name: 'customerId', type: AttributeType.STRING },
      sortKey: { name: 'orderId', type: AttributeType.STRING },
    });
    const priceLine = new LambdaFunction(this, 'PriceLine', {
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(join(import.meta.dirname, 'price-line')),
      handler: 'index.handler',
      environment: { BUCKET: bucket.bucketName, PRICE_LIST },
      memorySize: 256,
      timeout: Duration.seconds(10),
    });
    bucket.grantRead(priceLine, PRICE_LIST);
    const intake = new StateMachine(this, 'Intake', {
      definitionBody: DefinitionBody.fromChainable(intakeDefinition(this, { bucket, orders, priceLine })),
      queryLanguage: QueryLanguage.JSONATA,
      timeout: Duration.hours(1),
    });
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName });
    new CfnOutput(this, 'TableName', { value: orders.tableName });
    new CfnOutput(this, 'StateMachineArn', { value: intake.stateMachineArn });
  }
}
