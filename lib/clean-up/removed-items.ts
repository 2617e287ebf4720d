// Deletes the objects of items that no saga removes: the consumer of the table's stream.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import {
  type DlqDestinationConfig,
  FilterCriteria,
  FilterRule,
  type IEventSourceDlq,
  type IEventSourceMapping,
  type IFunction,
  type Function as LambdaFunction,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { allowBucket, allowBucketKey, allowObjects } from '../rights/objects.ts';
import { allowItem, taskFunction } from '../sagas/tasks.ts';
import { addRule, expiry } from '../storage/expiry.ts';
import type { StoreOptions } from '../store-options.ts';

export interface RemovedItemsProps {
  /** It has a stream with old and new images. */
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly prefix: string;
  /** The store as JSON text, which may hold CloudFormation references. */
  readonly store: string;
  /** `expired`: what time to live deletes. `all`: also what other writers delete or overwrite. */
  readonly removals: 'expired' | 'all';
  readonly options: StoreOptions;
  /** Where the function logs. */
  readonly taskLogs: ILogGroup;
  /** Whether records are counted, also those that are given up: seven metrics, which cost. */
  readonly counted: boolean;
}

/** Changes that time to live makes (DynamoDB Developer Guide, "DynamoDB Streams and Time to Live"). */
const EXPIRED = FilterCriteria.filter({
  eventName: FilterRule.isEqual('REMOVE'),
  userIdentity: {
    type: FilterRule.isEqual('Service'),
    principalId: FilterRule.isEqual('dynamodb.amazonaws.com'),
  },
});
const REMOVED_OR_CHANGED = FilterCriteria.filter({ eventName: FilterRule.or('REMOVE', 'MODIFY') });

/** Where Lambda puts records that were given up; it has no setting for this prefix. */
export const FAILURES_PREFIX = 'aws/lambda';
/** They hold old items. */
const FAILURE_DAYS = 30;

/** Brings the stream's records to the clean-up, again until it has dealt with them, and what it gave up to the bucket. */
export class RemovedItems extends Construct {
  readonly consumer: LambdaFunction;
  /** Names the delivery of the stream in metrics. */
  readonly mappingId: string;

  /** @throws {Error} when the table is known to have no stream */
  constructor(scope: Construct, id: string, props: RemovedItemsProps) {
    super(scope, id);
    const { table, bucket, prefix, store, options, taskLogs } = props;
    if (table.tableStreamArn === undefined) {
      throw new Error(
        'LargeItemStore: ttl and cleanUpForeignDeletes need a table with a stream of new and old images, ' +
          'and the given one has none that is known (import it with its tableStreamArn)',
      );
    }
    this.consumer = taskFunction(this, 'CleanUp', 'clean-up-removed', {
      store,
      description: 'Twinwrite: deletes the objects of items that no saga removed',
      options,
      taskLogs,
    });
    allowItem(table, this.consumer, 'dynamodb:GetItem');
    allowObjects(bucket, this.consumer, prefix, ['s3:DeleteObject']);
    if (bucket instanceof Bucket) {
      addRule(bucket, expiry('failures', FAILURES_PREFIX, FAILURE_DAYS));
    }
    const source = new DynamoEventSource(table, {
      // Only from the deployment on: what went before is the sweeper's.
      startingPosition: StartingPosition.LATEST,
      filters: [props.removals === 'all' ? REMOVED_OR_CHANGED : EXPIRED],
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      onFailure: new FailuresInBucket(bucket),
      ...(props.counted && { metricsConfig: { metrics: [MetricType.EVENT_COUNT] } }),
    });
    this.consumer.addEventSource(source);
    this.mappingId = source.eventSourceMappingId;
  }
}

/**
 * The bucket that is told of records that were given up, as a whole; a queue would only be told where in the stream they
 * were, and the stream forgets them after a day. CDK's own destination may read and write the whole bucket.
 */
class FailuresInBucket implements IEventSourceDlq {
  readonly #bucket: IBucket;

  constructor(bucket: IBucket) {
    this.#bucket = bucket;
  }

  bind(_mapping: IEventSourceMapping, consumer: IFunction): DlqDestinationConfig {
    allowObjects(this.#bucket, consumer, FAILURES_PREFIX, ['s3:PutObject']);
    // Lambda asks for it, to find out whether it may write (Developer Guide, "Retain discarded records").
    allowBucket(this.#bucket, consumer, 's3:ListBucket');
    allowBucketKey(this.#bucket, consumer, 'kms:GenerateDataKey');
    return { destination: this.#bucket.bucketArn };
  }
}
