// What callers of a store may do: one grant per thing that they do, each action by its name. docs/generate.ts prints
// them into README; test/client/callers.test.ts sees to it that each is needed.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Operation } from '../core/run.ts';
import { objectsBelow } from './tasks.ts';

export interface Granting {
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly prefix: string;
  readonly stagingPrefix: string;
  readonly legacy?: { readonly bucket: IBucket; readonly prefix: string } | undefined;
  readonly stateMachines: Readonly<Record<Operation, StateMachine>>;
}

/** Start runs, and see how they end. */
export function grantRuns({ stateMachines }: Granting, grantee: IGrantable): void {
  for (const machine of Object.values(stateMachines)) machine.grantStartExecution(grantee);
  grantWait({ stateMachines }, grantee);
}

/** See how runs end, and where one stands that has failed. */
export function grantWait({ stateMachines }: Pick<Granting, 'stateMachines'>, grantee: IGrantable): void {
  for (const machine of Object.values(stateMachines)) {
    machine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory');
    // Many waits at once list what still runs, instead of describing each.
    machine.grant(grantee, 'states:ListExecutions');
  }
}

/** Upload what a run is to copy, give an upload up, and delete what its run has copied. */
export function grantStaging({ bucket, stagingPrefix }: Granting, grantee: IGrantable): void {
  // GetObject: content past what S3's 10,000 parts hold when they are small goes up in segments, which are then copied.
  const actions = ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:DeleteObject'];
  allowObjects(bucket, grantee, stagingPrefix, actions);
  // A part that is uploaded is decrypted when the upload is completed (S3 User Guide, "Multipart upload with SSE-KMS").
  bucket.encryptionKey?.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
}

/** Read items and their objects. */
export function grantRead({ table, bucket, prefix, legacy }: Granting, grantee: IGrantable): void {
  table.grant(grantee, 'dynamodb:GetItem');
  table.encryptionKey?.grantDecrypt(grantee);
  readObjects(bucket, grantee, prefix);
  if (legacy) readObjects(legacy.bucket, grantee, legacy.prefix);
}

/** Look into runs, their items and objects; replay runs, and stop them. */
export function grantOperate(granting: Granting, grantee: IGrantable): void {
  grantRuns(granting, grantee);
  for (const machine of Object.values(granting.stateMachines)) {
    machine.grantExecution(grantee, 'states:RedriveExecution', 'states:StopExecution');
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
  for (const machine of Object.values(stateMachines)) {
    machine.grantExecution(grantee, 'states:DescribeExecution');
  }
}

function readObjects(bucket: IBucket, grantee: IGrantable, prefix: string): void {
  allowObjects(bucket, grantee, prefix, ['s3:GetObject']);
  // Without it S3 answers 403 for an object that is gone, which a reader could not tell from a refusal (GetObject).
  Grant.addToPrincipalOrResource({
    grantee,
    actions: ['s3:ListBucket'],
    resourceArns: [bucket.bucketArn],
    resource: bucket,
  });
  bucket.encryptionKey?.grantDecrypt(grantee);
}

function allowObjects(bucket: IBucket, grantee: IGrantable, prefix: string, actions: string[]): void {
  Grant.addToPrincipalOrResource({
    grantee,
    actions,
    resourceArns: [bucket.arnForObjects(objectsBelow(prefix))],
    resource: bucket,
  });
}
