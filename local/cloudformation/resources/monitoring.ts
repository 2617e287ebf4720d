// Log groups, metric filters and alarms. What of them the local CloudWatch does not understand is listed as ignored, and not evaluated.

import * as z from 'zod';
import {
  type AlarmDefinition,
  type Comparison,
  checkField,
  compileFilterPattern,
  compileMath,
  type Formula,
  type MetricStatistic,
} from '../../monitoring/index.ts';
import { physicalName } from '../names.ts';
import { createStandIn } from './inert.ts';
import { type DeploymentTarget, defineProvider, type Provider } from './provider.ts';

export const logGroup = defineProvider({
  shape: {
    LogGroupName: z.string().optional(),
    RetentionInDays: z.coerce.number().int().positive().optional(),
  },
  inert: [
    ...['DataProtectionPolicy', 'DeletionProtectionEnabled', 'FieldIndexPolicies', 'KmsKeyId'],
    ...['LogGroupClass', 'ResourcePolicyDocument', 'Tags'],
  ],
  async create({ LogGroupName, RetentionInDays }, { stackName, logicalId }, { monitoring, identity }) {
    const name = LogGroupName ?? physicalName(stackName, logicalId, { maxLength: 64 });
    monitoring.logGroups.declare(name, RetentionInDays);
    const arn = `arn:aws:logs:${identity.region}:${identity.accountId}:log-group:${name}:*`;
    return { physicalId: name, attributes: { Arn: arn } };
  },
});

const texts = z.array(z.object({ Key: z.string(), Value: z.string() }));
const metricFilterSchema = z.object({
  LogGroupName: z.string(),
  FilterPattern: z.string(),
  MetricTransformations: z.array(
    z.strictObject({
      MetricNamespace: z.string(),
      MetricName: z.string(),
      MetricValue: z.string(),
      Dimensions: texts.default([]),
      Unit: z.string().optional(),
    }),
  ),
  FilterName: z.string().optional(),
});

/** The filters, or why they are not understood. */
function metricFiltersOf(properties: Readonly<Record<string, unknown>>) {
  const {
    LogGroupName: logGroup,
    FilterPattern,
    MetricTransformations,
  } = metricFilterSchema.parse(properties);
  const matches = compileFilterPattern(FilterPattern);
  return MetricTransformations.map(({ MetricNamespace, MetricName, MetricValue, Dimensions }) => {
    for (const { Value } of Dimensions) checkField(Value);
    const number = Number(MetricValue);
    if (!Number.isFinite(number)) checkField(MetricValue);
    return {
      ...{ logGroup, matches, namespace: MetricNamespace, name: MetricName },
      value: Number.isFinite(number) ? number : MetricValue,
      dimensions: Object.fromEntries(Dimensions.map(({ Key, Value }) => [Key, Value])),
    };
  });
}

const dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);
const statistic = z.enum(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount']);
const seconds = z.coerce.number().int().positive();
const count = z.coerce.number().int().positive().max(10_000);
const alarmSchema = z.object({
  AlarmName: z.string().optional(),
  AlarmDescription: z.string().optional(),
  ComparisonOperator: z.enum([
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ] satisfies [Comparison, ...Comparison[]]),
  Threshold: z.coerce.number(),
  EvaluationPeriods: count,
  DatapointsToAlarm: count.optional(),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensions,
  Statistic: statistic.optional(),
  ExtendedStatistic: z.undefined({ error: 'percentiles are not there locally' }).optional(),
  Period: seconds.optional(),
  Metrics: z
    .array(
      z.object({
        Id: z.string(),
        Expression: z.string().optional(),
        Period: seconds.optional(),
        ReturnData: z.union([z.boolean(), z.enum(['true', 'false'])]).default(true),
        MetricStat: z
          .object({
            Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions }),
            Period: seconds,
            Stat: statistic,
          })
          .optional(),
      }),
    )
    .optional(),
});
type AlarmProperties = z.output<typeof alarmSchema>;

