// Reading a synthesised template: texts with their references filled in, and what each role may do.

import type { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';

type Reference = { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly [string, string] };
type Join = { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
/** The name in an ARN. */
type Part = {
  readonly 'Fn::Select': readonly [number, { readonly 'Fn::Split': readonly [string, unknown] }];
};

/** A text of the template; a reference in it stands as the logical id of what it refers to. */
export function substituted(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isObject<Join>(value, 'Fn::Join')) return value['Fn::Join'][1].map(substituted).join('');
  if (isObject<Extract<Reference, { Ref: string }>>(value, 'Ref')) return value.Ref;
  if (isObject<Extract<Reference, { 'Fn::GetAtt': unknown }>>(value, 'Fn::GetAtt'))
    return value['Fn::GetAtt'][0];
  if (isObject<Part>(value, 'Fn::Select')) return substituted(value['Fn::Select'][1]['Fn::Split'][1]);
  throw new Error(`neither text nor reference: ${JSON.stringify(value)}`);
}

/** The description that all functions of a store have. */
export function storeOf(template: Template): unknown {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const stores = functions.map(({ Properties }) => substituted(Properties.Environment.Variables.STORE));
  expect(new Set(stores).size).toBe(1);
  return JSON.parse(stores[0] ?? '');
}

/** Actions by role and resource. Resources: `table`, `bucket`, `{prefix}/*`, a function's id, `execution:{machine's id}:*`, or `*`. */
export function rights(template: Template): Record<string, Record<string, readonly string[]>> {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  return Object.fromEntries(
    policies.map(([id, { Properties }]) => [
      id.replace(/((ServiceRole|Role)DefaultPolicy)?[0-9A-F]{8}$/, ''),
      rightsOf(Properties.PolicyDocument.Statement),
    ]),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function rightsOf(statements: readonly Statement[]): Record<string, readonly string[]> {
  const byResource = new Map<string, Set<string>>();
  for (const { Effect, Action, Resource } of statements) {
    if (Effect !== 'Allow') throw new Error(`unexpected effect ${Effect}`);
    for (const resource of [Resource].flat().map(resourceName)) {
      const actions = byResource.get(resource) ?? new Set();
      for (const action of [Action].flat()) actions.add(action);
      byResource.set(resource, actions);
    }
  }
  return Object.fromEntries([...byResource].map(([resource, actions]) => [resource, [...actions]]));
}

function resourceName(resource: unknown): string {
  return substituted(resource)
    .replace(/^DocsTable[0-9A-F]{8}$/, 'table')
    .replace(/^DocsBucket[0-9A-F]{8}$/, 'bucket')
    .replace(/^DocsBucket[0-9A-F]{8}\//, '')
    .replace(/^(Docs(?:Tasks|Sweep)\w+?)[0-9A-F]{8}(:\*)?$/, '$1')
    .replace(/^arn:AWS::Partition:states:AWS::Region:AWS::AccountId:(\w+:Docs[A-Za-z]+)[0-9A-F]{8}/, '$1');
}

function isObject<T>(value: unknown, field: string): value is T {
  return typeof value === 'object' && value !== null && field in value;
}
