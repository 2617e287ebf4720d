// The state machine of the order intake. Each task brings the permissions that it needs into the machine's role.

import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  Fail,
  type IChainable,
  Map as MapState,
  ProvideItems,
  type RetryProps,
} from 'aws-cdk-lib/aws-stepfunctions';
import {
  CallAwsService,
  DynamoAttributeValue,
  DynamoPutItem,
  LambdaInvoke,
} from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

export interface IntakeResources {
  readonly bucket: IBucket;
  readonly orders: ITable;
  readonly priceLine: IFunction;
}

/** What passes by itself; S3.S3Exception is whatever of S3 has no name of its own, throttling among it. */
const TRANSIENT: RetryProps = {
  errors: [
    'S3.S3Exception',
    'S3.SdkClientException',
    'DynamoDB.InternalServerErrorException',
    'DynamoDB.ProvisionedThroughputExceededException',
    'DynamoDB.RequestLimitExceededException',
    'DynamoDB.SdkClientException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 4,
};

/** Read the order, price its lines, store it, and only then remove its file: an order is never in neither place. */
export function intakeDefinition(scope: Construct, resources: IntakeResources): IChainable {
  const accept = priceLines(scope, resources)
    .next(storeOrder(scope, resources))
    .next(removeFile(scope, resources));
  const reject = Fail.jsonata(scope, 'Reject the empty order', {
    comment: 'There is nothing to price',
    error: 'EmptyOrder',
    cause: `{% 'Order ' & $order.orderId & ' has no lines' %}`,
  });
  const decide = Choice.jsonata(scope, 'Does the order have lines?', {
    comment: 'An order without lines is a mistake of whoever sent it',
  })
    .when(Condition.jsonata('{% $count($order.lines) > 0 %}'), accept)
    .otherwise(reject);
  return readOrder(scope, resources).next(decide);
}

function readOrder(scope: Construct, { bucket }: IntakeResources): CallAwsService {
  const read = CallAwsService.jsonata(scope, 'Read the order', {
    comment: 'The file stays where it is until the order is stored',
    service: 's3',
    action: 'getObject',
    parameters: { Bucket: bucket.bucketName, Key: '{% $states.input.file %}' },
    iamResources: [bucket.arnForObjects('inbox/*')],
    assign: { file: '{% $states.input.file %}', order: '{% $parse($states.result.Body) %}' },
    outputs: {},
  });
  read.addRetry(TRANSIENT);
  return read;
}

/** Its output: the lines of the order, each with its `cents`. */
function priceLines(scope: Construct, { priceLine }: IntakeResources): MapState {
  const price = LambdaInvoke.jsonata(scope, 'Price the line', {
    comment: 'Fails with UnknownProduct; complete the price list, then redrive the execution',
    lambdaFunction: priceLine,
    outputs: '{% $states.result.Payload %}',
  });
  return MapState.jsonata(scope, 'Price all lines', {
    comment: 'A few at a time, so that one large order does not take all of the concurrency',
    items: ProvideItems.jsonata('{% $order.lines %}'),
    maxConcurrency: 5,
  }).itemProcessor(price);
}

/**
 * A write that was applied but reported as failed is written again, and passes, since it is this execution's own; the
 * same order from another file does not.
 */
function storeOrder(scope: Construct, { orders }: IntakeResources): DynamoPutItem {
  const { fromString, numberFromString, listFromJsonata } = DynamoAttributeValue;
  const line =
    '{"M": {"product": {"S": product}, "quantity": {"N": $string(quantity)}, "cents": {"N": $string(cents)}}}';
  const store = DynamoPutItem.jsonata(scope, 'Store the order', {
    comment: 'Once per order, however often the file is sent',
    table: orders,
    item: {
      customerId: fromString('{% $order.customerId %}'),
      orderId: fromString('{% $order.orderId %}'),
      lines: listFromJsonata(`{% [$states.input.${line}] %}`),
      totalCents: numberFromString('{% $string($sum($states.input.cents)) %}'),
      takenInBy: fromString('{% $states.context.Execution.Id %}'),
    },
    conditionExpression: 'attribute_not_exists(orderId) OR takenInBy = :execution',
    expressionAttributeValues: { ':execution': fromString('{% $states.context.Execution.Id %}') },
    outputs: {
      customerId: '{% $order.customerId %}',
      orderId: '{% $order.orderId %}',
      totalCents: '{% $sum($states.input.cents) %}',
    },
  });
  store.addRetry(TRANSIENT);
  store.addCatch(
    Fail.jsonata(scope, 'Reject the duplicate', {
      comment: 'The first one stands; the file of this one is left for somebody to look at',
      error: 'DuplicateOrder',
      cause: `{% 'Order ' & $order.orderId & ' was taken in before' %}`,
    }),
    { errors: ['DynamoDB.ConditionalCheckFailedException'] },
  );
  return store;
}

/** Its output: that of the state before. */
function removeFile(scope: Construct, { bucket }: IntakeResources): CallAwsService {
  const remove = CallAwsService.jsonata(scope, 'Remove the file', {
    comment: 'Done twice it does no harm',
    service: 's3',
    action: 'deleteObject',
    parameters: { Bucket: bucket.bucketName, Key: '{% $file %}' },
    iamResources: [bucket.arnForObjects('inbox/*')],
    outputs: '{% $states.input %}',
  });
  remove.addRetry(TRANSIENT);
  return remove;
}
