// Whether a role may make a call: the policies of the role, its permissions boundary, and the resource's own policy.
// Source: IAM User Guide, "Policy evaluation logic", for a caller in the resource's account.

import type { Context } from './conditions.ts';
import type { Policy, Principals, Statement } from './policy.ts';

/** A role as it is deployed. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  /** Every statement of its policies. */
  readonly policy: Policy;
  /** What its policies cannot go beyond. */
  readonly boundary: Policy | undefined;
}

/** One right that a call needs. */
export interface Access {
  /** `s3:PutObject` */
  readonly action: string;
  /** An ARN, or `*` for what is about no single resource. */
  readonly resource: string;
  readonly context: Context;
}

/** Undefined: allowed. Otherwise why not, as AWS words it after "on resource: ...". */
export type Denial = string | undefined;

/** @param resourcePolicy - that of the bucket; empty where there is none */
export function evaluate(role: Role, access: Access, resourcePolicy: Policy): Denial {
  const identity = verdict(role.policy, access);
  const resource = verdict(
    resourcePolicy.filter((statement) => names(statement, role)),
    access,
  );
  const boundary = role.boundary && verdict(role.boundary, access);
  if (identity === 'Deny') return 'with an explicit deny in an identity-based policy';
  if (boundary === 'Deny') return 'with an explicit deny in a permissions boundary';
  if (resource === 'Deny') return 'with an explicit deny in a resource-based policy';
  if (identity === undefined && resource === undefined) {
    return `because no identity-based policy allows the ${access.action} action`;
  }
  if (role.boundary && boundary === undefined) {
    return `because no permissions boundary allows the ${access.action} action`;
  }
  return undefined;
}

/** A Deny counts more than any Allow. */
function verdict(policy: Policy, access: Access): Statement['effect'] | undefined {
  let found: Statement['effect'] | undefined;
  for (const statement of policy) {
    if (statement.effect === found || !concerns(statement, access)) continue;
    if (statement.effect === 'Deny') return 'Deny';
    found = 'Allow';
  }
  return found;
}

function concerns(statement: Statement, { action, resource, context }: Access): boolean {
  return statement.action(action) && statement.resource(resource) && statement.condition(context);
}

/**
 * Whether a statement of a resource's policy is about the role. One that names the account forbids its roles, but allows
 * nothing by itself: it leaves that to their own policies.
 */
function names({ principals, effect }: Statement, role: Role): boolean {
  const { aws = [] } = principals ?? ({} as Partial<Principals>);
  const account = [role.accountId, `arn:aws:iam::${role.accountId}:root`];
  return aws.some(
    (name) => name === '*' || name === role.arn || (effect === 'Deny' && account.includes(name)),
  );
}
