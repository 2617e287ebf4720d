// The Lambda functions of the sagas' tasks, each with the rights that it needs and no more.

import { join } from 'node:path';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import {
  Architecture,
  Code,
  type FunctionProps,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { FUNCTION_TIMEOUT_SECONDS } from '../../core/saga/waits.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { allowTableKey } from '../rights/keys.ts';
import {
  allowBucket,
  allowBucketKey,
  allowListing,
  allowObjects,
  allowPutting,
  allowReading,
} from '../rights/objects.ts';
import { type FunctionOptions, resolveOptions, type StoreOptions } from '../store-options.ts';
import type { LegacyObjects } from './legacy-objects.ts';

/** What the tasks of a store work on. */
export interface SagaTasksProps {
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly prefix: string;
  readonly stagingPrefix: string;
  /** Where objects are that another library put. */
  readonly legacy?: LegacyObjects | undefined;
  /** The store as JSON text, which may hold CloudFormation references. */
  readonly store: string;
  /** Default: those of a store that is told nothing. */
  readonly options?: StoreOptions;
  /** Where the functions log. Default: in groups that Lambda makes, and nobody ends. */
  readonly taskLogs?: ILogGroup;
}

/** What a task's function is told. */
interface FunctionSettings {
  readonly store: string;
  readonly description: string;
  readonly options?: StoreOptions | undefined;
  readonly taskLogs?: ILogGroup | undefined;
}

const WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

type Task = keyof typeof FUNCTION_TIMEOUT_SECONDS;

/** The Lambda functions of a store, one for each task of its sagas. */
export class SagaTasks extends Construct {
  readonly plan: LambdaFunction;
  /** Puts content of a run's input. */
  readonly putInline: LambdaFunction;
  /** Copies staged content. */
  readonly putObject: LambdaFunction;
  readonly writeItem: LambdaFunction;
  readonly deleteObjects: LambdaFunction;
  /** Finds out what became of an Express run that nobody saw end, and deletes what it left. */
  readonly settleRun: LambdaFunction;

  constructor(scope: Construct, id: string, props: SagaTasksProps) {
    super(scope, id);
    const { table, bucket } = props;
    const { prefix, stagingPrefix, legacy, store, options, taskLogs } = props;
    const make = (functionId: string, task: Task, does: string) =>
      taskFunction(this, functionId, task, { store, description: `Twinwrite: ${does}`, options, taskLogs });

    this.plan = make('Plan', 'plan', 'reads the item and plans the run');
    allowItem(table, this.plan, 'dynamodb:GetItem');
    allowReading(bucket, this.plan, prefix);
    allowReading(bucket, this.plan, stagingPrefix);

    this.putInline = make('PutInline', 'put-inline', "puts one object from the run's input");
    allowObjects(bucket, this.putInline, prefix, ['s3:PutObject']);
    allowBucketKey(bucket, this.putInline, 'kms:GenerateDataKey');

    this.putObject = make('PutObject', 'put-object', 'puts one object, by copying what is staged');
    // A copy takes the tags of what was staged along.
    allowReading(bucket, this.putObject, stagingPrefix, ['s3:GetObjectTagging']);
    allowPutting(bucket, this.putObject, prefix, ['s3:PutObjectTagging']);
    // A large copy goes on with what an earlier attempt has copied, or finds that it was completed.
    allowObjects(bucket, this.putObject, prefix, ['s3:GetObject', 's3:ListMultipartUploadParts']);
    allowBucket(bucket, this.putObject, 's3:ListBucketMultipartUploads');

    this.writeItem = make('WriteItem', 'write-item', 'writes or deletes the item');
    // TransactWriteItems needs the rights of the actions in it (DynamoDB Developer Guide, "Transactions and IAM").
    allowItem(table, this.writeItem, 'dynamodb:GetItem', ...WRITES);
    // Once a write's token is forgotten, whether the run's objects are there is evidence.
    allowReading(bucket, this.writeItem, prefix);

    this.deleteObjects = make('DeleteObjects', 'delete-objects', 'deletes objects');
    allowItem(table, this.deleteObjects, 'dynamodb:GetItem');
    // A compensation ends the run's unfinished copies too.
    allowObjects(bucket, this.deleteObjects, prefix, ['s3:DeleteObject', 's3:AbortMultipartUpload']);
    allowBucket(bucket, this.deleteObjects, 's3:ListBucketMultipartUploads');
    allowObjects(bucket, this.deleteObjects, stagingPrefix, ['s3:DeleteObject']);
    if (legacy) allowObjects(legacy.bucket ?? bucket, this.deleteObjects, legacy.prefix, ['s3:DeleteObject']);

    this.settleRun = make('SettleRun', 'settle-run', 'settles an Express run that nobody saw end');
    allowItem(table, this.settleRun, 'dynamodb:GetItem');
    allowListing(bucket, this.settleRun, prefix);
    allowObjects(bucket, this.settleRun, prefix, ['s3:DeleteObject']);
  }
}

/** The function of one task, which works on the store that its variable `STORE` describes. */
export function taskFunction(
  scope: Construct,
  id: string,
  task: Task,
  { store, description, options = resolveOptions({}), taskLogs }: FunctionSettings,
): LambdaFunction {
  const { memorySize = 512, architecture = Architecture.ARM_64, ...more } = options.functions;
  return new LambdaFunction(scope, id, {
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture,
    handler: `${task}.handler`,
    code: Code.fromAsset(join(PACKAGE_ROOT, 'dist', 'lambdas')),
    timeout: Duration.seconds(FUNCTION_TIMEOUT_SECONDS[task]),
    memorySize,
    environment: { ...more.environment, STORE: store },
    ...(taskLogs && { logGroup: taskLogs }),
    // Of Lambda's own lines, too: one query finds an attempt, its duration, and what it threw.
    loggingFormat: LoggingFormat.JSON,
    ...network(more),
    ...(more.reservedConcurrency !== undefined && {
      reservedConcurrentExecutions: more.reservedConcurrency,
    }),
    ...(more.tracing === true && { tracing: Tracing.ACTIVE }),
  });
}

/** Lets a task do something with items, and use the key that encrypts them. */
export function allowItem(table: ITable, task: LambdaFunction, ...actions: string[]): void {
  table.grant(task, ...actions);
  allowTableKey(table, task, actions.some((action) => WRITES.includes(action)) ? 'write' : 'read');
}

function network({ vpc, vpcSubnets, securityGroups }: FunctionOptions): Partial<FunctionProps> {
  if (vpc === undefined) return {};
  return { vpc, ...(vpcSubnets && { vpcSubnets }), ...(securityGroups && { securityGroups }) };
}
