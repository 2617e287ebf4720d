// Where given resources are: the store's functions and state machines look for them in their own account and Region.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations, Stack, Token, TokenComparison } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

type Given = ITable | IBucket | IKey;

const PLACES = ['account', 'region'] as const;
type Place = (typeof PLACES)[number];

/**
 * @param props - given resources by the name of their prop
 * @param where - what of theirs must be the stack's own
 * @throws {Error} for a resource that is known to be elsewhere
 */
export function checkPlaces(
  scope: Construct,
  props: Readonly<Record<string, Given | undefined>>,
  where: readonly Place[] = PLACES,
): void {
  const stack = Stack.of(scope);
  for (const [prop, resource] of Object.entries(props)) {
    if (resource === undefined) continue;
    for (const place of where) {
      const [own, its] = [stack[place], placeOf(resource, place)];
      const comparison = Token.compareStrings(own, its);
      if (comparison === TokenComparison.DIFFERENT) throw new Error(elsewhere(prop, place, its, own));
      if (comparison === TokenComparison.ONE_UNRESOLVED && !Token.isUnresolved(its)) {
        Annotations.of(scope).addWarningV2(
          `twinwrite:${prop}.${place}`,
          `${prop} is in the ${WORDS[place]} ${its}; whether the stack is deployed there cannot be checked unless its env says so.`,
        );
      }
    }
  }
}

/** The ARN of an imported table or key says where it is, its `env` need not; a bucket's says nothing. */
function placeOf(resource: Given, place: Place): string {
  const arn = arnOf(resource);
  const [, , , region, account] = Token.isUnresolved(arn) ? [] : arn.split(':');
  return { region, account }[place] || resource.env[place];
}

function arnOf(resource: Given): string {
  if ('tableArn' in resource) return resource.tableArn;
  return 'keyArn' in resource ? resource.keyArn : resource.bucketArn;
}

const WORDS: Readonly<Record<Place, string>> = { account: 'account', region: 'Region' };

function elsewhere(prop: string, place: Place, its: string, own: string): string {
  return `LargeItemStore: ${prop} is in the ${WORDS[place]} ${its}, but the stack is in ${own}: the store's functions would look for it there`;
}
