// Whether a given table is what the store's props say: as far as the app knows it.

import {
  AttributeType,
  CfnGlobalTable,
  CfnTable,
  type ITable,
  StreamViewType,
} from 'aws-cdk-lib/aws-dynamodb';
import { Annotations, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import * as z from 'zod';
import type { KeyAttribute, KeySchema, KeyType } from '../../core/keys/item-key.ts';

const ATTRIBUTE_TYPES: Readonly<Record<KeyType, AttributeType>> = {
  S: AttributeType.STRING,
  N: AttributeType.NUMBER,
  B: AttributeType.BINARY,
};

/** What a store needs of its table. */
export interface TableNeeds {
  readonly key: KeySchema;
  /** The attribute of time to live, if there is one. */
  readonly ttl: string | undefined;
  /** Whether the stream is read, and of what. */
  readonly removals: 'expired' | 'all' | undefined;
}

/** A table's resource in the template, as far as it is looked at. */
const resourceSchema = z.object({
  keySchema: z.array(z.object({ attributeName: z.string(), keyType: z.string() })),
  attributeDefinitions: z.array(z.object({ attributeName: z.string(), attributeType: z.string() })),
  streamSpecification: z.object({ streamViewType: z.string().optional() }).optional(),
  timeToLiveSpecification: z
    .object({ attributeName: z.string().optional(), enabled: z.union([z.boolean(), z.string()]) })
    .optional(),
  replicas: z.array(z.unknown()).default([]),
  multiRegionConsistency: z.string().optional(),
});
type Resource = z.output<typeof resourceSchema>;

/** A key attribute as the CDK names it. */
export function keyAttribute({ name, type }: KeyAttribute): { name: string; type: AttributeType } {
  return { name, type: ATTRIBUTE_TYPES[type] };
}

/**
 * Of an imported table nothing is known but what its attributes tell: whether it has a stream, and where it is.
 * @throws {Error} when the table is known to be another than the store needs
 */
export function checkTable(scope: Construct, table: ITable, needs: TableNeeds): void {
  const resource = resourceOf(table);
  if (resource === undefined) return;
  checkKey(resource, needs.key);
  if (needs.ttl !== undefined) checkTimeToLive(resource, needs.ttl);
  if (needs.removals !== undefined) checkStream(resource);
  checkConsistency(resource);
  // Replicas may be added until the app is synthesised.
  scope.node.addValidation({
    validate: () => replicaProblems(resourceOf(table) ?? resource, needs),
  });
  if (resource.replicas.length > 1) {
    Annotations.of(scope).addInfo(
      'Write the global table in this Region only: sagas are atomic within one Region, and the last writer of two wins (docs/consistency.md).',
    );
  }
}

/** The resource behind a table of the app, whichever construct made it; undefined for imported ones and for unknown values. */
function resourceOf(table: ITable): Resource | undefined {
  const resource = table.node.defaultChild;
  if (!(resource instanceof CfnTable) && !(resource instanceof CfnGlobalTable)) return undefined;
  const { keySchema, attributeDefinitions, streamSpecification, timeToLiveSpecification } = resource;
  const known = { keySchema, attributeDefinitions, streamSpecification, timeToLiveSpecification };
  const global =
    resource instanceof CfnGlobalTable
      ? { replicas: resource.replicas, multiRegionConsistency: resource.multiRegionConsistency }
      : {};
  return resourceSchema.safeParse(Stack.of(resource).resolve({ ...known, ...global })).data;
}

function checkKey({ keySchema, attributeDefinitions }: Resource, key: KeySchema): void {
  const typeOf = (name: string) =>
    attributeDefinitions.find(({ attributeName }) => attributeName === name)?.attributeType ?? 'unknown';
  const described = (kind: string) => {
    const found = keySchema.find(({ keyType }) => keyType === kind)?.attributeName;
    return found === undefined ? NO_SORT_KEY : `${found} (${typeOf(found)})`;
  };
  const wantedOf = (attribute: KeyAttribute | undefined) =>
    attribute === undefined ? NO_SORT_KEY : `${attribute.name} (${ATTRIBUTE_TYPES[attribute.type]})`;
  const actual = `${described('HASH')}, ${described('RANGE')}`;
  const wanted = `${wantedOf(key.partitionKey)}, ${wantedOf(key.sortKey)}`;
  if (actual === wanted) return;
  throw new Error(`LargeItemStore: the table's key is ${actual}, but partitionKey and sortKey say ${wanted}`);
}

const NO_SORT_KEY = 'no sort key';

function checkTimeToLive({ timeToLiveSpecification }: Resource, ttl: string): void {
  const { attributeName, enabled } = timeToLiveSpecification ?? { enabled: false };
  const actual = String(enabled) === 'true' ? attributeName : undefined;
  if (actual === ttl) return;
  throw new Error(
    `LargeItemStore: ttl is "${ttl}", but the table has ${actual === undefined ? 'no time to live' : `its time to live on "${actual}"`}`,
  );
}

function checkStream({ streamSpecification }: Resource): void {
  const view = streamSpecification?.streamViewType;
  // A table without a stream is refused with what to do, where the stream is read.
  if (streamSpecification === undefined || view === undefined) return;
  if (view === StreamViewType.NEW_AND_OLD_IMAGES || Token.isUnresolved(view)) return;
  throw new Error(
    `LargeItemStore: ttl and cleanUpForeignDeletes need a stream of NEW_AND_OLD_IMAGES, but the table's is of ${view}`,
  );
}

/** "Multi-Region strong consistency" takes no transactions (DynamoDB Developer Guide, "Global tables: how it works"). */
function checkConsistency({ multiRegionConsistency }: Resource): void {
  if (multiRegionConsistency !== 'STRONG') return;
  throw new Error(
    'LargeItemStore: the table has multi-Region strong consistency, which takes no transactions: no saga could write it',
  );
}

/** What time to live deletes is told as such in one Region's stream only, whichever that is. */
function replicaProblems({ replicas }: Resource, { removals }: TableNeeds): string[] {
  if (replicas.length < 2 || removals !== 'expired') return [];
  return [
    'LargeItemStore: ttl on a table with replicas needs cleanUpForeignDeletes: what expires in another Region shows as deleted by somebody here',
  ];
}
