// Which Resources a Task state can have here.

import { dynamoDbIntegrations } from './dynamodb.ts';
import type { Integration } from './integration.ts';
import { lambdaCallback, lambdaFunction, lambdaInvoke } from './lambda.ts';
import { s3Integrations } from './s3/index.ts';
import { sqsIntegrations } from './sqs.ts';
import { statesIntegrations } from './states.ts';

const SERVICE_INTEGRATIONS: ReadonlyMap<string, Integration> = new Map([
  ['lambda:invoke', lambdaInvoke],
  ['lambda:invoke.waitForTaskToken', lambdaCallback],
  ...dynamoDbIntegrations,
  ...s3Integrations,
  ...sqsIntegrations,
  ...statesIntegrations,
]);

const SERVICE_ARN = /^arn:aws[\w-]*:states:[\w-]*:\d*:(.+)$/;

export type Resolution = { readonly integration: Integration } | { readonly refusal: string };

/** Finds what a Resource calls, or says why the local cloud cannot call it. */
export function resolveResource(resource: string): Resolution {
  const direct = lambdaFunction(resource);
  if (direct !== undefined) return { integration: direct };
  const name = SERVICE_ARN.exec(resource)?.[1];
  if (name === undefined) return { refusal: `Resource '${resource}' is not supported by the local cloud` };
  const integration = SERVICE_INTEGRATIONS.get(name);
  if (integration !== undefined) return { integration };
  return { refusal: refusal(resource, name) };
}

function refusal(resource: string, name: string): string {
  if (name.startsWith('activity:')) return `Activities are not supported by the local cloud: ${resource}`;
  if (name.endsWith('.waitForTaskToken')) {
    return `The callback pattern (.waitForTaskToken) of this service is not supported by the local cloud: ${resource}`;
  }
  if (/\.sync(:\d+)?$/.test(name)) {
    return `The job pattern (.sync) of this service is not supported by the local cloud: ${resource}`;
  }
  return `The service integration ${name} is not supported by the local cloud`;
}
