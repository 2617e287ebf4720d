// What an update of a template does to resources that must not be replaced: to tables and buckets, which hold data, to state machines,
// whose runs go on and may be redriven, and to functions, which the definitions of earlier runs name.

import { isDeepStrictEqual } from 'node:util';
import type { Template } from 'aws-cdk-lib/assertions';

/**
 * The properties of each type whose change makes CloudFormation replace the resource ("Update requires: Replacement" in its template
 * reference). As the CDK's copy of CloudFormation's resource specification has them (@aws-cdk/aws-service-spec 0.1.216).
 */
export const REPLACING = {
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'ImportSourceSpecification'],
  'AWS::S3::Bucket': ['BucketName', 'ObjectLockEnabled', 'BucketNamespace', 'BucketNamePrefix'],
  'AWS::StepFunctions::StateMachine': ['StateMachineName', 'StateMachineType'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType', 'TenancyConfig'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type LastingType = keyof typeof REPLACING;

/** A resource that must last, and its properties that may not change. */
export interface Lasting {
  readonly type: LastingType;
  readonly fixed: Readonly<Record<string, unknown>>;
}

/** The resources of a template that must last, by logical id. */
export function lastingIn(template: Template): Readonly<Record<string, Lasting>> {
  const found: [string, Lasting][] = [];
  for (const type of Object.keys(REPLACING) as LastingType[]) {
    for (const [id, { Properties = {} }] of Object.entries(template.findResources(type))) {
      const fixed = REPLACING[type].flatMap((name) =>
        Properties[name] === undefined ? [] : [[name, Properties[name]] as const],
      );
      found.push([id, { type, fixed: Object.fromEntries(fixed) }]);
    }
  }
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What an update from one template to the other would replace or take away: `{logical id}: {property}`, or `{logical id}: gone`. */
export function replacements(
  before: Readonly<Record<string, Lasting>>,
  after: Readonly<Record<string, Lasting>>,
): readonly string[] {
  return Object.entries(before).flatMap(([id, was]) => {
    const is = Object.hasOwn(after, id) ? after[id] : undefined;
    if (is === undefined || is.type !== was.type) return [`${id}: gone`];
    const names = new Set([...Object.keys(was.fixed), ...Object.keys(is.fixed)]);
    return [...names]
      .filter((name) => !isDeepStrictEqual(was.fixed[name], is.fixed[name]))
      .map((name) => `${id}: ${name}`);
  });
}
