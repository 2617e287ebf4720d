// Buckets: their names, CORS and lifecycle rules, and whether they keep versions.

import * as z from 'zod';
import { newRuleId } from '../../s3/bucket-lifecycle.ts';
import { physicalName } from '../names.ts';
import { bucketNotifications, otherNotifications } from './events.ts';
import { defineProvider } from './provider.ts';

const texts = z.array(z.string());
const corsRule = z
  .object({
    Id: z.string().optional(),
    AllowedOrigins: texts,
    AllowedMethods: texts,
    AllowedHeaders: texts.default([]),
    ExposedHeaders: texts.default([]),
    MaxAge: z.coerce.number().int().min(0).optional(),
  })
  .transform((rule) => ({
    id: rule.Id,
    origins: rule.AllowedOrigins,
    methods: rule.AllowedMethods,
    headers: rule.AllowedHeaders,
    exposed: rule.ExposedHeaders,
    maxAgeSeconds: rule.MaxAge,
  }));

const count = z.coerce.number().int();
/** CloudFormation writes booleans as words, too. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);
const lifecycleShape = {
  Id: z.string().optional(),
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().optional(),
  TagFilters: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
  ObjectSizeGreaterThan: count.optional(),
  ObjectSizeLessThan: count.optional(),
  ExpirationInDays: count.optional(),
  ExpirationDate: z
    .string()
    .transform((date) => Date.parse(date))
    .pipe(z.number({ error: 'expected a date' }))
    .optional(),
  ExpiredObjectDeleteMarker: flag.optional(),
  NoncurrentVersionExpiration: z
    .object({ NoncurrentDays: count, NewerNoncurrentVersions: count.optional() })
    .optional(),
  NoncurrentVersionExpirationInDays: count.optional(),
  AbortIncompleteMultipartUpload: z.object({ DaysAfterInitiation: count }).optional(),
};
const lifecycleRule = z.object(lifecycleShape).transform((rule) => {
  const { ExpirationInDays: days, ExpirationDate: date, NoncurrentVersionExpiration: noncurrent } = rule;
  const markers = rule.ExpiredObjectDeleteMarker || undefined;
  const noncurrentDays = noncurrent?.NoncurrentDays ?? rule.NoncurrentVersionExpirationInDays;
  const expires = days !== undefined || date !== undefined || markers !== undefined;
  return {
    id: rule.Id ?? newRuleId(),
    enabled: rule.Status === 'Enabled',
    filter: {
      prefix: rule.Prefix,
      tags: rule.TagFilters,
      largerThan: rule.ObjectSizeGreaterThan,
      smallerThan: rule.ObjectSizeLessThan,
    },
    plainPrefix: false,
    expiration: expires ? { days, date, markers } : undefined,
    noncurrent:
      noncurrentDays === undefined
        ? undefined
        : { days: noncurrentDays, kept: noncurrent?.NewerNoncurrentVersions },
    abortDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  };
});
type LifecycleRule = z.output<typeof lifecycleRule>;

const doesSomething = ({ expiration, noncurrent, abortDays }: LifecycleRule): boolean =>
  expiration !== undefined || noncurrent !== undefined || abortDays !== undefined;

export const bucket = defineProvider({
  shape: {
    BucketName: z.string().optional(),
    CorsConfiguration: z.object({ CorsRules: z.array(corsRule) }).optional(),
    LifecycleConfiguration: z.object({ Rules: z.array(lifecycleRule) }).optional(),
    NotificationConfiguration: bucketNotifications.optional(),
    VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  },
  inert: [
    'AccelerateConfiguration',
    'AccessControl',
    'BucketEncryption',
    'LoggingConfiguration',
    'MetricsConfigurations',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
  ],
  ignored: ({ LifecycleConfiguration, NotificationConfiguration }) => [
    ...unknownInRules(LifecycleConfiguration),
    ...otherNotifications(NotificationConfiguration),
  ],
  async create(properties, { stackName, logicalId }, target) {
    const name =
      properties.BucketName ?? physicalName(stackName, logicalId, { maxLength: 63, lowerCase: true });
    target.createBucket(name, {
      corsRules: properties.CorsConfiguration?.CorsRules,
      // What a rule does beyond that is listed as ignored.
      lifecycle: properties.LifecycleConfiguration?.Rules.filter(doesSomething),
      versioning: properties.VersioningConfiguration?.Status,
    });
    if (properties.NotificationConfiguration) target.notify(name, properties.NotificationConfiguration);
    const { region } = target.identity;
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
        WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
      },
    };
  },
});

/** What lifecycle rules ask for beyond expiry, such as transitions. */
function unknownInRules(configuration: unknown): readonly string[] {
  const parsed = z.object({ Rules: z.array(z.looseObject({})) }).safeParse(configuration);
  const names = (parsed.data?.Rules ?? []).flatMap((rule) => Object.keys(rule));
  const unknown = new Set(names.filter((name) => !Object.hasOwn(lifecycleShape, name)));
  return [...unknown].map((name) => `LifecycleConfiguration.Rules.${name}`);
}
