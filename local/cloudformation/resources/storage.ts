// Tables and SSM parameters.

import * as z from 'zod';
import { physicalName } from '../names.ts';
import {
  type CreatedResource,
  type DeploymentTarget,
  defineProvider,
  type ResourceRequest,
} from './provider.ts';

const capacity = z.object({ ReadCapacityUnits: z.coerce.number(), WriteCapacityUnits: z.coerce.number() });
const units = z.coerce.number().optional();
const index = z.looseObject({
  IndexName: z.string(),
  ProvisionedThroughput: capacity.optional(),
  WarmThroughput: z.object({ ReadUnitsPerSecond: units, WriteUnitsPerSecond: units }).optional(),
});
const tableShape = {
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(z.looseObject({ AttributeName: z.string(), AttributeType: z.string() })),
  KeySchema: z.array(z.looseObject({ AttributeName: z.string(), KeyType: z.string() })),
  BillingMode: z.string().optional(),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z.looseObject({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.coerce.boolean() })
    .optional(),
};
const TABLE_INERT = [
  'ContributorInsightsSpecification',
  'DeletionProtectionEnabled',
  'PointInTimeRecoverySpecification',
  'SSESpecification',
  'TableClass',
  'Tags',
  'WarmThroughput',
];

export const table = defineProvider({
  shape: { ...tableShape, ProvisionedThroughput: capacity.optional() },
  inert: [...TABLE_INERT, 'OnDemandThroughput'],
  create: createTable,
});

/** A global table's replica in this Region; on demand, since its capacity settings are other than a table's. */
export const globalTable = defineProvider({
  shape: tableShape,
  inert: [
    ...TABLE_INERT,
    'ReadOnDemandThroughputSettings',
    'ReadProvisionedThroughputSettings',
    'Replicas',
    'WriteOnDemandThroughputSettings',
    'WriteProvisionedThroughputSettings',
  ],
  create: ({ GlobalSecondaryIndexes, ...properties }, request, target) => {
    const indexes = GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }));
    const onDemand = { ...properties, GlobalSecondaryIndexes: indexes, BillingMode: 'PAY_PER_REQUEST' };
    return createTable(onDemand, request, target);
  },
});

async function createTable(
  properties: z.output<z.ZodObject<typeof tableShape>>,
  { stackName, logicalId }: ResourceRequest,
  target: DeploymentTarget,
): Promise<CreatedResource> {
  const name = properties.TableName ?? physicalName(stackName, logicalId, { maxLength: 255 });
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  const { AttributeDefinitions, KeySchema } = properties;
  const { tableArn, streamArn } = await target.createTable({
    ...Object.fromEntries(given),
    AttributeDefinitions,
    KeySchema,
    TableName: name,
  });
  const stream: Record<string, string> = streamArn === undefined ? {} : { StreamArn: streamArn };
  return { physicalId: name, attributes: { Arn: tableArn, TableId: name, ...stream } };
}

export const ssmParameter = defineProvider({
  shape: {
    Name: z.string().optional(),
    Type: z.string(),
    Value: z.string(),
    Tier: z.string().optional(),
  },
  inert: ['AllowedPattern', 'DataType', 'Description', 'Policies', 'Tags'],
  async create({ Name, Type, Value, Tier }, { stackName, logicalId }, target) {
    const name = Name ?? physicalName(stackName, logicalId, { maxLength: 1011 });
    target.putParameter({ name, value: Value, type: Type, tier: Tier });
    return { physicalId: name, attributes: { Type, Value } };
  },
});
