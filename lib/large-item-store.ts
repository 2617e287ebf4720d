// The construct: a table, a bucket, and the three sagas that keep them consistent.

import type { Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Store, StoreDescriptor } from '../core/contract/store-types.ts';
import type { Operation } from '../core/keys/run.ts';
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
import type { LargeItemStoreProps } from './large-item-store-props.ts';
import { checkExpiring, checkedLayout, checkedReportPrefix } from './layout.ts';
import { createLogs, type StoreLogs } from './monitoring/logs.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import type { RunMetric, RunMetricOptions, TaskMetric } from './monitoring/run-metrics.ts';
import type { StoreAlarmsByName } from './monitoring/runbook.ts';
import { checkNeighbours } from './neighbours.ts';
import { FAILURES_PREFIX, RemovedItems } from './removed-items.ts';
import { createStateMachine } from './state-machines.ts';
import { addLifecycle, checkTable, createBucket, createTable } from './storage.ts';
import { arnsOf, type StoreStateMachines } from './store-state-machines.ts';
import { Sweep } from './sweep.ts';
import { SagaTasks } from './tasks.ts';
import { allowUploads } from './upload-origins.ts';

/**
 * A DynamoDB table whose items' large attributes are S3 objects, written through Step Functions sagas only.
 *
 * @example new LargeItemStore(this, 'Docs');
 */
export class LargeItemStore extends Construct {
  readonly table: ITable;
  readonly bucket: IBucket;
  /** One state machine per operation. */
  readonly stateMachines: StoreStateMachines;
  readonly tasks: SagaTasks;
  /** Finds the objects that no item points at any more. */
  readonly sweep: Sweep;
  /** The store's description as JSON: what an app's variable `TWINWRITE_STORE` holds. */
  readonly descriptor: string;
  /** Where the description is kept, if `parameterName` says so. */
  readonly parameter?: StringParameter;
  /** Where its state machines and functions log. */
  readonly logs: StoreLogs;
  /** What `alarms` has made, by name: for actions of your own. */
  readonly alarms: StoreAlarmsByName;
  /** What `dashboard: true` has made, to add widgets to. */
  readonly dashboard?: Dashboard;
  readonly #granting: Granting;
  readonly #monitoring: Monitoring;

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
      ...(props.inlineContent === false && { inlineContent: false }),
    };
    const { table, bucket } = this;
    this.logs = createLogs(this, { retention: props.logRetention ?? RetentionDays.ONE_MONTH });
    const { runs: logs, tasks: taskLogs } = this.logs;
    const workedOn = { taskLogs, table, bucket, prefix, store: Stack.of(this).toJsonString(store) };
    this.tasks = new SagaTasks(this, 'Tasks', { ...workedOn, stagingPrefix, legacy });
    const removedItems = stream
      ? new RemovedItems(this, 'RemovedItems', {
          ...workedOn,
          removals: cleanUpForeignDeletes ? 'all' : 'expired',
          counted: props.alarms !== undefined,
        })
      : undefined;
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
      logs: this.logs.sweeps,
      runbook: props.alarms?.runbook,
    });
    this.#monitoring = new Monitoring(this, 'Monitoring', {
      ...{ alarms: props.alarms, dashboard: props.dashboard },
      ...{ stateMachines: this.stateMachines, sweep: this.sweep, removedItems, logs },
    });
    this.alarms = this.#monitoring.alarms;
    this.dashboard = this.#monitoring.dashboard;
    const descriptor = this.#describe(store);
    this.descriptor = Stack.of(this).toJsonString(descriptor);
    if (props.parameterName !== undefined) {
      this.parameter = createParameter(this, props.parameterName, this.descriptor);
    }
    const { stateMachines } = this;
    this.#granting = { table, bucket, prefix, stagingPrefix, legacy, stateMachines };
    addOutputs(this, descriptor, this.descriptor);
  }

  /**
   * How often something happened to runs or tasks: a sum over five minutes, unless `options` say otherwise.
   * @throws {Error} for what is counted of tasks when an operation is asked for
   */
  metric(name: RunMetric | TaskMetric, options?: RunMetricOptions): Metric {
    return this.#monitoring.metrics.metric(name, options);
  }

  /** How many runs of an operation committed. */
  metricCommitted(operation: Operation, options?: MetricOptions): Metric {
    return this.stateMachines[operation].metricSucceeded(options);
  }

  /** How long runs of an operation took, however they ended: milliseconds, by default their average. */
  metricDuration(operation: Operation, options?: MetricOptions): Metric {
    return this.stateMachines[operation].metricTime(options);
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
    const stateMachines = arnsOf(this.stateMachines);
    const { stateMachine, reportPrefix } = this.sweep;
    const sweep = { stateMachine: stateMachine.stateMachineArn, reportPrefix };
    return { ...store, region: Stack.of(this).region, stateMachines, sweep };
  }
}
