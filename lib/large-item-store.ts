// The construct: a table, a bucket, and the three sagas that keep them consistent.

import type { Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Store, StoreDescriptor } from '../core/contract/store-types.ts';
import type { Operation } from '../core/keys/run.ts';
import { addOutputs, createParameter } from './access/discovery.ts';
import { GrantedStore, type ILargeItemStore, setGranting } from './access/granted-store.ts';
import { ImportedStore, type ImportedStoreProps } from './access/imported-store.ts';
import { FAILURES_PREFIX, RemovedItems } from './clean-up/removed-items.ts';
import { Sweep } from './clean-up/sweep.ts';
import type { StoreAlarmsByName } from './cloudwatch/runbook.ts';
import type { LargeItemStoreProps } from './large-item-store-props.ts';
import { checkExpiring, checkedLayout, checkedReportPrefix, type Layout } from './layout.ts';
import type { ExpressMetric } from './monitoring/express-patterns.ts';
import { createLogs, type StoreLogs } from './monitoring/logs.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import type { RunMetric, RunMetricOptions, TaskMetric } from './monitoring/run-metrics.ts';
import { createExpressLane, describeLane, type ExpressLane, resolveExpress } from './sagas/express-lane.ts';
import { createStateMachine } from './sagas/state-machines.ts';
import { arnsOf, type StoreStateMachines } from './sagas/store-state-machines.ts';
import { SagaTasks } from './sagas/tasks.ts';
import { checkNeighbours } from './storage/neighbours.ts';
import { allowUploads } from './storage/upload-origins.ts';
import { resolveOptions, type StoreOptions, withSecurityGroup } from './store-options.ts';
import { storageOf } from './store-storage.ts';

/**
 * A DynamoDB table whose items' large attributes are S3 objects, written through Step Functions sagas only.
 *
 * @example new LargeItemStore(this, 'Docs');
 */
export class LargeItemStore extends GrantedStore {
  /**
   * A store of another stack, to grant on it.
   * @param descriptor - its description as JSON, known when the app is synthesised: what its output `Store` and its SSM parameter hold
   * @throws {Error} for what describes no store of this version, or one of another account
   */
  static fromDescriptor(
    scope: Construct,
    id: string,
    descriptor: string,
    props: ImportedStoreProps = {},
  ): ILargeItemStore {
    return new ImportedStore(scope, id, descriptor, props);
  }

  readonly table: ITable;
  readonly bucket: IBucket;
  /** One state machine per operation. */
  readonly stateMachines: StoreStateMachines;
  /** Those of the Express lane, with `express`. They are started by `StartSyncExecution`, and hand over to {@link stateMachines}. */
  readonly expressStateMachines?: StoreStateMachines;
  readonly tasks: SagaTasks;
  /** Finds the objects that no item points at any more. */
  readonly sweep: Sweep;
  readonly descriptor: string;
  /** Where the description is kept, if `parameterName` says so. */
  readonly parameter?: StringParameter;
  /** Where its state machines and functions log. */
  readonly logs: StoreLogs;
  /** What `alarms` has made, by name: for actions of your own. */
  readonly alarms: StoreAlarmsByName;
  /** What `dashboard: true` has made, to add widgets to. */
  readonly dashboard?: Dashboard;
  readonly #monitoring: Monitoring;

