// Roles and policies: what calls of functions and state machines are checked against. Policies of buckets too.

import * as z from 'zod';
import { physicalName } from '../names.ts';
import { type CreatedResource, type DeploymentTarget, defineProvider } from './provider.ts';

const names = z.array(z.string()).default([]);
const path = z.string().default('/');

export const role = defineProvider({
  shape: {
    RoleName: z.string().optional(),
    Path: path,
    AssumeRolePolicyDocument: z.unknown(),
    Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
    ManagedPolicyArns: names,
    PermissionsBoundary: z.string().optional(),
  },
  inert: ['Description', 'MaxSessionDuration', 'Tags'],
  async create(properties, { stackName, logicalId }, target) {
    const name = properties.RoleName ?? physicalName(stackName, logicalId, { maxLength: 64 });
    const arn = arnOf(target, 'role', properties.Path, name);
    target.roles?.addRole({
      arn,
      name,
      trustPolicy: properties.AssumeRolePolicyDocument,
      inlinePolicies: properties.Policies.map(({ PolicyDocument }) => PolicyDocument),
      managedPolicyArns: properties.ManagedPolicyArns,
      permissionsBoundaryArn: properties.PermissionsBoundary,
    });
    return { physicalId: name, attributes: { Arn: arn, RoleId: name } };
  },
});

export const policy = defineProvider({
  shape: { PolicyName: z.string(), PolicyDocument: z.unknown(), Roles: names },
  inert: [],
  async create({ PolicyName, PolicyDocument, Roles }, _request, target): Promise<CreatedResource> {
    target.roles?.attach(PolicyDocument, Roles);
    return { physicalId: PolicyName, attributes: { Id: PolicyName } };
  },
});

export const rolePolicy = defineProvider({
  shape: { PolicyName: z.string(), PolicyDocument: z.unknown(), RoleName: z.string() },
  inert: [],
  async create({ PolicyName, PolicyDocument, RoleName }, _request, target) {
    target.roles?.attach(PolicyDocument, [RoleName]);
    return { physicalId: `${PolicyName}|${RoleName}`, attributes: {} };
  },
});

export const managedPolicy = defineProvider({
  shape: {
    ManagedPolicyName: z.string().optional(),
    Path: path,
    PolicyDocument: z.unknown(),
    Roles: names,
  },
  inert: ['Description'],
  async create(properties, { stackName, logicalId }, target) {
    const name = properties.ManagedPolicyName ?? physicalName(stackName, logicalId, { maxLength: 128 });
    const arn = arnOf(target, 'policy', properties.Path, name);
    target.roles?.addManagedPolicy(arn, properties.PolicyDocument, properties.Roles);
    return { physicalId: arn, attributes: { PolicyArn: arn, PolicyId: name } };
  },
});

export const bucketPolicy = defineProvider({
  shape: { Bucket: z.string(), PolicyDocument: z.unknown() },
  inert: [],
  async create({ Bucket, PolicyDocument }, _request, target) {
    target.roles?.setBucketPolicy(Bucket, PolicyDocument);
    return { physicalId: Bucket, attributes: {} };
  },
});

function arnOf({ identity }: DeploymentTarget, kind: string, path: string, name: string): string {
  return `arn:aws:iam::${identity.accountId}:${kind}${path}${name}`;
}
