// Which types of resources the local cloud knows, and how it says no to the others.

import { own } from '../../records.ts';
import { bucket } from './bucket.ts';
import { lambdaFunction, stateMachine } from './compute.ts';
import { eventSourceMapping } from './event-source-mapping.ts';
import { cdkBucketNotifications, eventRule } from './events.ts';
import { createInert, isInert, withoutEffect } from './inert.ts';
import { alarm, logGroup, metricFilter } from './monitoring.ts';
import { bucketPolicy, managedPolicy, policy, role, rolePolicy } from './permissions.ts';
import type { CreatedResource, DeploymentTarget, Provider, ResourceRequest } from './provider.ts';
import { queue } from './queue.ts';
import { schedule } from './scheduler.ts';
import { globalTable, ssmParameter, table } from './storage.ts';

export { needlessFunctions } from './events.ts';
export { createStandIn } from './inert.ts';
export type {
  CreatedResource,
  DeploymentTarget,
  ResourceRequest,
  StateMachineDefinition,
} from './provider.ts';

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::DynamoDB::GlobalTable': globalTable,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': eventRule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::IAM::RolePolicy': rolePolicy,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': metricFilter,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::SQS::Queue': queue,
  'AWS::SSM::Parameter': ssmParameter,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::StepFunctions::StateMachine': stateMachine,
  'Custom::S3BucketNotifications': cdkBucketNotifications,
};

/** Which property names the role that a resource works as. */
const ROLE_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'Role',
  'AWS::StepFunctions::StateMachine': 'RoleArn',
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
  const provider = own(PROVIDERS, request.type);
  if (!provider) {
    for (const what of withoutEffect(request)) onIgnored(what);
    return createInert(request, target);
  }
  const expected = new Set([...provider.properties, ...provider.inert]);
  for (const property of Object.keys(request.properties)) {
    if (!expected.has(property)) onIgnored(property);
  }
  for (const what of provider.ignored?.(request.properties) ?? []) onIgnored(what);
  const roleProperty = own(ROLE_PROPERTIES, request.type);
  if (roleProperty !== undefined && isUnknownRole(own(request.properties, roleProperty), target)) {
    onIgnored(`${roleProperty} (no stack here has this role: its calls are not checked)`);
  }
  return provider.create(request, target);
}

function isUnknownRole(roleArn: unknown, { roles }: DeploymentTarget): boolean {
  return roles !== undefined && typeof roleArn === 'string' && !roles.knows(roleArn);
}
