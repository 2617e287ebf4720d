// Whether an alarm goes off, by its template's thresholds: over periods that end now, where CloudWatch's end at full minutes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html

import type { Formula } from './math.ts';
import { type SeriesStore, statisticOf } from './series.ts';
import type { AlarmState, MetricStatistic } from './types.ts';

export type Comparison =
  | 'GreaterThanThreshold'
  | 'GreaterThanOrEqualToThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold';

/** What is watched: one statistic, or several put together by a formula. */
export interface AlarmDefinition {
  readonly name: string;
  readonly description: string | undefined;
  readonly metrics: ReadonlyMap<string, MetricStatistic>;
  readonly formula: Formula;
  readonly periodSeconds: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** Of the last `periods`, so many must be beyond it. */
  readonly periods: number;
  readonly datapoints: number;
  readonly missing: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

const BEYOND: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export function stateOf(alarm: AlarmDefinition, store: SeriesStore, now: number): AlarmState {
  const values = valuesOf(alarm, store, now);
  const nothing = values.every((value) => value === undefined);
  if (nothing && alarm.missing === 'missing') return 'INSUFFICIENT_DATA';
  if (nothing && alarm.missing === 'ignore') {
    const last = lastValueAt(alarm, store);
    return last === undefined ? 'INSUFFICIENT_DATA' : judged(alarm, valuesOf(alarm, store, last));
  }
  return judged(alarm, values);
}

function judged(alarm: AlarmDefinition, values: readonly (number | undefined)[]): AlarmState {
  const beyond = values.filter((value) =>
    value === undefined ? alarm.missing === 'breaching' : BEYOND[alarm.comparison](value, alarm.threshold),
  );
  return beyond.length >= alarm.datapoints ? 'ALARM' : 'OK';
}

function valuesOf(alarm: AlarmDefinition, store: SeriesStore, now: number): (number | undefined)[] {
  return Array.from({ length: alarm.periods }, (_, index) => {
    const end = now - index * alarm.periodSeconds * 1000;
    const values = [...alarm.metrics].map(([id, metric]) => [id, statisticOf(store, metric, end)] as const);
    return alarm.formula(new Map(values));
  });
}

function lastValueAt({ metrics }: AlarmDefinition, store: SeriesStore): number | undefined {
  const times = [...metrics.values()].flatMap((metric) => store.pointsOf(metric).at(-1)?.at ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
