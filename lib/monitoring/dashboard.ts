// The dashboard of a store: what needs a person at the top, what the store does below.

import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Operation } from '../../core/keys/run.ts';
import type { Sweep } from '../clean-up/sweep.ts';
import { storeName } from '../cloudwatch/names.ts';
import type { StoreAlarmsByName } from '../cloudwatch/runbook.ts';
import type { StoreStateMachines } from '../sagas/store-state-machines.ts';
import type { StreamMetrics } from './alarms.ts';
import type { ExpressMetric } from './express-patterns.ts';
import type { RunMetric, RunMetrics } from './run-metrics.ts';

export interface DashboardSources {
  /** Whom the dashboard is of. */
  readonly store: Construct;
  readonly metrics: RunMetrics;
  readonly stateMachines: StoreStateMachines;
  /** Those of the Express lane, if the store has one. */
  readonly express: StoreStateMachines | undefined;
  readonly sweep: Sweep;
  readonly stream: StreamMetrics | undefined;
  readonly alarms: StoreAlarmsByName;
}

const OPERATIONS = ['create', 'update', 'delete'] as const satisfies readonly Operation[];
const OUTCOME_COLORS = {
  RolledBack: Color.ORANGE,
  Rejected: Color.GREY,
  Stopped: Color.PURPLE,
  OutcomeUnknown: Color.BROWN,
  Stuck: Color.RED,
} as const satisfies Partial<Record<RunMetric, string>>;

const EXPRESS_COLORS = {
  ExpressContinued: Color.BLUE,
  ExpressConflicts: Color.PINK,
  ExpressRolledBack: Color.ORANGE,
  ExpressRejected: Color.GREY,
  ExpressOutcomeUnknown: Color.BROWN,
  ExpressUnsettled: Color.RED,
} as const satisfies Record<ExpressMetric, string>;

/** A row of the state of alarms where there are any, then runs, those of the Express lane if there is one, tasks, the stream if there is one, and sweeps. */
export function createDashboard(scope: Construct, sources: DashboardSources): Dashboard {
  const alarms = Object.values(sources.alarms);
  const rows: IWidget[][] = [
    ...(alarms.length > 0
      ? [[new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 3, alarms })]]
      : []),
    [outcomes(sources), durations(sources.stateMachines, 'How long runs take (milliseconds)')],
    [...OPERATIONS.map((operation) => failures(sources, operation))],
    ...(sources.express ? [expressLane(sources.metrics, sources.express)] : []),
    [hindrances(sources), tasks(sources)],
    ...(sources.stream ? [[stream(sources.stream), sweeps(sources)]] : [[sweeps(sources)]]),
  ];
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `Twinwrite-${storeName(sources.store).replace(/[^\w-]/g, '-')}`.slice(0, 255),
    defaultInterval: Duration.days(1),
    widgets: rows,
  });
}

function graph(
  title: string,
  left: IMetric[],
  more: { right?: IMetric[]; width?: number } = {},
): GraphWidget {
  return new GraphWidget({ title, left, leftYAxis: { min: 0 }, width: 12, height: 6, ...more });
}

function outcomes({ metrics, stateMachines }: DashboardSources): IWidget {
  const others = Object.entries(OUTCOME_COLORS).map(([name, color]) =>
    metrics.metric(name as RunMetric, { color }),
  );
  return graph('How runs end', committed(stateMachines), { right: others });
}

function expressLane(metrics: RunMetrics, express: StoreStateMachines): IWidget[] {
  const others = Object.entries(EXPRESS_COLORS).map(([name, color]) =>
    metrics.metric(name as ExpressMetric, { color, label: name.replace(/^Express/, '') }),
  );
  return [
    graph('Express lane: how runs end', committed(express), { right: others }),
    durations(express, 'Express lane: how long runs take (milliseconds)'),
  ];
}

function committed(stateMachines: StoreStateMachines): IMetric[] {
  return OPERATIONS.map((operation) =>
    stateMachines[operation].metricSucceeded({ label: `committed: ${operation}` }),
  );
}

function durations(stateMachines: StoreStateMachines, title: string): IWidget {
  const metrics = OPERATIONS.flatMap((operation) =>
    [Stats.percentile(50), Stats.percentile(99)].map((statistic) =>
      stateMachines[operation].metricTime({ statistic, label: `${operation}, ${statistic}` }),
    ),
  );
  return graph(title, metrics);
}

function failures({ metrics }: DashboardSources, operation: Operation): IWidget {
  const counted = Object.entries(OUTCOME_COLORS).map(([name, color]) =>
    metrics.metric(name as RunMetric, { operation, color }),
  );
  return graph(`Not committed: ${operation}`, counted, { width: 8 });
}

function hindrances({ metrics }: DashboardSources): IWidget {
  const names = ['Conflicts', 'WritesThrottled', 'CleanupDeferred'] as const;
  return graph(
    'What runs met on their way',
    names.map((name) => metrics.metric(name)),
  );
}

function tasks({ metrics }: DashboardSources): IWidget {
  return graph('Attempts of tasks that failed', [
    metrics.metric('TaskErrors', { color: Color.RED }),
    metrics.metric('TaskThrottles', { color: Color.ORANGE }),
  ]);
}

function stream({ delay, givenUp, lost }: StreamMetrics): IWidget {
  return graph('Clean-up after removed items: delay (milliseconds), records given up', [delay], {
    right: [givenUp, lost],
  });
}

function sweeps({ sweep }: DashboardSources): IWidget {
  const names = ['Orphans', 'Deleted', 'Failed'] as const;
  return graph(
    'Sweeps: objects that nothing points at',
    names.map((name) => sweep.metric(name)),
    { right: [sweep.metric('OrphanBytes')] },
  );
}
