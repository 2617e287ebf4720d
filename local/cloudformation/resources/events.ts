// Rules of the default event bus, and what buckets tell of their objects: as a property of the bucket, and as the custom
// resource that the CDK makes of it.

import * as z from 'zod';
import { checkPath } from '../../events/index.ts';
import { isSupported } from '../../events/targets.ts';
import { physicalName } from '../names.ts';
import type { TemplateResource } from '../template.ts';
import { defineProvider } from './provider.ts';

const path = z.string().superRefine((value, context) => {
  try {
    checkPath(value);
  } catch (error) {
    context.addIssue((error as Error).message);
  }
});
const ruleTarget = z
  .object({
    Id: z.string(),
    Arn: z.string(),
    RoleArn: z.string().optional(),
    Input: z.string().optional(),
    InputPath: path.optional(),
    InputTransformer: z
      .object({ InputPathsMap: z.record(z.string(), path).default({}), InputTemplate: z.string() })
      .optional(),
  })
  .transform((target) => ({
    arn: target.Arn,
    roleArn: target.RoleArn,
    input: target.Input,
    inputPath: target.InputPath,
    inputTransformer: target.InputTransformer && {
      paths: target.InputTransformer.InputPathsMap,
      template: target.InputTransformer.InputTemplate,
    },
  }));

export const eventRule = defineProvider({
  shape: {
    Name: z.string().optional(),
    EventBusName: z
      .string()
      .regex(/^(?:arn:.{1,2000}:event-bus\/)?default$/, { error: 'only the default bus is there locally' })
      .optional(),
    EventPattern: z.record(z.string(), z.unknown()).optional(),
    ScheduleExpression: z.string().optional(),
    State: z.string().default('ENABLED'),
    Targets: z.array(ruleTarget).default([]),
  },
  inert: ['Description', 'RoleArn', 'Tags'],
  ignored: ({ Targets, State }) => {
    const targets = z.array(z.looseObject({ Id: z.string(), Arn: z.string() })).safeParse(Targets).data ?? [];
    const others = targets.filter(({ Arn }) => State !== 'DISABLED' && !isSupported(Arn));
    return others.map(({ Id, Arn }) => `Targets: ${Id} (${Arn.split(':')[2]})`);
  },
  async create(properties, { stackName, logicalId }, target) {
    const name = properties.Name ?? physicalName(stackName, logicalId, { maxLength: 64 });
    const { region, accountId } = target.identity;
    const arn = `arn:aws:events:${region}:${accountId}:rule/${name}`;
    target.addRule({
      arn,
      pattern: properties.EventPattern && JSON.stringify(properties.EventPattern),
      schedule: properties.ScheduleExpression,
      enabled: properties.State !== 'DISABLED',
      targets: properties.Targets.filter(({ arn: targetArn }) => isSupported(targetArn)),
    });
    return { physicalId: name, attributes: { Arn: arn } };
  },
});

const text = z.string();
const eventName = z
  .string()
  .regex(/^s3:(?:ObjectCreated|ObjectRemoved|LifecycleExpiration):(?:\*|[A-Za-z]{1,40})$/, {
    error: 'only s3:ObjectCreated, s3:ObjectRemoved and s3:LifecycleExpiration are told of locally',
  });

interface KeyRule {
  readonly Name: string;
  readonly Value: string;
}

const keyRule = (rules: readonly KeyRule[], name: string): string =>
  rules.find((rule) => rule.Name.toLowerCase() === name)?.Value ?? '';

const keyRules = z.array(z.object({ Name: text, Value: text }));

/** Of each notification of AWS::S3::Bucket. */
const ofProperty = {
  Event: eventName,
  Filter: z.object({ S3Key: z.object({ Rules: keyRules }) }).optional(),
};

/** Of each notification as S3's API has it. */
const ofApi = {
  Id: text.optional(),
  Events: z.array(eventName),
  Filter: z.object({ Key: z.object({ FilterRules: keyRules }) }).optional(),
};

