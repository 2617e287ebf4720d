// A store whose table has a stream, and a function that reads the content of what has changed.

import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { LargeItemStore } from 'twinwrite/cdk';

export class ArticlesStack extends Stack {
  readonly docs: LargeItemStore;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.docs = new LargeItemStore(this, 'Docs', {
      partitionKey: { name: 'author', type: 'S' },
      sortKey: { name: 'title', type: 'S' },
      tableProps: { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES },
    });
    const consumer = new NodejsFunction(this, 'Consumer', {
      entry: join(import.meta.dirname, 'consumer.ts'),
      runtime: Runtime.NODEJS_24_X,
      memorySize: 512,
      timeout: Duration.minutes(1),
      // So that it looks nothing up.
      environment: { TWINWRITE_STORE: this.docs.descriptor },
    });
    this.docs.grantRead(consumer);
    consumer.addEventSource(
      new DynamoEventSource(this.docs.table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        retryAttempts: 10,
      }),
    );
  }
}