  /**
   * @throws {Error} for prefixes that overlap, an unsafe template, props that contradict each other, and a given table or bucket
   * that is known to be elsewhere, or another than the props say
   */
  constructor(scope: Construct, id: string, props: LargeItemStoreProps = {}) {
    super(scope, id);
    const layout = checkedLayout(props);
    const { prefix, stagingPrefix } = layout;
    const reportPrefix = checkedReportPrefix(props, layout);
    const express = resolveExpress(props.express);
    const options = withSecurityGroup(this, resolveOptions(props));
    const removals = removalsOf(props);
    if (removals) checkExpiring(props, layout, FAILURES, FAILURES_PREFIX);
    const { table, bucket } = storageOf(this, props, { layout, reportPrefix, removals });
    this.table = table;
    this.bucket = bucket;
    checkNeighbours(this, {
      table: table.tableName,
      bucket: bucket.bucketName,
      prefix,
      expiring: {
        stagingPrefix,
        'sweep.reportPrefix': reportPrefix,
        ...(removals && { [FAILURES]: FAILURES_PREFIX }),
      },
    });
    allowUploads(this, bucket, props.uploadOrigins ?? []);

    const legacy = props.legacy && { bucket, ...props.legacy };
    const store = this.#store(layout, props, legacy);
    const { logRetention: retention = RetentionDays.ONE_MONTH, alarms, dashboard } = props;
    const { encryptionKey } = options;
    this.logs = createLogs(this, { retention, encryptionKey, express: express !== undefined });
    const { runs, express: expressLogs, sweeps, tasks: taskLogs } = this.logs;
    const text = Stack.of(this).toJsonString(store);
    const workedOn = { table, bucket, prefix, store: text, options, taskLogs };
    this.tasks = new SagaTasks(this, 'Tasks', { ...workedOn, stagingPrefix, legacy });
    const counted = alarms !== undefined;
    const removedItems =
      removals && new RemovedItems(this, 'RemovedItems', { ...workedOn, removals, counted });
    this.stateMachines = this.#machines(runs, options);
    const { stateMachines, tasks } = this;
    const lane =
      express &&
      expressLogs &&
      createExpressLane(this, { ...express, standard: stateMachines, tasks, logs: expressLogs, options });
    if (lane) this.expressStateMachines = lane.stateMachines;
    const sweeping = { ...props.sweep, ...workedOn, reportPrefix, stateMachines, logs: sweeps };
    this.sweep = new Sweep(this, 'Sweep', { ...sweeping, runbook: alarms?.runbook });
    const watched = { stateMachines, sweep: this.sweep, removedItems, logs: runs, lane };
    this.#monitoring = new Monitoring(this, 'Monitoring', { ...watched, alarms, dashboard });
    this.alarms = this.#monitoring.alarms;
    this.dashboard = this.#monitoring.dashboard;

    const descriptor = this.#describe(store, lane);
    this.descriptor = Stack.of(this).toJsonString(descriptor);
    if (props.parameterName !== undefined) {
      this.parameter = createParameter(this, props.parameterName, this.descriptor);
    }
    addOutputs(this, descriptor, this.descriptor, props.outputs);
    const machineKey = encryptionKey;
    const sweep = { stateMachine: this.sweep.stateMachine, bucket, reportPrefix, machineKey };
    setGranting(
      this,
      { table, bucket, prefix, stagingPrefix, legacy, stateMachines, express: lane, machineKey, sweep },
      {
        parameterArn: this.parameter?.parameterArn,
        stackName: props.outputs?.enabled === false ? undefined : Stack.of(this).stackName,
      },
    );
  }

  /**
   * How often something happened to runs or tasks: a sum over five minutes, unless `options` say otherwise.
   * @throws {Error} for what is counted for the store alone when an operation is asked for, and of an Express lane that is not there
   */
  metric(name: RunMetric | TaskMetric | ExpressMetric, options?: RunMetricOptions): Metric {
    return this.#monitoring.metrics.metric(name, options);
  }

  /** How many runs of an operation committed in the Standard lane; {@link expressStateMachines} have the same of theirs. */
  metricCommitted(operation: Operation, options?: MetricOptions): Metric {
    return this.stateMachines[operation].metricSucceeded(options);
  }

  /** How long runs of an operation took in the Standard lane, however they ended: milliseconds, by default their average. */
  metricDuration(operation: Operation, options?: MetricOptions): Metric {
    return this.stateMachines[operation].metricTime(options);
  }

  #store(layout: Layout, { inlineContent }: LargeItemStoreProps, legacy: Legacy | undefined): Store {
    return {
      table: this.table.tableName,
      bucket: this.bucket.bucketName,
      ...layout,
      ...(legacy && { legacy: { bucket: legacy.bucket.bucketName, prefix: legacy.prefix } }),
      ...(inlineContent === false && { inlineContent }),
    };
  }

  #machines(logs: ILogGroup, options: StoreOptions): StoreStateMachines {
    const { tasks } = this;
    const make = (id: string, operation: Operation) =>
      createStateMachine(this, id, { operation, tasks, logs, options });
    return {
      create: make('Create', 'create'),
      update: make('Update', 'update'),
      delete: make('Delete', 'delete'),
    };
  }

  #describe(store: Store, lane: ExpressLane | undefined): StoreDescriptor {
    const stateMachines = arnsOf(this.stateMachines);
    const { stateMachine, reportPrefix } = this.sweep;
    const sweep = { stateMachine: stateMachine.stateMachineArn, reportPrefix };
    const express = lane && describeLane(lane);
    return {
      ...{ ...store, region: Stack.of(this).region, stateMachines },
      ...(express && { express }),
      sweep,
    };
  }
}

interface Legacy {
  readonly bucket: IBucket;
  readonly prefix: string;
}

/** What expires there, for messages. */
const FAILURES = 'the failures that Lambda keeps in';

/** Which removals by others than sagas the store cleans up after. */
function removalsOf({ ttl, cleanUpForeignDeletes = false }: LargeItemStoreProps) {
  if (cleanUpForeignDeletes) return 'all';
  return ttl === undefined ? undefined : 'expired';
}
