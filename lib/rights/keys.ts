// Rights on keys, by the names of actions: CDK's own grants allow families of them (`kms:ReEncrypt*`, `kms:GenerateDataKey*`).

import type { CfnGlobalTable, ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, Policy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnStateMachine, IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** What whoever starts, redrives or runs an encrypted execution does with its key. */
const RUN = ['kms:Decrypt', 'kms:GenerateDataKey'] as const;
/** What whoever writes an encrypted table does with its key. */
const WRITE_ITEMS = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
];
/** What CloudWatch Logs does with the key of a log group ("Encrypt log data in CloudWatch Logs using KMS"). */
const KEEP_LOGS = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:DescribeKey',
];
const MACHINE_CONTEXT = 'kms:EncryptionContext:aws:states:stateMachineArn';
const DELIVERY_CONTEXT = 'kms:EncryptionContext:SourceArn';

/**
 * Encrypts a table's one replica. CDK's own setting wants the stack's Region to be known, which it need not be; what it does else is
 * done here: the table knows its key, so that grants on it include the key.
 */
export function encryptTable(table: TableV2, key: IKey): void {
  const resource = table.node.defaultChild as CfnGlobalTable;
  resource.addPropertyOverride('SSESpecification', { SSEEnabled: true, SSEType: 'KMS' });
  resource.addPropertyOverride('Replicas.0.SSESpecification', { KMSMasterKeyId: key.keyArn });
  Object.assign(table, { encryptionKey: key } satisfies Pick<TableV2, 'encryptionKey'>);
}

/** DynamoDB uses a table's key in the name of whoever reads or writes items ("DynamoDB encryption at rest: how it works"). */
export function allowTableKey(table: ITable, grantee: IGrantable, use: 'read' | 'write'): Grant[] {
  const { encryptionKey: key } = table;
  return key === undefined ? [] : [key.grant(grantee, ...(use === 'read' ? ['kms:Decrypt'] : WRITE_ITEMS))];
}

/**
 * Encrypts the definition and the runs of a state machine. CDK's own setting allows the role to use the key for machines that were
 * given a name only, and CloudWatch Logs to use it for whatever it likes.
 */
export function encryptMachine(machine: StateMachine, key: IKey): void {
  const resource = machine.node.defaultChild as CfnStateMachine;
  resource.encryptionConfiguration = {
    type: 'CUSTOMER_MANAGED_KMS_KEY',
    kmsKeyId: key.keyArn,
    kmsDataKeyReusePeriodSeconds: 300,
  };
  const statements = [
    // Children of a Map Run are executions of `{machine}/{label}`.
    machineStatement(key, RUN, [machine.stateMachineArn, `${machine.stateMachineArn}/*`]),
    deliveryStatement(machine, ['kms:GenerateDataKey'], key.keyArn),
  ];
  // A policy of its own: within the role's, the state machine and its role would wait for each other at deployment.
  machine.role.attachInlinePolicy(new Policy(machine, 'Encryption', { statements }));
  allowService(machine, key, 'what delivers the logs of state machines to use it', delivery(machine));
}

/** Starting runs of encrypted machines, or (`read`) seeing their input, output and history. */
export function allowMachineKey(
  key: IKey | undefined,
  machines: readonly IStateMachine[],
  grantee: IGrantable,
  use: 'run' | 'read',
): Grant[] {
  if (key === undefined) return [];
  return [
    Grant.addToPrincipal({
      grantee,
      actions: use === 'run' ? [...RUN] : ['kms:Decrypt'],
      resourceArns: [key.keyArn],
      conditions: { StringEquals: { [MACHINE_CONTEXT]: machines.map((machine) => machine.stateMachineArn) } },
    }),
  ];
}

/** Lets CloudWatch Logs keep log groups encrypted, whose names begin so: the key's own policy has to say it. */
export function allowLogs(scope: Construct, key: IKey, logGroupName: string): void {
  const stack = Stack.of(scope);
  const logGroup = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const statement = new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: KEEP_LOGS,
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroup } },
  });
  allowService(scope, key, `CloudWatch Logs to use it for ${logGroupName}`, statement);
}

function machineStatement(
  { keyArn }: IKey,
  actions: readonly string[],
  machines: readonly string[],
): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: [keyArn],
    conditions: { StringLike: { [MACHINE_CONTEXT]: [...machines] } },
  });
}

/** Delivering logs of an encrypted machine, whose events wait encrypted ("Data at rest encryption in Step Functions"). */
function deliveryStatement(scope: Construct, actions: string[], resource: string): PolicyStatement {
  const anyLogs = Stack.of(scope).formatArn({
    service: 'logs',
    resource: '*',
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
  return new PolicyStatement({
    actions,
    resources: [resource],
    conditions: { StringLike: { [DELIVERY_CONTEXT]: anyLogs } },
  });
}

function delivery(scope: Construct): PolicyStatement {
  const statement = deliveryStatement(scope, ['kms:Decrypt'], '*');
  statement.addPrincipals(new ServicePrincipal('delivery.logs.amazonaws.com'));
  return statement;
}

function allowService(scope: Construct, key: IKey, what: string, statement: PolicyStatement): void {
  if (key.addToResourcePolicy(statement).statementAdded) return;
  Annotations.of(scope).addInfo(`Let the policy of the imported encryptionKey allow ${what}.`);
}
