// Which rights a call needs, per AWS's Service Authorization Reference.

import type { Call, CloudIdentity, LocalRequest, ServiceName } from '../../service.ts';
import { cloudFormationNeeds } from './cloudformation.ts';
import { dynamoDbNeeds } from './dynamodb.ts';
import { eventsNeeds } from './events.ts';
import { lambdaNeeds } from './lambda.ts';
import { logsNeeds } from './logs.ts';
import type { Mapping, Need } from './need.ts';
import { s3Needs } from './s3.ts';
import { sqsNeeds } from './sqs.ts';
import { ssmNeeds } from './ssm.ts';
import { statesNeeds } from './states.ts';

export type { Need } from './need.ts';

export const NEEDS: Readonly<Record<ServiceName, Mapping>> = {
  s3: s3Needs,
  dynamodb: dynamoDbNeeds,
  states: statesNeeds,
  lambda: lambdaNeeds,
  ssm: ssmNeeds,
  sqs: sqsNeeds,
  events: eventsNeeds,
  logs: logsNeeds,
  cloudformation: cloudFormationNeeds,
};

/**
 * All of these rights, or the call is refused. An operation without a mapping needs the action of its name on everything,
 * so that a new one is not open to all.
 */
export function needsOf(
  service: ServiceName,
  request: LocalRequest,
  call: Call,
  identity: CloudIdentity,
): readonly Need[] {
  const mapping = NEEDS[service];
  const needs = Object.hasOwn(mapping, call.operation) ? mapping[call.operation] : undefined;
  return needs?.({ request, call, identity }) ?? [{ action: `${service}:${call.operation}`, resource: '*' }];
}
