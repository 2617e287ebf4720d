// The values of metrics, the newest of each.

import type { DataPoint, MetricName, MetricSeries, MetricStatistic, Statistic } from './types.ts';

/** Of one metric; the first go first. */
const KEPT_POINTS = 10_000;
/** What a filter counts by a dimension of its own for each event is not counted any more past these. */
const KEPT_METRICS = 2_000;

export interface SeriesStore {
  put(metric: MetricName, point: DataPoint): void;
  all(): readonly MetricSeries[];
  pointsOf(metric: MetricName): readonly DataPoint[];
}

export function createSeries(): SeriesStore {
  const series = new Map<string, MetricSeries & { readonly points: DataPoint[] }>();
  return {
    put({ namespace, name, dimensions = {} }, point) {
      const key = keyOf({ namespace, name, dimensions });
      let found = series.get(key);
      if (found === undefined) {
        if (series.size >= KEPT_METRICS) return;
        found = { namespace, name, dimensions, points: [] };
        series.set(key, found);
      }
      found.points.push(point);
      if (found.points.length > KEPT_POINTS) found.points.shift();
    },
    all: () => [...series.values()],
    pointsOf: (metric) => series.get(keyOf(metric))?.points ?? [],
  };
}

const REDUCTIONS: Readonly<Record<Statistic, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Average: (values) => REDUCTIONS.Sum(values) / values.length,
  Minimum: (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  Maximum: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  SampleCount: (values) => values.length,
};

/** Over the period that ends at `end`; undefined where it has no value. */
export function statisticOf(
  store: SeriesStore,
  { statistic, periodSeconds, ...metric }: MetricStatistic,
  end: number,
): number | undefined {
  const start = end - periodSeconds * 1000;
  const values = store
    .pointsOf(metric)
    .filter(({ at }) => at > start && at <= end)
    .map(({ value }) => value);
  return values.length === 0 ? undefined : REDUCTIONS[statistic](values);
}

function keyOf({ namespace, name, dimensions = {} }: MetricName): string {
  const entries = Object.entries(dimensions).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, name, entries]);
}
