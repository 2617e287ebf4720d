// What is measured and watched, as the parts of the local CloudWatch share it.

/** A metric: what CloudWatch tells apart. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
}

/** A value of a metric. */
export interface DataPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** A metric with its newest values, oldest first. */
export interface MetricSeries extends MetricName {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly points: readonly DataPoint[];
}

export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount';

/** A statistic of a metric over a period. */
export interface MetricStatistic extends MetricName {
  readonly statistic: Statistic;
  readonly periodSeconds: number;
}

/** As CloudWatch calls them. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** An alarm as it stands. */
export interface LocalAlarm {
  readonly name: string;
  readonly description: string | undefined;
  readonly state: AlarmState;
}

/** What CloudWatch would show: in memory, since the cloud started. */
export interface Monitoring {
  /** Every metric that has a value. */
  metrics(): readonly MetricSeries[];
  /** All values of a metric, added up; 0 if it has none. */
  sum(metric: MetricName): number;
  /** The alarms of the templates, by the cloud's clock, over periods that end now. */
  alarms(): readonly LocalAlarm[];
}
