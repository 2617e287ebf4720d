// Metrics that a function writes into its log (embedded metric format).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

import * as z from 'zod';
import type { MetricName } from './types.ts';

const directive = z.object({
  CloudWatchMetrics: z.array(
    z.object({
      Namespace: z.string(),
      Dimensions: z.array(z.array(z.string())).default([[]]),
      Metrics: z.array(z.object({ Name: z.string() })),
    }),
  ),
});
const line = z.looseObject({ _aws: directive });

export interface EmbeddedMetric {
  readonly metric: MetricName;
  readonly value: number;
}

/**
 * Without their time, which a function takes from the computer's clock where the cloud has its own. None, where the event is not of this format, or lacks what it
 * names.
 */
export function embeddedMetrics(event: unknown): readonly EmbeddedMetric[] {
  const parsed = line.safeParse(event);
  if (!parsed.success) return [];
  const { _aws, ...members } = parsed.data;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
      return Metrics.flatMap(({ Name: name }) => {
        const values = Object.hasOwn(members, name) ? [members[name]].flat() : [];
        return values.flatMap((value) =>
          typeof value === 'number' ? [{ metric: { namespace, name, dimensions }, value }] : [],
        );
      });
    }),
  );
}
