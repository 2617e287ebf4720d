// What a store tells of itself: metrics always, alarms and a dashboard where they are asked for.

import { type Dashboard, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RemovedItems } from '../clean-up/removed-items.ts';
import type { Sweep } from '../clean-up/sweep.ts';
import type { StoreAlarmsByName } from '../cloudwatch/runbook.ts';
import type { ExpressLane } from '../sagas/express-lane.ts';
import type { StoreStateMachines } from '../sagas/store-state-machines.ts';
import { type AlarmsProps, StoreAlarms, type StreamMetrics } from './alarms.ts';
import { createDashboard } from './dashboard.ts';
import { RunMetrics } from './run-metrics.ts';

export interface MonitoringProps {
  readonly alarms: AlarmsProps | undefined;
  readonly dashboard: boolean | undefined;
  readonly stateMachines: StoreStateMachines;
  readonly sweep: Sweep;
  readonly removedItems: RemovedItems | undefined;
  /** Of the sagas' state machines alone. */
  readonly logs: ILogGroup;
  /** If the store has one. */
  readonly lane: ExpressLane | undefined;
}

/** Metrics, alarms and dashboard of the store in whose scope it is. */
export class Monitoring extends Construct {
  readonly metrics: RunMetrics;
  readonly alarms: StoreAlarmsByName;
  readonly dashboard: Dashboard | undefined;

  /** @throws {Error} as {@link StoreAlarms} */
  constructor(store: Construct, id: string, props: MonitoringProps) {
    super(store, id);
    const { alarms, stateMachines, sweep, removedItems, logs, lane } = props;
    const expressLogs = lane?.logs;
    this.metrics = new RunMetrics(this, 'Metrics', { store, stateMachines, logs, expressLogs });
    const stream = removedItems && streamMetrics(removedItems);
    const watched = { metrics: this.metrics, stateMachines, express: lane?.stateMachines, sweep, stream };
    this.alarms = alarms ? new StoreAlarms(this, 'Alarms', { ...alarms, ...watched }).byName : {};
    this.dashboard = props.dashboard
      ? createDashboard(this, { store, ...watched, alarms: this.alarms })
      : undefined;
  }
}

/** Lambda Developer Guide, "Types of metrics": what goes to the failure destination is not counted as dropped. */
function streamMetrics({ consumer, mappingId }: RemovedItems): StreamMetrics {
  const counted = (metricName: string, label: string): Metric =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { EventSourceMappingUUID: mappingId },
      statistic: Stats.SUM,
      period: Duration.minutes(5),
      label,
    });
  return {
    delay: consumer.metric('IteratorAge', { statistic: Stats.MAXIMUM, label: 'delay' }),
    givenUp: counted('OnFailureDestinationDeliveredEventCount', 'given up'),
    lost: counted('DroppedEventCount', 'lost'),
  };
}
