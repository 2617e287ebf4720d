// Event source mappings from the stream of a table. What else a mapping can say is refused, since leaving it out would
// change what the function sees.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import { defineProvider } from './provider.ts';

const INERT = ['KmsKeyArn', 'LoggingConfig', 'Tags'];

/** -1 says: without a limit. */
const limit = (min: number, max: number) =>
  z.coerce
    .number()
    .int()
    .max(max)
    .refine((value) => value === -1 || value >= min, { error: `expected -1, or ${min} to ${max}` })
    .transform((value) => (value === -1 ? undefined : value))
    .optional();

/** CloudFormation writes booleans as words, too. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);

const bucketArn = z
  .string()
  .regex(/^arn:aws[\w-]*:s3:::[^/]+$/, {
    error: (issue) => `only buckets are supported locally, got ${issue.input}`,
  })
  .transform((arn) => arn.slice(arn.lastIndexOf(':') + 1));

const shape = {
  EventSourceArn: z.string({ error: 'expected the ARN of a table’s stream' }),
  FunctionName: z.string(),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  Enabled: flag.default(true),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })).default([]) })
    .default({ Filters: [] }),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  MaximumRecordAgeInSeconds: limit(60, 604_800),
  MaximumRetryAttempts: limit(0, 10_000),
  BisectBatchOnFunctionError: flag.default(false),
  MetricsConfig: z.object({ Metrics: z.array(z.string()).default([]) }).optional(),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: bucketArn }).optional() })
    .optional(),
};

export const eventSourceMapping = defineProvider({
  shape,
  inert: INERT,
  async create(properties, { stackName, logicalId, properties: given }, target) {
    const known = [...Object.keys(shape), ...INERT];
    const unknown = Object.keys(given).filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: not supported locally`);
    const uuid = uuidOf(`${stackName}/${logicalId}`);
    await target.createStreamMapping({
      uuid,
      streamArn: properties.EventSourceArn,
      functionName: properties.FunctionName,
      startingPosition: properties.StartingPosition,
      enabled: properties.Enabled,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      filters: properties.FilterCriteria.Filters.map(({ Pattern }) => Pattern),
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      bisectsOnError: properties.BisectBatchOnFunctionError,
      maxRetries: properties.MaximumRetryAttempts,
      maxAgeSeconds: properties.MaximumRecordAgeInSeconds,
      countsEvents: properties.MetricsConfig?.Metrics.includes('EventCount') ?? false,
      failureBucket: properties.DestinationConfig?.OnFailure?.Destination,
    });
    const { region, accountId } = target.identity;
    const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;
    return { physicalId: uuid, attributes: { Id: uuid, EventSourceMappingArn: arn } };
  },
});

function uuidOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
