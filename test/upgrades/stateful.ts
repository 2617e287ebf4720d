// What of a store holds data: its tables and buckets, by logical id.

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LargeItemStack } from '../../lib/index.ts';

export const STATEFUL_TYPES = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket'];

/** Those of the stack `Twinwrite` whose store is told nothing. */
export function statefulOfDefault(): Readonly<Record<string, string>> {
  const app = new App({
    analyticsReporting: false,
    context: { 'aws:cdk:disable-asset-staging': true },
  });
  return statefulOf(Template.fromStack(new LargeItemStack(app, 'Twinwrite')));
}

export function statefulOf(template: Template): Readonly<Record<string, string>> {
  const found = STATEFUL_TYPES.flatMap((type) =>
    Object.keys(template.findResources(type)).map((id) => [id, type] as const),
  );
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}