/** `NotificationConfiguration` of AWS::S3::Bucket. */
export const bucketNotifications = z
  .object({
    EventBridgeConfiguration: z.object({ EventBridgeEnabled: z.coerce.boolean().default(true) }).optional(),
    LambdaConfigurations: z
      .array(
        z.object({ ...ofProperty, Function: text }).transform((one) => ({ ...one, target: one.Function })),
      )
      .default([]),
    QueueConfigurations: z
      .array(z.object({ ...ofProperty, Queue: text }).transform((one) => ({ ...one, target: one.Queue })))
      .default([]),
  })
  .transform(({ EventBridgeConfiguration, LambdaConfigurations, QueueConfigurations }) => ({
    eventBridge: EventBridgeConfiguration?.EventBridgeEnabled === true,
    direct: [...LambdaConfigurations, ...QueueConfigurations].map(({ Event, target, Filter }, index) => ({
      id: `configuration-${index}`,
      target,
      events: [Event],
      prefix: keyRule(Filter?.S3Key.Rules ?? [], 'prefix'),
      suffix: keyRule(Filter?.S3Key.Rules ?? [], 'suffix'),
    })),
  }));

/** `bucket.addEventNotification` and `eventBridgeEnabled` of the CDK; its handler, in Python, is not needed. */
export const cdkBucketNotifications = defineProvider({
  shape: {
    BucketName: text,
    NotificationConfiguration: z
      .object({
        EventBridgeConfiguration: z.object({}).optional(),
        LambdaFunctionConfigurations: z
          .array(
            z
              .object({ ...ofApi, LambdaFunctionArn: text })
              .transform((one) => ({ ...one, target: one.LambdaFunctionArn })),
          )
          .default([]),
        QueueConfigurations: z
          .array(
            z.object({ ...ofApi, QueueArn: text }).transform((one) => ({ ...one, target: one.QueueArn })),
          )
          .default([]),
      })
      .transform(({ EventBridgeConfiguration, LambdaFunctionConfigurations, QueueConfigurations }) => ({
        eventBridge: EventBridgeConfiguration !== undefined,
        direct: [...LambdaFunctionConfigurations, ...QueueConfigurations].map(
          ({ Id, Events, target, Filter }, index) => ({
            id: Id ?? `configuration-${index}`,
            target,
            events: Events,
            prefix: keyRule(Filter?.Key.FilterRules ?? [], 'prefix'),
            suffix: keyRule(Filter?.Key.FilterRules ?? [], 'suffix'),
          }),
        ),
      })),
  },
  inert: ['Managed', 'ServiceToken', 'SkipDestinationValidation'],
  ignored: ({ NotificationConfiguration }) => otherNotifications(NotificationConfiguration),
  async create({ BucketName, NotificationConfiguration }, { logicalId }, target) {
    target.notify(BucketName, NotificationConfiguration);
    return { physicalId: logicalId, attributes: {} };
  },
});

/** Whom a bucket should tell and does not: topics. */
export function otherNotifications(configuration: unknown): readonly string[] {
  const given = typeof configuration === 'object' && configuration !== null ? configuration : {};
  return ['TopicConfigurations']
    .filter((name) => Object.hasOwn(given, name))
    .map((name) => `NotificationConfiguration.${name}`);
}

/** The functions behind custom resources that the local cloud does by itself, by logical id. */
export function needlessFunctions(
  resources: Readonly<Record<string, TemplateResource>>,
): ReadonlySet<string> {
  const tokens = Object.values(resources)
    .filter(({ Type }) => Type === 'Custom::S3BucketNotifications')
    .map(({ Properties }) => (Properties as { ServiceToken?: { 'Fn::GetAtt'?: unknown } }).ServiceToken);
  const named = tokens.map((token) =>
    Array.isArray(token?.['Fn::GetAtt']) ? String(token['Fn::GetAtt'][0]) : '',
  );
  return new Set(named);
}
