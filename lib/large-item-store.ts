// The construct: a table, a bucket, and the three sagas that keep them consistent.

import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Store, StoreDescriptor } from '../core/contract/store.ts';
import type { KeyAttribute } from '../core/keys/item-key.ts';
import { OPERATIONS, type Operation } from '../core/keys/run.ts';
import {
  type Granting,
  grantCheck,
  grantOperate,
  grantRead,
  grantRuns,
  grantStaging,
  grantWait,
} from './callers.ts';
import { addOutputs, createParameter, grantDiscovery } from './discovery.ts';
import { checkExpiring, checkedLayout, checkedReportPrefix } from './layout.ts';
import { checkNeighbours } from './neighbours.ts';
import { FAILURES_PREFIX, RemovedItems } from './removed-items.ts';
import { createLogs, createStateMachine } from './state-machines.ts';
import { addLifecycle, checkTable, createBucket, createTable } from './storage.ts';
import { Sweep, type SweepProps } from './sweep.ts';
import { SagaTasks } from './tasks.ts';
import { allowUploads } from './upload-origins.ts';

export interface LargeItemStoreProps {
  /** The table's partition key. Default: `id`, a string. */
  readonly partitionKey?: KeyAttribute;
  /** The table's sort key. Default: none. */
  readonly sortKey?: KeyAttribute;
  /** A table of your own, whose key `partitionKey` and `sortKey` describe. Default: a new on-demand table. */
  readonly table?: ITable;
  /** A bucket of your own, in the same Region. Default: a new private bucket. */
  readonly bucket?: IBucket;
  /** What object keys begin with, without a slash at either end; may be empty. Default: `items`. */
  readonly prefix?: string;
  /** The same for uploads that a run is yet to copy; not below `prefix`, nor above it. Default: `staging`. */
  readonly stagingPrefix?: string;
  /**
   * How object keys are made: `{prefix}/`, then `{pk}`, `{sk}` (if the table has a sort key), `{attr}`, `{sha256}` and
   * `{run}`, once each, told apart by literals. Default: `{prefix}/pk={pk}/sk={sk}/attr={attr}/sha256={sha256}/{run}`.
   */
  readonly objectKeyTemplate?: string;
  /** Templates that this store had before, so that their keys are still understood. The default's always are. */
  readonly formerObjectKeyTemplates?: readonly string[];
  /**
   * Where the objects are that pynamodb_mate put, if not below `prefix` in `bucket`: they are read, replaced and deleted
   * with their items. `prefix` is what the library was given, `bucket` by default the store's. See docs/migration.md.
   */
  readonly legacy?: { readonly bucket?: IBucket; readonly prefix: string };
  /** When dangling objects are looked for, and whether they are deleted. Default: when a sweep is started by hand. */
  readonly sweep?: SweepProps;
  /**
   * Origins of web pages that may upload to URLs of the client's `presignUpload`: `https://app.example.com`, or with one `*`.
   * They become a CORS rule of the bucket, for PUT. Default: none.
   */
  readonly uploadOrigins?: readonly string[];
  /** What happens to a new table and bucket when the stack goes. Default: they are retained. */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The number attribute of the table's time to live, in seconds since 1970: the objects of items that DynamoDB expires are
   * deleted, too. A table of your own must have time to live on this attribute, and a stream of new and old images.
   */
  readonly ttl?: string;
  /**
   * Also delete the objects of items that other writers than sagas delete or overwrite. A delete by a saga cannot be told
   * from theirs, so then its `cleanUp.whenSucceeded: false` has no effect. Default: false.
   */
  readonly cleanUpForeignDeletes?: boolean;
  /**
   * Name of an SSM parameter to keep the store's description in, for apps that look it up: `/my-app/docs`. Default: none,
   * since apps also find it in the stack's outputs, or get it with their deployment as `descriptor`.
   */
  readonly parameterName?: string;
  /** How long the state machines' logs are kept. They never hold the items' data. Default: one month. */
  readonly logRetention?: RetentionDays;
}

/**
 * A DynamoDB table whose items' large attributes are S3 objects, written through Step Functions sagas only.
 *
 * @example new LargeItemStore(this, 'Docs');
 */
export class LargeItemStore extends Construct {
  readonly table: ITable;
  readonly bucket: IBucket;
  /** One state machine per operation. */
  readonly stateMachines: Readonly<Record<Operation, StateMachine>>;
  readonly tasks: SagaTasks;
  /** Finds the objects that no item points at any more. */
  readonly sweep: Sweep;
  /** The store's description as JSON: what an app's variable `TWINWRITE_STORE` holds. */
  readonly descriptor: string;
  /** Where the description is kept, if `parameterName` says so. */
  readonly parameter?: StringParameter;
  readonly #granting: Granting;

