// Lets a role do only what its policies allow. Calls from outside the cloud pass unchecked.

import { own } from '../records.ts';
import {
  type Call,
  type CloudIdentity,
  type LocalRequest,
  type Refusal,
  type RoleSession,
  ServiceError,
  type ServiceName,
} from '../service.ts';
import type { Context } from './conditions.ts';
import { evaluate, type Role } from './evaluate.ts';
import { type Need, needsOf } from './needs/index.ts';
import type { Roles } from './roles.ts';

/**
 * The call as its caller may make it.
 * @throws {ServiceError} the service's AccessDenied when the caller is a role that may not
 */
export type Guard = (service: ServiceName, request: LocalRequest, call: Call) => Call;

/** What each service calls a refusal, and with which status: S3 and CloudFormation by REST and Query, the rest by JSON. */
const REFUSALS: Readonly<Record<ServiceName, readonly [code: string, status: number]>> = {
  s3: ['AccessDenied', 403],
  dynamodb: ['AccessDeniedException', 400],
  states: ['AccessDeniedException', 400],
  lambda: ['AccessDeniedException', 403],
  ssm: ['AccessDeniedException', 400],
  sqs: ['AccessDenied', 403],
  events: ['AccessDeniedException', 400],
  logs: ['AccessDeniedException', 400],
  cloudformation: ['AccessDenied', 403],
};

/** What condition keys are read from. */
type Conditional = Pick<LocalRequest, 'headers' | 'query'>;

export function createGuard(roles: Roles, identity: CloudIdentity): Guard {
  return (service, request, call) => {
    const session = roles.caller(request);
    const refuse = session && refuserOf(roles, identity, service, session, request);
    if (!refuse) return call;
    for (const need of needsOf(service, request, call, identity)) {
      const refusal = refuse(need);
      if (refusal) throw refusal;
    }
    return { ...call, perform: () => call.perform((action, resource) => refuse({ action, resource })) };
  };
}

/**
 * What a role may not do in a service that acts as it without a call, as Step Functions starts the children of a
 * Distributed Map. A role that no stack has deployed may do everything.
 */
export function createRefusals(
  service: ServiceName,
  roles: Roles,
  identity: CloudIdentity,
): (session: RoleSession) => Refusal {
  const request = { headers: {}, query: new URLSearchParams() };
  return (session) => {
    const refuse = refuserOf(roles, identity, service, session, request);
    return (action, resource) => refuse?.({ action, resource });
  };
}

/** Undefined for an unknown role. */
function refuserOf(
  roles: Roles,
  identity: CloudIdentity,
  service: ServiceName,
  session: RoleSession,
  request: Conditional,
): ((need: Need) => ServiceError | undefined) | undefined {
  const role = roles.role(session.roleArn);
  if (!role) return undefined;
  const context = contextOf(request, role, identity);
  const user = `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${session.sessionName}`;
  return ({ action, resource, shown = resource }) => {
    const denial = evaluate(role, { action, resource, context }, roles.bucketPolicy(bucketOf(resource)));
    if (denial === undefined) return undefined;
    const place = placeOf(service, shown);
    const [code, status] = REFUSALS[service];
    return new ServiceError(
      code,
      `User: ${user} is not authorized to perform: ${action}${place} ${denial}`,
      status,
    );
  };
}

/** S3 quotes the resource. */
function placeOf(service: ServiceName, resource: string): string {
  if (resource === '') return '';
  return service === 's3' ? ` on resource: "${resource}"` : ` on resource: ${resource}`;
}

function bucketOf(resource: string): string {
  return /^arn:aws:s3:::([^/]+)/.exec(resource)?.[1] ?? '';
}

/**
 * The condition keys of a call. The local cloud has one account and Region, and its transport counts as encrypted: it
 * does not leave the machine, and a policy that insists on TLS is not to forbid what it would allow on AWS.
 */
function contextOf({ headers, query }: Conditional, role: Role, identity: CloudIdentity): Context {
  const values: Readonly<Record<string, string | undefined>> = {
    'aws:principalaccount': role.accountId,
    'aws:principalarn': role.arn,
    'aws:principalisawsservice': 'false',
    'aws:principaltype': 'AssumedRole',
    'aws:requestedregion': identity.region,
    'aws:resourceaccount': identity.accountId,
    'aws:securetransport': 'true',
    'aws:viaawsservice': 'false',
    's3:delimiter': query.get('delimiter') ?? undefined,
    's3:max-keys': query.get('max-keys') ?? undefined,
    's3:prefix': query.get('prefix') ?? undefined,
    's3:resourceaccount': identity.accountId,
    's3:tlsversion': '1.3',
  };
  return (key) => (key.startsWith('s3:x-amz-') ? headers[key.slice('s3:'.length)] : own(values, key));
}