function alarmOf(given: Readonly<Record<string, unknown>>, name: string): AlarmDefinition {
  const properties = alarmSchema.parse(given);
  return {
    name,
    description: properties.AlarmDescription,
    ...watched(properties),
    comparison: properties.ComparisonOperator,
    threshold: properties.Threshold,
    periods: properties.EvaluationPeriods,
    datapoints: properties.DatapointsToAlarm ?? properties.EvaluationPeriods,
    missing: properties.TreatMissingData,
  };
}

function watched(
  properties: AlarmProperties,
): Pick<AlarmDefinition, 'metrics' | 'formula' | 'periodSeconds'> {
  const { Namespace, MetricName, Statistic, Period, Metrics } = properties;
  if (Metrics) return watchedByMath(Metrics);
  if (
    Namespace === undefined ||
    MetricName === undefined ||
    Statistic === undefined ||
    Period === undefined
  ) {
    throw new Error('expected Namespace, MetricName, Statistic and Period, or Metrics');
  }
  const metric = { namespace: Namespace, name: MetricName, dimensions: named(properties.Dimensions) };
  return {
    metrics: new Map([['m', { ...metric, statistic: Statistic, periodSeconds: Period }]]),
    formula: (values) => values.get('m'),
    periodSeconds: Period,
  };
}

function watchedByMath(given: NonNullable<AlarmProperties['Metrics']>) {
  const metrics = new Map<string, MetricStatistic>();
  for (const { Id, MetricStat: stat } of given) {
    if (stat === undefined) continue;
    const { Namespace: namespace, MetricName: name, Dimensions } = stat.Metric;
    const measured = { statistic: stat.Stat, periodSeconds: stat.Period };
    metrics.set(Id, { namespace, name, dimensions: named(Dimensions), ...measured });
  }
  const [expression, ...more] = given.flatMap(({ Expression }) => Expression ?? []);
  const periods = new Set([...metrics.values()].map(({ periodSeconds }) => periodSeconds));
  const [periodSeconds] = periods;
  const [alone] = metrics.keys();
  const isOne = expression === undefined ? metrics.size === 1 : more.length === 0;
  if (!isOne || alone === undefined || periodSeconds === undefined || periods.size > 1) {
    throw new Error('expected one metric, or one expression over metrics of one period');
  }
  const formula: Formula = expression === undefined ? (values) => values.get(alone) : compileMath(expression);
  return { metrics, formula, periodSeconds };
}

function named(given: readonly { readonly Name: string; readonly Value: string }[]): Record<string, string> {
  return Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));
}

const FILTER_PROPERTIES = ['ApplyOnTransformedLogs', ...Object.keys(metricFilterSchema.shape)];
/** Nobody is told here: what an alarm would do goes without effect. */
const ALARM_PROPERTIES = [
  ...['ActionsEnabled', 'AlarmActions', 'InsufficientDataActions', 'OKActions', 'Tags', 'Unit'],
  ...['EvaluateLowSampleCountPercentile', 'EvaluationCriteria', 'EvaluationInterval', 'ThresholdMetricId'],
  ...Object.keys(alarmSchema.shape),
];

export const metricFilter = understood('logs:metric-filter:', FILTER_PROPERTIES, (properties, target) => {
  for (const filter of metricFiltersOf(properties)) target?.monitoring.addFilter(filter);
});

export const alarm = understood('cloudwatch:alarm:', ALARM_PROPERTIES, (properties, target, name) => {
  const definition = alarmOf(properties, name);
  target?.monitoring.addAlarm(definition);
});

type Act = (
  properties: Readonly<Record<string, unknown>>,
  target: DeploymentTarget | undefined,
  name: string,
) => void;

/** @param act - without a target only finds out whether it is understood: throws if not */
function understood(arnKind: string, properties: readonly string[], act: Act): Provider {
  const problemOf = (given: Readonly<Record<string, unknown>>): string | undefined => {
    try {
      act(given, undefined, '');
      return undefined;
    } catch (error) {
      if (!(error instanceof z.ZodError)) return (error as Error).message;
      return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    }
  };
  return {
    properties,
    inert: [],
    ignored: (given) => {
      const problem = problemOf(given);
      return problem === undefined ? [] : [`not evaluated (${problem})`];
    },
    async create(request, target) {
      const created = createStandIn(request, target, arnKind);
      if (problemOf(request.properties) === undefined) act(request.properties, target, created.physicalId);
      return created;
    },
  };
}
