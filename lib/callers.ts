// What callers of a store may do: one grant per thing that they do, each action by its name. docs/generate.ts prints
// them into docs/grants.md; test/client/callers.test.ts sees to it that each is needed.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { allowObjects, allowPutting, allowReading } from './rights.ts';
import { machinesOf, type StoreStateMachines } from './store-state-machines.ts';

export interface Granting {
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly prefix: string;
  readonly stagingPrefix: string;
  readonly legacy?: { readonly bucket: IBucket; readonly prefix: string } | undefined;
  readonly stateMachines: StoreStateMachines;
}

/** Start runs, and see how they end. */
export function grantRuns({ stateMachines }: Granting, grantee: IGrantable): void {
  for (const machine of machinesOf(stateMachines)) {
    machine.grantStartExecution(grantee);
    // Where a run of theirs stands that is stuck.
    machine.grantExecution(grantee, 'states:GetExecutionHistory');
  }
  grantWait({ stateMachines }, grantee);
}

/** See how runs end. Without their histories, which hold more than whoever waits for a run needs. */
export function grantWait({ stateMachines }: Pick<Granting, 'stateMachines'>, grantee: IGrantable): void {
  for (const machine of machinesOf(stateMachines)) {
    machine.grantExecution(grantee, 'states:DescribeExecution');
    // Many waits at once list what still runs, instead of describing each.
    machine.grant(grantee, 'states:ListExecutions');
  }
}

/** Upload what a run is to copy, give an upload up, and delete what its run has copied. */
export function grantStaging({ bucket, stagingPrefix }: Granting, grantee: IGrantable): void {
  // GetObject: content past what S3's 10,000 parts hold when they are small goes up in segments, which are then copied.
  allowPutting(bucket, grantee, stagingPrefix, ['s3:GetObject', 's3:DeleteObject']);
}

/** Read items and their objects. */
export function grantRead({ table, bucket, prefix, legacy }: Granting, grantee: IGrantable): void {
  table.grant(grantee, 'dynamodb:GetItem');
  table.encryptionKey?.grantDecrypt(grantee);
  allowReading(bucket, grantee, prefix);
  if (legacy) allowReading(legacy.bucket, grantee, legacy.prefix);
}

/** Look into runs, their items and objects; replay runs, and stop them. */
export function grantOperate(granting: Granting, grantee: IGrantable): void {
  grantRuns(granting, grantee);
  for (const machine of machinesOf(granting.stateMachines)) {
    machine.grantExecution(grantee, 'states:RedriveExecution', 'states:StopExecution');
    // The console draws a run's path into the definition that the run began with.
    machine.grantExecution(grantee, 'states:DescribeStateMachineForExecution');
  }
  grantRead(granting, grantee);
  // A replay is refused when what it is to copy is gone.
  allowObjects(granting.bucket, grantee, granting.stagingPrefix, ['s3:GetObject']);
}

/** Compare the table with the bucket, all of both. */
export function grantCheck(granting: Granting, grantee: IGrantable): void {
  const { table, stateMachines } = granting;
  grantRead(granting, grantee);
  table.grant(grantee, 'dynamodb:Scan', 'dynamodb:BatchGetItem', 'dynamodb:DescribeTable');
  for (const machine of machinesOf(stateMachines)) {
    machine.grantExecution(grantee, 'states:DescribeExecution');
  }
}
