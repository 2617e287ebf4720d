// What callers of a store may do: one grant per thing that they do, each action by its name. docs/generate.ts prints
// them into docs/grants.md; test/client/callers.test.ts sees to it that each is needed.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { allowMachineKey, allowTableKey } from '../rights/keys.ts';
import { allowBucketKey, allowObjects, allowPutting, allowReading, combined } from '../rights/objects.ts';
import { type GrantedStateMachines, machinesOf } from '../sagas/store-state-machines.ts';

export interface Granting {
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly prefix: string;
  readonly stagingPrefix: string;
  readonly legacy?: { readonly bucket: IBucket; readonly prefix: string } | undefined;
  readonly stateMachines: GrantedStateMachines;
  readonly express?: ExpressGranting | undefined;
  /** Of the state machines' runs. */
  readonly machineKey?: IKey | undefined;
  /** None for a store that was deployed before there was a sweeper. */
  readonly sweep: SweepGranting | undefined;
}

export interface ExpressGranting {
  readonly stateMachines: GrantedStateMachines;
  readonly logs: ILogGroup;
}

export interface SweepGranting {
  readonly stateMachine: IStateMachine;
  readonly bucket: IBucket;
  readonly reportPrefix: string;
  readonly machineKey?: IKey | undefined;
}

/** Start runs, and see how they end. */
export function grantRuns(granting: Granting, grantee: IGrantable): Grant {
  const machines = machinesOf(granting.stateMachines);
  return combined([
    ...machines.flatMap((machine) => [
      machine.grantStartExecution(grantee),
      // Where a run of theirs stands that is stuck.
      machine.grantExecution(grantee, 'states:GetExecutionHistory'),
    ]),
    ...allowMachineKey(granting.machineKey, machines, grantee, 'run'),
    ...grantExpress(granting, grantee),
    grantWait(granting, grantee),
  ]);
}

/** Runs of the Express lane, whose start answers how they end. Not started otherwise: nobody would see that. */
function grantExpress({ express, machineKey }: Granting, grantee: IGrantable): Grant[] {
  if (express === undefined) return [];
  const machines = machinesOf(express.stateMachines);
  return [
    ...machines.map((machine) => machine.grantStartSyncExecution(grantee)),
    ...allowMachineKey(machineKey, machines, grantee, 'run'),
  ];
}

/** See how runs end. Without their histories, which hold more than whoever waits for a run needs. */
export function grantWait(
  { stateMachines, machineKey }: Pick<Granting, 'stateMachines' | 'machineKey'>,
  grantee: IGrantable,
): Grant {
  const machines = machinesOf(stateMachines);
  return combined([
    ...machines.flatMap((machine) => [
      machine.grantExecution(grantee, 'states:DescribeExecution'),
      // Many waits at once list what still runs, instead of describing each.
      machine.grant(grantee, 'states:ListExecutions'),
    ]),
    ...allowMachineKey(machineKey, machines, grantee, 'read'),
  ]);
}

/** Upload what a run is to copy, give an upload up, and delete what its run has copied. */
export function grantStaging({ bucket, stagingPrefix }: Granting, grantee: IGrantable): Grant {
  // GetObject: content past what S3's 10,000 parts hold when they are small goes up in segments, which are then copied.
  return allowPutting(bucket, grantee, stagingPrefix, ['s3:GetObject', 's3:DeleteObject']);
}

/** Read items and their objects: by key, by query of the table and its indexes, all of them. */
export function grantRead(granting: Granting, grantee: IGrantable): Grant {
  const { table } = granting;
  const searches = ['dynamodb:Query', 'dynamodb:Scan'];
  return combined([
    allowItems(granting, grantee),
    table.grant(grantee, 'dynamodb:BatchGetItem', ...searches),
    Grant.addToPrincipal({ grantee, actions: searches, resourceArns: [`${table.tableArn}/index/*`] }),
  ]);
}

/** Read single items and their objects. */
function allowItems({ table, bucket, prefix, legacy }: Granting, grantee: IGrantable): Grant {
  return combined([
    table.grant(grantee, 'dynamodb:GetItem'),
    ...allowTableKey(table, grantee, 'read'),
    allowReading(bucket, grantee, prefix),
    ...(legacy ? [allowReading(legacy.bucket, grantee, legacy.prefix)] : []),
  ]);
}

/** Look into runs, their items and objects; replay runs, and stop them. */
export function grantOperate(granting: Granting, grantee: IGrantable): Grant {
  return combined([
    grantRuns(granting, grantee),
    ...machinesOf(granting.stateMachines).flatMap((machine) => [
      machine.grantExecution(grantee, 'states:RedriveExecution', 'states:StopExecution'),
      // The console draws a run's path into the definition that the run began with.
      machine.grantExecution(grantee, 'states:DescribeStateMachineForExecution'),
    ]),
    ...(granting.express ? operateExpress(granting.express, grantee) : []),
    allowItems(granting, grantee),
    // A replay is refused when what it is to copy is gone.
    allowObjects(granting.bucket, grantee, granting.stagingPrefix, ['s3:GetObject']),
  ]);
}

/** What became of runs of the Express lane only their logs tell; the console draws their path into the definition as it is now. */
function operateExpress({ stateMachines, logs }: ExpressGranting, grantee: IGrantable): Grant[] {
  const machines = machinesOf(stateMachines);
  return [
    ...machines.map((machine) => machine.grant(grantee, 'states:DescribeStateMachine')),
    allowLogs(logs, grantee),
  ];
}

/** Read a log group. Not by its own grant, which names it twice, with and without its streams. */
function allowLogs({ logGroupArn }: ILogGroup, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['logs:FilterLogEvents'], resourceArns: [logGroupArn] });
}

/** Compare the table with the bucket, all of both. */
export function grantCheck(granting: Granting, grantee: IGrantable): Grant {
  const { table, stateMachines, machineKey } = granting;
  const machines = machinesOf(stateMachines);
  return combined([
    allowItems(granting, grantee),
    table.grant(grantee, 'dynamodb:Scan', 'dynamodb:BatchGetItem', 'dynamodb:DescribeTable'),
    ...machines.map((machine) => machine.grantExecution(grantee, 'states:DescribeExecution')),
    ...allowMachineKey(machineKey, machines, grantee, 'read'),
  ]);
}

/** Start a sweep, watch it, read its report. */
export function grantSweep(
  { stateMachine, machineKey, ...reports }: SweepGranting,
  grantee: IGrantable,
): Grant {
  const stack = Stack.of(stateMachine);
  const { resourceName: name } = stack.splitArn(stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  const mapRuns = stack.formatArn({
    ...stateMachine.env,
    service: 'states',
    resource: 'mapRun',
    resourceName: `${name}/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return combined([
    stateMachine.grantStartExecution(grantee),
    stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:ListMapRuns'),
    Grant.addToPrincipal({ grantee, actions: ['states:DescribeMapRun'], resourceArns: [mapRuns] }),
    ...allowMachineKey(machineKey, [stateMachine], grantee, 'run'),
    allowReports(reports, grantee),
  ]);
}

/** Read the reports of sweeps. */
export function allowReports(
  { bucket, reportPrefix }: Pick<SweepGranting, 'bucket' | 'reportPrefix'>,
  grantee: IGrantable,
): Grant {
  return combined([
    allowObjects(bucket, grantee, reportPrefix, ['s3:GetObject']),
    ...allowBucketKey(bucket, grantee, 'kms:Decrypt'),
  ]);
}
