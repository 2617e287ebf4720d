// Types that do nothing locally: dashboards, topics, keys, networks' doors. They get an id and an ARN, so that others can refer to
// them.

import { physicalName } from '../names.ts';
import type { CreatedResource, DeploymentTarget, ResourceRequest } from './provider.ts';

/** By type, the part of an ARN before the physical id: service and kind. */
const INERT_TYPES: Readonly<Record<string, string>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': 'application-autoscaling:scalable-target/',
  'AWS::ApplicationAutoScaling::ScalingPolicy': 'autoscaling:scalingPolicy/',
  'AWS::CDK::Metadata': 'cdk:metadata/',
  'AWS::CloudWatch::CompositeAlarm': 'cloudwatch:alarm:',
  'AWS::CloudWatch::Dashboard': 'cloudwatch::dashboard/',
  'AWS::EC2::SecurityGroup': 'ec2:security-group/',
  'AWS::KMS::Alias': 'kms:alias/',
  'AWS::KMS::Key': 'kms:key/',
  'AWS::Lambda::EventInvokeConfig': 'lambda:event-invoke-config:',
  'AWS::Lambda::Permission': 'lambda:permission:',
  'AWS::Logs::QueryDefinition': 'logs:query-definition:',
  'AWS::Logs::ResourcePolicy': 'logs:resource-policy:',
  'AWS::ResourceGroups::Group': 'resource-groups:group/',
  'AWS::SNS::Subscription': 'sns:',
  'AWS::SNS::Topic': 'sns:',
  'AWS::SNS::TopicPolicy': 'sns:topic-policy/',
  'AWS::SQS::QueueInlinePolicy': 'sqs:queue-policy/',
  'AWS::SQS::QueuePolicy': 'sqs:queue-policy/',
  'AWS::Scheduler::ScheduleGroup': 'scheduler:schedule-group/',
  'AWS::ServiceCatalogAppRegistry::Application': 'servicecatalog:applications/',
  'AWS::ServiceCatalogAppRegistry::ResourceAssociation': 'servicecatalog:associations/',
  'AWS::XRay::Group': 'xray:group/',
  // Custom resources of the CDK that act only when a stack is deleted, or on logs.
  'Custom::LogRetention': 'logs:log-group:',
  'Custom::S3AutoDeleteObjects': 's3:auto-delete-objects/',
};

/** Types whose `Ref` is their ARN. */
const REF_IS_ARN = new Set(['AWS::SNS::Topic', 'AWS::SNS::Subscription']);

const NAME_PROPERTIES = [
  'AlarmName',
  'AliasName',
  'DashboardName',
  'GroupName',
  'LogGroupName',
  'Name',
  'TopicName',
];

export function isInert(type: string): boolean {
  return Object.hasOwn(INERT_TYPES, type);
}

/** Types that would do something on AWS: the properties that say what. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::EventInvokeConfig': ['DestinationConfig', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts'],
  'AWS::SNS::Subscription': ['Endpoint'],
  'AWS::SNS::Topic': ['Subscription'],
};

/** What a resource would do on AWS and does not do here; nothing of one that is turned off. */
export function withoutEffect({ type, properties }: ResourceRequest): readonly string[] {
  const actions = Object.hasOwn(ACTIONS, type) ? ACTIONS[type] : undefined;
  if (!actions || properties.State === 'DISABLED') return [];
  return actions.filter((name) => properties[name] !== undefined);
}

/** An id and an ARN for a resource without effect; also `*Arn`, `*Id` and `*Name` attributes as its service has them. */
export function createInert(request: ResourceRequest, target: DeploymentTarget): CreatedResource {
  return createStandIn(request, target, INERT_TYPES[request.type] ?? '');
}

/** @param kind - the part of the ARN before the physical id */
export function createStandIn(
  { stackName, logicalId, properties, type }: ResourceRequest,
  target: DeploymentTarget,
  kind: string,
): CreatedResource {
  const given = NAME_PROPERTIES.map((name) => properties[name]).find((name) => typeof name === 'string');
  const name = typeof given === 'string' ? given : physicalName(stackName, logicalId, { maxLength: 64 });
  const arn = inertArn(kind, name, target);
  return {
    physicalId: REF_IS_ARN.has(type) ? arn : name,
    attributes: (attribute) => {
      if (attribute.endsWith('Arn')) return arn;
      return /(?:Id|Name)$/.test(attribute) ? name : undefined;
    },
  };
}

function inertArn(kind: string, name: string, { identity }: DeploymentTarget): string {
  const service = kind.slice(0, kind.indexOf(':'));
  return `arn:aws:${service}:${identity.region}:${identity.accountId}:${kind.slice(service.length + 1)}${name}`;
}
