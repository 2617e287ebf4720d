// The sweeper: the state machine that finds dangling objects, its tasks, and when it runs by itself.

import { join } from 'node:path';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import {
  type Grant,
  type IGrantable,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { SweepSettings } from '../core/contract/store-types.ts';
import { DEFAULT_GRACE_SECONDS, MIN_GRACE_SECONDS } from '../core/errors/limits.ts';
import { GRACE_TOO_SHORT, type SweepInput } from '../core/sweep/contract.ts';
import { allowReports, grantSweep, type SweepGranting } from './callers.ts';
import { allowMachineKey, encryptMachine } from './encryption.ts';
import { NAMESPACE, storeName } from './monitoring/names.ts';
import { describeAlarm } from './monitoring/runbook.ts';
import { PACKAGE_ROOT } from './package-root.ts';
import { allowBucketKey, allowObjects, allowReading } from './rights.ts';
import { resolveOptions, type StoreOptions } from './store-options.ts';
import { arnsOf, type StoreStateMachines } from './store-state-machines.ts';
import { allowItem, taskFunction } from './tasks.ts';

/** When the sweep runs, what it spares, and what it warns of. */
export interface SweepProps {
  /**
   * When to sweep, such as `ScheduleExpression.rate(Duration.days(1))`. Default: only when a sweep is started by hand, since
   * each one reads all items that have large attributes.
   */
  readonly schedule?: ScheduleExpression;
  /** Objects younger than this stay; at least an hour. Default: 24 hours. */
  readonly grace?: Duration;
  /** Whether scheduled sweeps only report what they would delete. Default: true, until you have seen a report. */
  readonly dryRun?: boolean;
  /** A sweep that finds more orphans than this raises the alarm. Default: 100. */
  readonly alarmAbove?: number;
  /** What keys of reports begin with, apart from the store's other prefixes; they expire after 30 days. Default: `sweeps`. */
  readonly reportPrefix?: string;
  /** Where S3 Inventory reports are that sweeps may read in place of the list of the bucket. Default: none. */
  readonly inventory?: SweepInventory;
}

/** Where the reports of an S3 Inventory are. */
export interface SweepInventory {
  readonly bucket: IBucket;
  /** What the keys of its manifests and files begin with. */
  readonly prefix: string;
}

/** What a {@link Sweep} is told by the store that makes it. */
export interface SweepConstructProps extends SweepProps {
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly prefix: string;
  /** The store as JSON text, which may hold CloudFormation references. */
  readonly store: string;
  /** Of the sagas. */
  readonly stateMachines: StoreStateMachines;
  readonly logs: ILogGroup;
  /** Default: those of a store that is told nothing. */
  readonly options?: StoreOptions;
  /** Where its functions log. Default: in groups that Lambda makes, and nobody ends. */
  readonly taskLogs?: ILogGroup;
  /** Where alarms say that the runbook is. */
  readonly runbook?: string | undefined;
}

/** Where reports go that no `reportPrefix` says otherwise. */
export const DEFAULT_REPORT_PREFIX = 'sweeps';

/** Rights of a ResultWriter ("ResultWriter (Map)" in the Step Functions Developer Guide). */
const WRITE_REPORT = [
  's3:PutObject',
  's3:GetObject',
  's3:ListMultipartUploadParts',
  's3:AbortMultipartUpload',
];

/** A store's sweeper: finds the objects that no item points at any more, and deletes them unless it is a dry run. */
export class Sweep extends Construct {
  readonly stateMachine: StateMachine;
  /** Scheduled sweeps that find more than `alarmAbove` orphans; none without a schedule. Add your actions to it. */
  readonly alarm: Alarm | undefined;
  readonly schedule: ScheduleExpression | undefined;
  /** What the schedule could not start after a day of tries, for 14 days; none without a schedule. */
  readonly failures: Queue | undefined;
  /** What keys of reports begin with, without a slash at either end. */
  readonly reportPrefix: string;
  readonly #granting: SweepGranting;

  /** @throws {Error} when the grace is too short */
  constructor(scope: Construct, id: string, props: SweepConstructProps) {
    super(scope, id);
    checkGrace(props.grace);
    const { bucket, reportPrefix = DEFAULT_REPORT_PREFIX, schedule } = props;
    this.reportPrefix = reportPrefix;
    const { encryptionKey: machineKey } = props.options ?? {};
    this.stateMachine = this.#stateMachine(props);
    const { stateMachine } = this;
    this.#granting = { stateMachine, bucket, reportPrefix, machineKey };
    this.schedule = schedule;
    if (schedule !== undefined) {
      this.failures = new Queue(this, 'Failures', {
        enforceSSL: true,
        encryption: QueueEncryption.SQS_MANAGED,
        retentionPeriod: Duration.days(14),
      });
      const { grace = Duration.seconds(DEFAULT_GRACE_SECONDS), dryRun = true } = props;
      const input: SweepInput = { grace: `${grace.toSeconds()}s`, dryRun };
      new Schedule(this, 'Schedule', {
        schedule,
        description: `Twinwrite: ${dryRun ? 'reports' : 'deletes'} the objects that no item points at`,
        target: new StepFunctionsStartExecution(stateMachine, {
          input: ScheduleTargetInput.fromObject(input),
          deadLetterQueue: this.failures,
          ...(machineKey && { role: this.#schedulerRole(machineKey) }),
        }),
      });
      this.alarm = this.#alarm(props.alarmAbove ?? 100, props.runbook);
    }
  }

  /** How many orphans a sweep found; also `OrphanBytes`, `Deleted`, `Failed` and `Scanned`. */
  metric(metricName: 'Orphans' | 'OrphanBytes' | 'Deleted' | 'Failed' | 'Scanned' = 'Orphans'): Metric {
    return new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { Store: metricStore(this) },
      statistic: Stats.MAXIMUM,
      period: Duration.days(1),
    });
  }

  /** Lets someone sweep by hand: start a sweep, watch it, read its report. */
  grantSweep(grantee: IGrantable): Grant {
    return grantSweep(this.#granting, grantee);
  }

  /** The target's own would have no right to the key. */
  #schedulerRole(machineKey: IKey): Role {
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
    });
    allowMachineKey(machineKey, [this.stateMachine], role, 'run');
    return role;
  }

  #stateMachine(props: SweepConstructProps): StateMachine {
    const { bucket, prefix, logs, options = resolveOptions({}) } = props;
    const { reportPrefix } = this;
    const functions = this.#functions(props);
    const machine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromFile(join(PACKAGE_ROOT, 'statemachines', 'sweep.asl.json')),
      definitionSubstitutions: {
        ...Object.fromEntries(Object.entries(functions).map(([name, task]) => [name, task.functionArn])),
        Bucket: bucket.bucketName,
        ObjectPrefix: prefix === '' ? '' : `${prefix}/`,
        ReportPrefix: reportPrefix,
      },
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: options.tracing,
    });
    for (const task of Object.values(functions)) task.grantInvoke(machine);
    machine.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        ...(prefix !== '' && { conditions: { StringEquals: { 's3:prefix': `${prefix}/` } } }),
      }),
    );
    machine.addToRolePolicy(
      new PolicyStatement({
        actions: WRITE_REPORT,
        resources: [bucket.arnForObjects(`${reportPrefix}/*`)],
      }),
    );
    // A report is put in parts, too.
    allowBucketKey(bucket, machine, 'kms:GenerateDataKey', 'kms:Decrypt');
    if (props.inventory) allowReading(props.inventory.bucket, machine, props.inventory.prefix);
    this.#allowChildren(machine);
    if (options.encryptionKey) encryptMachine(machine, options.encryptionKey);
    return machine;
  }

  /** A policy of its own: within the role's, the state machine and its role would wait for each other at deployment. */
  #allowChildren(machine: StateMachine): void {
    const { stateMachineArn, stateMachineName: name } = machine;
    const statements = [
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
      new PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: [this.#arn('execution', `${name}:*`), this.#arn('execution', `${name}/*`)],
      }),
      new PolicyStatement({
        actions: ['states:RedriveExecution'],
        resources: [this.#arn('execution', `${name}/*`)],
      }),
    ];
    machine.role.attachInlinePolicy(new Policy(this, 'MapRuns', { statements }));
  }

  #functions(props: SweepConstructProps): Readonly<Record<string, LambdaFunction>> {
    const { table, bucket, prefix, store, stateMachines, inventory, options, taskLogs } = props;
    const { reportPrefix } = this;
    const settings: SweepSettings = {
      reportPrefix,
      metricName: metricStore(this),
      stateMachines: arnsOf(stateMachines),
    };
    const variables = { SWEEP: Stack.of(this).toJsonString(settings) };
    const make = (functionId: string, task: Parameters<typeof taskFunction>[2], does: string) => {
      const description = `Twinwrite: ${does}`;
      const made = taskFunction(this, functionId, task, { store, description, options, taskLogs });
      for (const [name, value] of Object.entries(variables)) made.addEnvironment(name, value);
      return made;
    };

    const plan = make('Plan', 'plan-sweep', "checks a sweep's input");
    if (inventory) allowReading(inventory.bucket, plan, inventory.prefix);

    const findOrphans = make('FindOrphans', 'find-orphans', 'finds and deletes dangling objects');
    allowItem(table, findOrphans, 'dynamodb:BatchGetItem');
    allowObjects(bucket, findOrphans, prefix, ['s3:DeleteObject']);
    for (const machine of Object.values(stateMachines)) {
      machine.grantExecution(findOrphans, 'states:DescribeExecution');
    }

    const total = make('Total', 'total-sweep', 'adds up the report of a sweep');
    allowReports({ bucket, reportPrefix }, total);
    return { PlanSweepFunction: plan, FindOrphansFunction: findOrphans, TotalSweepFunction: total };
  }

  #alarm(threshold: number, runbook: string | undefined): Alarm {
    const says = `a sweep has found more than ${threshold} objects that no item points at. Sagas crash or are stopped more often than they should, or clean-ups are deferred; the report in ${this.reportPrefix}/ names the objects and their runs.`;
    return new Alarm(this, 'OrphansAlarm', {
      alarmDescription: describeAlarm(says, 'orphans', runbook),
      metric: this.metric('Orphans'),
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.IGNORE,
    });
  }

  #arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource,
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

function checkGrace(grace: Duration | undefined): void {
  if (grace === undefined || grace.isUnresolved() || grace.toSeconds() >= MIN_GRACE_SECONDS) return;
  throw new Error(`LargeItemStore: sweep.grace: ${GRACE_TOO_SHORT}, got ${grace.toHumanString()}`);
}

/** Names the store in metrics. */
function metricStore(sweep: Sweep): string {
  return storeName(sweep.node.scope ?? sweep);
}
