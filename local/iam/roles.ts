// The roles and policies of the deployed stacks, and who calls as which role.

import { createHash } from 'node:crypto';
import { type CloudIdentity, LOCAL_CREDENTIALS, type LocalRequest, type RoleSession } from '../service.ts';
import { awsManagedPolicy } from './aws-managed.ts';
import type { Role } from './evaluate.ts';
import { compilePolicy, type Policy, trustedServices } from './policy.ts';

export interface RoleDefinition {
  readonly arn: string;
  readonly name: string;
  /** Policy documents as in the template, intrinsic functions resolved. */
  readonly trustPolicy: unknown;
  readonly inlinePolicies: readonly unknown[];
  readonly managedPolicyArns: readonly string[];
  readonly permissionsBoundaryArn: string | undefined;
}

/**
 * What a deployment tells of permissions, and what is asked of them. A role or policy that no stack has deployed is
 * unknown: calls as such a role are not checked.
 */
export interface Roles {
  /** @throws {Error} when a policy cannot be evaluated locally, or a managed one is not known */
  addRole(definition: RoleDefinition): void;
  /** Adds a policy to roles, by their names. @throws {Error} when it cannot be evaluated locally */
  attach(document: unknown, roleNames: readonly string[]): void;
  /** @throws {Error} when it cannot be evaluated locally */
  addManagedPolicy(arn: string, document: unknown, roleNames: readonly string[]): void;
  /** @throws {Error} when it cannot be evaluated locally */
  setBucketPolicy(bucket: string, document: unknown): void;

  knows(roleArn: string): boolean;
  /** Whether the role's trust policy names the service (`lambda.amazonaws.com`); true for an unknown role. */
  trusts(roleArn: string, service: string): boolean;
  role(arn: string): Role | undefined;
  bucketPolicy(bucket: string): Policy;
  /** Environment variables whose access key stands for a session of the role; none for an unknown role. */
  credentials(roleArn: string | undefined, sessionName: string): Readonly<Record<string, string>>;
  /** The secret of an access key that stands for a session; undefined for any other key. */
  secretOf(accessKeyId: string): string | undefined;
  /** The session that a request is made in; undefined for a caller outside. */
  caller(request: LocalRequest): RoleSession | undefined;
}

interface DeployedRole extends Role {
  readonly trusted: ReadonlySet<string>;
}

export function createRoles({ accountId }: CloudIdentity): Roles {
  const roles = new Map<string, DeployedRole>();
  /** By role name: a policy may be created before the role that it names. */
  const attached = new Map<string, Policy>();
  const managed = new Map<string, Policy>();
  const buckets = new Map<string, Policy>();
  const sessions = new Map<string, RoleSession>();

  const managedPolicy = (arn: string): Policy => {
    const policy = managed.get(arn) ?? awsManagedPolicy(arn);
    if (!policy) throw new Error(`the managed policy ${arn} is not part of the deployed stacks`);
    return policy;
  };
  const attach = (policy: Policy, roleNames: readonly string[]): void => {
    for (const name of roleNames) attached.set(name, [...(attached.get(name) ?? []), ...policy]);
    for (const [arn, role] of roles) {
      if (roleNames.includes(role.name)) roles.set(arn, { ...role, policy: [...role.policy, ...policy] });
    }
  };

  return {
    addRole({ arn, name, trustPolicy, inlinePolicies, managedPolicyArns, permissionsBoundaryArn }) {
      roles.set(arn, {
        arn,
        name,
        accountId,
        policy: [
          ...inlinePolicies.flatMap(compilePolicy),
          ...managedPolicyArns.flatMap(managedPolicy),
          ...(attached.get(name) ?? []),
        ],
        boundary: permissionsBoundaryArn === undefined ? undefined : managedPolicy(permissionsBoundaryArn),
        trusted: trustedServices(trustPolicy),
      });
    },
    attach: (document, roleNames) => attach(compilePolicy(document), roleNames),
    addManagedPolicy(arn, document, roleNames) {
      const policy = compilePolicy(document);
      managed.set(arn, policy);
      attach(policy, roleNames);
    },
    setBucketPolicy(bucket, document) {
      buckets.set(bucket, compilePolicy(document));
    },

    knows: (roleArn) => roles.has(roleArn),
    trusts: (roleArn, service) => roles.get(roleArn)?.trusted.has(service) ?? true,
    role: (arn) => roles.get(arn),
    bucketPolicy: (bucket) => buckets.get(bucket) ?? [],
    credentials(roleArn, sessionName): Readonly<Record<string, string>> {
      if (roleArn === undefined || !roles.has(roleArn)) return {};
      const session = { roleArn, sessionName };
      const accessKeyId = accessKeyOf(session);
      sessions.set(accessKeyId, session);
      return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
        AWS_SESSION_TOKEN: 'local',
      };
    },
    secretOf: (accessKeyId) => (sessions.has(accessKeyId) ? LOCAL_CREDENTIALS.secretAccessKey : undefined),
    caller: (request) => request.caller ?? sessions.get(accessKeyIn(request) ?? ''),
  };
}

/** The access key that a request is signed with, by Signature Version 4 or 2: in its Authorization header or in its URL. */
function accessKeyIn({ headers, query }: LocalRequest): string | undefined {
  const { authorization = '' } = headers;
  const signed = /Credential=([^/,\s]+)\//.exec(authorization) ?? /^AWS ([^:\s]+):/.exec(authorization);
  return (
    signed?.[1] ?? query.get('X-Amz-Credential')?.split('/')[0] ?? query.get('AWSAccessKeyId') ?? undefined
  );
}

/** As temporary keys look: ASIA and 16 characters. The same from one start to the next. */
function accessKeyOf({ roleArn, sessionName }: RoleSession): string {
  const hash = createHash('sha256').update(`${roleArn}/${sessionName}`).digest('hex');
  return `ASIA${hash.slice(0, 16).toUpperCase()}`;
}
