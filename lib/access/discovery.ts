// How callers find a store: its description among the outputs of the stack, and in a parameter if it is to have one.

import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';

/** Whether a store has outputs in its stack, and what they are called. */
export interface StoreOutputs {
  /** Default: true. Without them, and without `parameterName`, apps get the description with their deployment. */
  readonly enabled?: boolean;
  /**
   * What the outputs' names begin with, in place of what CDK makes of the construct's path: with `Docs` they are `DocsStore`,
   * `DocsTableName` and so on. Letters and digits. Default: CDK's names, which end in a hash.
   */
  readonly namePrefix?: string;
  /**
   * What the names begin with by which the outputs are exported to other stacks of account and Region: with `docs` they are
   * `docs-Store`, `docs-TableName` and so on. Letters, digits, colons and hyphens. Default: they are not exported.
   */
  readonly exportPrefix?: string;
}

const DESCRIPTION = 'Twinwrite store: what the client and the command line need to know of it';

/**
 * The id of the output `Store` is how the client knows it among others.
 * @throws {Error} for names that CloudFormation does not take
 */
export function addOutputs(
  scope: Construct,
  store: StoreDescriptor,
  descriptor: string,
  { enabled = true, namePrefix, exportPrefix }: StoreOutputs = {},
): void {
  checkName('namePrefix', namePrefix, /^[A-Za-z0-9]{1,200}$/, 'letters and digits');
  checkName('exportPrefix', exportPrefix, /^[A-Za-z0-9:-]{1,200}$/, 'letters, digits, colons and hyphens');
  if (!enabled) {
    if (namePrefix === undefined && exportPrefix === undefined) return;
    throw new Error('LargeItemStore: outputs.enabled is false, but outputs have a name');
  }
  const values: Readonly<Record<string, string | undefined>> = {
    Store: descriptor,
    TableName: store.table,
    BucketName: store.bucket,
    CreateStateMachineArn: store.stateMachines.create,
    UpdateStateMachineArn: store.stateMachines.update,
    DeleteStateMachineArn: store.stateMachines.delete,
    ExpressCreateStateMachineArn: store.express?.stateMachines.create,
    ExpressUpdateStateMachineArn: store.express?.stateMachines.update,
    ExpressDeleteStateMachineArn: store.express?.stateMachines.delete,
    ExpressLogGroupName: store.express?.logGroup,
    SweepStateMachineArn: store.sweep?.stateMachine,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const output = new CfnOutput(scope, name, {
      value,
      ...(name === 'Store' && { description: DESCRIPTION }),
      ...(exportPrefix !== undefined && { exportName: `${exportPrefix}-${name}` }),
    });
    if (namePrefix !== undefined) output.overrideLogicalId(`${namePrefix}${name}`);
  }
}

export function createParameter(
  scope: Construct,
  parameterName: string,
  descriptor: string,
): StringParameter {
  const description = DESCRIPTION;
  return new StringParameter(scope, 'Parameter', { parameterName, description, stringValue: descriptor });
}

/** Where a store's description is kept. */
export interface Discovery {
  /** ARN of its SSM parameter, if it has one. */
  readonly parameterArn: string | undefined;
  /** Name of the stack that has it among its outputs, if one has. */
  readonly stackName: string | undefined;
}

/**
 * Find the store: by its parameter if it has one, which tells nothing else, or by the outputs of its stack.
 * @throws {Error} when it has neither
 */
export function grantDiscovery(
  scope: Construct,
  { parameterArn, stackName }: Discovery,
  grantee: IGrantable,
): Grant {
  if (parameterArn === undefined && stackName === undefined) {
    throw new Error(
      'LargeItemStore: grantDiscovery: the store has neither a parameter nor outputs; give its descriptor to the app',
    );
  }
  return parameterArn === undefined
    ? allow(grantee, 'cloudformation:DescribeStacks', stackArn(Stack.of(scope), stackName as string))
    : allow(grantee, 'ssm:GetParameter', parameterArn);
}

function allow(grantee: IGrantable, action: string, resourceArn: string): Grant {
  return Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resourceArn] });
}

/** By name: that is how the stack is asked for. */
function stackArn(stack: Stack, stackName: string): string {
  return stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stackName}/*` });
}

function checkName(prop: string, value: string | undefined, pattern: RegExp, of: string): void {
  if (value === undefined || pattern.test(value)) return;
  throw new Error(`LargeItemStore: outputs.${prop} must be of ${of}, got "${value}"`);
}
