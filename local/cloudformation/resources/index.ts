// Which types of resources the local cloud knows, and how it says no to the others.

import { lambdaFunction, stateMachine } from './compute.ts';
import { createInert, isInert } from './inert.ts';
import type { CreatedResource, DeploymentTarget, Provider, ResourceRequest } from './provider.ts';
import { bucket, globalTable, ssmParameter, table } from './storage.ts';

export type {
  CreatedResource,
  DeploymentTarget,
  ResourceRequest,
  StateMachineDefinition,
} from './provider.ts';

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'AWS::DynamoDB::GlobalTable': globalTable,
  'AWS::DynamoDB::Table': table,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::S3::Bucket': bucket,
  'AWS::SSM::Parameter': ssmParameter,
  'AWS::StepFunctions::StateMachine': stateMachine,
};

/** @throws {Error} when the type is not known, by its name */
export function assertKnown(type: string): void {
  if (Object.hasOwn(PROVIDERS, type) || isInert(type)) return;
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource') {
    throw new Error(
      `the custom resource type ${type} does not run locally; leave it out of the stack that is deployed locally ` +
        '(a CDK context value can decide) and do its work in the test',
    );
  }
  throw new Error(
    `the resource type ${type} is not supported locally; supported are ${Object.keys(PROVIDERS).join(', ')}`,
  );
}

/**
 * @param onIgnored - told of each property that the local cloud does not act on although it would matter on AWS
 * @throws {Error} when a property is not as expected
 */
export async function createResource(
  request: ResourceRequest,
  target: DeploymentTarget,
  onIgnored: (property: string) => void,
): Promise<CreatedResource> {
  const provider = PROVIDERS[request.type];
  if (!provider) return createInert(request, target);
  const expected = new Set([...provider.properties, ...provider.inert]);
  for (const property of Object.keys(request.properties)) {
    if (!expected.has(property)) onIgnored(property);
  }
  return provider.create(request, target);
}