  /** @throws {Error} for prefixes that overlap, an unsafe template, a given table whose key is known to be another */
  constructor(scope: Construct, id: string, props: LargeItemStoreProps = {}) {
    super(scope, id);
    const layout = checkedLayout(props);
    const { key, prefix, stagingPrefix } = layout;
    const reportPrefix = checkedReportPrefix(props, layout);

    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const { ttl, cleanUpForeignDeletes = false } = props;
    const stream = ttl !== undefined || cleanUpForeignDeletes;
    if (stream) checkExpiring(props, layout, 'the failures that Lambda keeps in', FAILURES_PREFIX);
    this.table = props.table ?? createTable(this, key, { removalPolicy, ttl, stream });
    this.bucket = props.bucket ?? createBucket(this, { stagingPrefix, reportPrefix }, removalPolicy);
    if (props.table) checkTable(props.table, key);
    if (props.bucket) addLifecycle(this, props.bucket, { stagingPrefix, reportPrefix });
    checkNeighbours(this, {
      table: this.table.tableName,
      bucket: this.bucket.bucketName,
      prefix,
      expiring: {
        stagingPrefix,
        'sweep.reportPrefix': reportPrefix,
        ...(stream && { 'the failures that Lambda keeps in': FAILURES_PREFIX }),
      },
    });
    allowUploads(this, this.bucket, props.uploadOrigins ?? []);

    const legacy = props.legacy && { bucket: this.bucket, ...props.legacy };
    const store: Store = {
      table: this.table.tableName,
      bucket: this.bucket.bucketName,
      ...layout,
      ...(legacy && { legacy: { bucket: legacy.bucket.bucketName, prefix: legacy.prefix } }),
    };
    const { table, bucket } = this;
    const workedOn = { table, bucket, prefix, store: Stack.of(this).toJsonString(store) };
    this.tasks = new SagaTasks(this, 'Tasks', { ...workedOn, stagingPrefix, legacy });
    if (stream) {
      new RemovedItems(this, 'RemovedItems', {
        ...workedOn,
        removals: cleanUpForeignDeletes ? 'all' : 'expired',
      });
    }
    const logs = createLogs(this, props.logRetention ?? RetentionDays.ONE_MONTH);
    this.stateMachines = {
      create: createStateMachine(this, 'Create', 'create', this.tasks, logs),
      update: createStateMachine(this, 'Update', 'update', this.tasks, logs),
      delete: createStateMachine(this, 'Delete', 'delete', this.tasks, logs),
    };
    this.sweep = new Sweep(this, 'Sweep', {
      ...props.sweep,
      ...workedOn,
      reportPrefix,
      stateMachines: this.stateMachines,
      logs,
    });
    const descriptor = this.#describe(store);
    this.descriptor = Stack.of(this).toJsonString(descriptor);
    if (props.parameterName !== undefined) {
      this.parameter = createParameter(this, props.parameterName, this.descriptor);
    }
    const { stateMachines } = this;
    this.#granting = { table, bucket, prefix, stagingPrefix, legacy, stateMachines };
    addOutputs(this, descriptor, this.descriptor);
  }

  /** Lets an app write content of any size: start runs, see how they end, and stage what does not fit into their input. */
  grantWrite(grantee: IGrantable): void {
    this.grantWriteInline(grantee);
    this.grantStaging(grantee);
  }

  /** Lets an app write what fits into a run's input, or what others have staged. It needs no rights to the bucket. */
  grantWriteInline(grantee: IGrantable): void {
    grantRuns(this.#granting, grantee);
  }

  /** Lets a caller upload to the staging prefix, or sign such uploads for others. */
  grantStaging(grantee: IGrantable): void {
    grantStaging(this.#granting, grantee);
  }

  /** Lets a caller wait for runs that others have started. */
  grantWait(grantee: IGrantable): void {
    grantWait(this.#granting, grantee);
  }

  /** Lets an app read items and their objects, or sign URLs of those for others. */
  grantRead(grantee: IGrantable): void {
    grantRead(this.#granting, grantee);
  }

  /** Lets an operator list and show runs, replay and stop them, and look at their items: the command line, the console. */
  grantOperate(grantee: IGrantable): void {
    grantOperate(this.#granting, grantee);
  }

  /** Lets someone compare the whole table with the bucket, without writing: `twinwrite fsck`. */
  grantCheck(grantee: IGrantable): void {
    grantCheck(this.#granting, grantee);
  }

  /**
   * Lets an app find the store: in its parameter if it has one, else in the outputs of its stack. Apart from the other
   * grants, since an app that gets the description with its deployment needs neither.
   */
  grantDiscovery(grantee: IGrantable): void {
    grantDiscovery(this, this.parameter, grantee);
  }

  /** Lets someone sweep by hand: start a sweep, watch it, read its report. */
  grantSweep(grantee: IGrantable): void {
    this.sweep.grantSweep(grantee);
  }

  #describe(store: Store): StoreDescriptor {
    const arns = OPERATIONS.map((operation) => [operation, this.stateMachines[operation].stateMachineArn]);
    const stateMachines = Object.fromEntries(arns) as StoreDescriptor['stateMachines'];
    const { stateMachine, reportPrefix } = this.sweep;
    const sweep = { stateMachine: stateMachine.stateMachineArn, reportPrefix };
    return { ...store, region: Stack.of(this).region, stateMachines, sweep };
  }
}
