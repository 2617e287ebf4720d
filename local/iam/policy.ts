// Policy documents, read and checked once, compiled to what a call is compared with.
// Source: IAM User Guide, "IAM JSON policy elements reference".

import * as z from 'zod';
import { type Condition, compileConditions } from './conditions.ts';
import { anyOf, type Matcher, wildcard } from './patterns.ts';

/** Whom a statement of a resource's policy is about. */
export interface Principals {
  /** `*`, ARNs and account ids of the member AWS. */
  readonly aws: readonly string[];
  /** `lambda.amazonaws.com` and the like. */
  readonly services: readonly string[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Undefined in the policies of roles, which are about the role. */
  readonly principals: Principals | undefined;
  readonly action: Matcher;
  readonly resource: Matcher;
  readonly condition: Condition;
}

export type Policy = readonly Statement[];

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const values = z.union([scalar.transform((one) => [one]), z.array(scalar)]);
const principal = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'] })),
  z.strictObject({
    AWS: oneOrMany.optional(),
    Service: oneOrMany.optional(),
    Federated: oneOrMany.optional(),
    CanonicalUser: oneOrMany.optional(),
  }),
]);

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), values)).default({}),
});

const documentSchema = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([statementSchema.transform((one) => [one]), z.array(statementSchema)]),
});

type RawStatement = z.output<typeof statementSchema>;

/** The services whose calls are checked; what is said of the actions of others has no effect here. */
const CHECKED_SERVICES = [
  's3',
  'dynamodb',
  'states',
  'lambda',
  'ssm',
  'sqs',
  'events',
  'cloudformation',
  'sts',
] as const;

/**
 * Statements that can concern no call of the local cloud are left out, conditions and all.
 * @throws {Error} naming what is no policy, or what of it has no meaning here (NotPrincipal, policy variables, unknown
 *   condition operators and keys)
 */
export function compilePolicy(document: unknown): Policy {
  return parse(document).filter(concernsCheckedService).map(compileStatement);
}

/**
 * The services that a role's trust policy lets assume it. Its conditions are not evaluated: they are about who sets a
 * service to work.
 * @throws {Error} when it is no policy
 */
export function trustedServices(document: unknown): ReadonlySet<string> {
  const trusting = parse(document).filter(
    ({ Effect, Action = [] }) =>
      Effect === 'Allow' && anyOf(Action.map((action) => wildcard(action)))('sts:AssumeRole'),
  );
  return new Set(trusting.flatMap((statement) => principalsOf(statement)?.services ?? []));
}

function parse(document: unknown): RawStatement[] {
  const parsed = documentSchema.safeParse(document);
  if (parsed.success) return parsed.data.Statement;
  const issues = parsed.error.issues.map((issue) => explain(issue, document));
  throw new Error(`not a policy that can be evaluated locally: ${issues.join('; ')}`);
}

/** Names the statement's member, also where the schema is a choice. */
function explain(issue: z.core.$ZodIssue, document: unknown): string {
  const nested = issue.code === 'invalid_union' ? issue.errors.flat() : [];
  const deepest = nested.toSorted((one, other) => other.path.length - one.path.length)[0];
  if (deepest) return explain({ ...deepest, path: [...issue.path, ...deepest.path] }, document);
  return `${issue.path.join('.')}: ${issue.message}`;
}

function concernsCheckedService({ Action, NotAction }: RawStatement): boolean {
  if (NotAction) return true;
  return (Action ?? []).some((action) => {
    const service = wildcard(action.split(':')[0] ?? '', { ignoreCase: true });
    return CHECKED_SERVICES.some(service);
  });
}

function compileStatement(raw: RawStatement): Statement {
  return {
    effect: raw.Effect,
    principals: principalsOf(raw),
    action: choice('Action', raw.Action, raw.NotAction, { ignoreCase: true }),
    resource: choice('Resource', raw.Resource, raw.NotResource, {}),
    condition: compileConditions(raw.Condition),
  };
}

function choice(
  element: 'Action' | 'Resource',
  wanted: readonly string[] | undefined,
  unwanted: readonly string[] | undefined,
  options: { ignoreCase?: boolean },
): Matcher {
  const listed = wanted ?? unwanted;
  if (!listed || (wanted && unwanted)) throw new Error(`expected either ${element} or Not${element}`);
  const matches = anyOf(listed.map((pattern) => wildcard(pattern, options)));
  return wanted ? matches : (text) => !matches(text);
}

function principalsOf({ Principal }: RawStatement): Principals | undefined {
  return (
    Principal && { aws: Principal.AWS ?? [], services: ('Service' in Principal && Principal.Service) || [] }
  );
}
