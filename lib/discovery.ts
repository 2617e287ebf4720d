// How callers find a store: its description among the outputs of the stack, and in a parameter if it is to have one.

import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { StoreDescriptor } from '../core/contract/store-types.ts';

const DESCRIPTION = 'Twinwrite store: what the client and the command line need to know of it';

/** The id of the output `Store` is how the client knows it among others. */
export function addOutputs(scope: Construct, store: StoreDescriptor, descriptor: string): void {
  new CfnOutput(scope, 'Store', { description: DESCRIPTION, value: descriptor });
  new CfnOutput(scope, 'TableName', { value: store.table });
  new CfnOutput(scope, 'BucketName', { value: store.bucket });
  new CfnOutput(scope, 'CreateStateMachineArn', { value: store.stateMachines.create });
  new CfnOutput(scope, 'UpdateStateMachineArn', { value: store.stateMachines.update });
  new CfnOutput(scope, 'DeleteStateMachineArn', { value: store.stateMachines.delete });
  if (store.sweep) new CfnOutput(scope, 'SweepStateMachineArn', { value: store.sweep.stateMachine });
}

export function createParameter(
  scope: Construct,
  parameterName: string,
  descriptor: string,
): StringParameter {
  const description = DESCRIPTION;
  return new StringParameter(scope, 'Parameter', { parameterName, description, stringValue: descriptor });
}

/** Find the store: by its parameter if it has one, which tells nothing else, or by the outputs of its stack. */
export function grantDiscovery(
  scope: Construct,
  parameter: StringParameter | undefined,
  grantee: IGrantable,
): void {
  const { action, resource } =
    parameter === undefined
      ? { action: 'cloudformation:DescribeStacks', resource: stackArn(Stack.of(scope)) }
      : { action: 'ssm:GetParameter', resource: parameter.parameterArn };
  Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resource] });
}

/** By name: that is how the stack is asked for. */
function stackArn(stack: Stack): string {
  return stack.formatArn({
    service: 'cloudformation',
    resource: 'stack',
    resourceName: `${stack.stackName}/*`,
  });
}
