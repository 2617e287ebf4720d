// Event source mappings from the stream of a table or from a queue. What else a mapping can say is refused, since leaving it out would
// change what the function sees.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  type CreatedResource,
  type DeploymentTarget,
  defineProvider,
  type Provider,
  type ResourceRequest,
} from './provider.ts';

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
  EventSourceArn: z.string({ error: 'expected the ARN of a table’s stream or of a queue' }),
  FunctionName: z.string(),
  Enabled: flag.default(true),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })).default([]) })
    .default({ Filters: [] }),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
};

const streamShape = {
  ...shape,
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  MaximumRecordAgeInSeconds: limit(60, 604_800),
  MaximumRetryAttempts: limit(0, 10_000),
  BisectBatchOnFunctionError: flag.default(false),
  MetricsConfig: z.object({ Metrics: z.array(z.string()).default([]) }).optional(),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: bucketArn }).optional() })
    .optional(),
};

const queueShape = {
  ...shape,
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
};

/** From the stream of a table. */
const ofStream = defineProvider({
  shape: streamShape,
  inert: INERT,
  async create(properties, request, target) {
    refuseOthers(streamShape, request);
    const uuid = uuidOf(request);
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
    return created(uuid, target);
  },
});

/** From a queue. How many functions run at a time is not limited further: it is one here. */
const ofQueue = defineProvider({
  shape: queueShape,
  inert: [...INERT, 'ScalingConfig'],
  async create(properties, request, target) {
    refuseOthers(queueShape, request, ['ScalingConfig']);
    if (properties.BatchSize > 10 && properties.MaximumBatchingWindowInSeconds === 0) {
      throw new Error('BatchSize: more than 10 needs MaximumBatchingWindowInSeconds of 1 or more');
    }
    await target.createQueueMapping({
      queueArn: properties.EventSourceArn,
      functionName: properties.FunctionName,
      enabled: properties.Enabled,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      filters: properties.FilterCriteria.Filters.map(({ Pattern }) => Pattern),
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
    });
    return created(uuidOf(request), target);
  },
});

export const eventSourceMapping: Provider = {
  properties: [...new Set([...ofStream.properties, ...ofQueue.properties])],
  inert: ofQueue.inert,
  create: (request, target) => {
    const isQueue = /^arn:aws[\w-]*:sqs:/.test(String(request.properties.EventSourceArn));
    return (isQueue ? ofQueue : ofStream).create(request, target);
  },
};

/** What a mapping says beyond this would change what the function sees. @throws {Error} naming it */
function refuseOthers(known: object, { properties }: ResourceRequest, inert: readonly string[] = []): void {
  const names = [...Object.keys(known), ...INERT, ...inert];
  const unknown = Object.keys(properties).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: not supported locally`);
}

function created(uuid: string, { identity }: DeploymentTarget): CreatedResource {
  const { region, accountId } = identity;
  const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;
  return { physicalId: uuid, attributes: { Id: uuid, EventSourceMappingArn: arn } };
}

function uuidOf({ stackName, logicalId }: ResourceRequest): string {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
