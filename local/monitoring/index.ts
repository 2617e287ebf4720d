// The local CloudWatch, as far as tests of alarms need it: metrics of state machines and functions, of metric filters and of
// what functions embed in their logs, in memory; and the alarms of templates over them. It has no API and tells nobody. What
// state machines and functions log is kept for the API of CloudWatch Logs (../logs).

import type { Clock } from '../clock.ts';
import { type AlarmDefinition, stateOf } from './alarms.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { type EventMatcher, fieldOf } from './filter-pattern.ts';
import { createLogGroups, type LogGroups } from './log-groups.ts';
import { createSeries } from './series.ts';
import {
  type HistoryEvent,
  type LoggedExecution,
  type LogSettings,
  logRecord,
  sizeOf,
  streamOf,
} from './state-machine-logs.ts';
import type { MetricName, Monitoring } from './types.ts';

export type { AlarmDefinition, Comparison } from './alarms.ts';
export { checkField, compileFilterPattern, type EventMatcher } from './filter-pattern.ts';
export { compileMath, type Formula } from './math.ts';
export type { HistoryEvent, LoggedExecution, LogSettings } from './state-machine-logs.ts';
export type {
  AlarmState,
  DataPoint,
  LocalAlarm,
  MetricName,
  MetricSeries,
  MetricStatistic,
  Monitoring,
  Statistic,
} from './types.ts';

/** A metric filter: what it counts of which events. */
export interface MetricFilter {
  readonly logGroup: string;
  readonly matches: EventMatcher;
  readonly namespace: string;
  readonly name: string;
  /** A number, or the path of a field. */
  readonly value: number | string;
  /** Paths of fields, by name. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What a function is called and where it logs. */
export interface LoggingFunction {
  readonly name: string;
  readonly logGroup: string;
}

/** What the cloud itself uses of it: where things are made known, and told. */
export interface CloudWatch extends Monitoring {
  readonly logGroups: LogGroups;
  addFilter(filter: MetricFilter): void;
  addAlarm(alarm: AlarmDefinition): void;
  /** @param settings - undefined: it logs nothing */
  addStateMachine(arn: string, settings: LogSettings | undefined): void;
  addFunction(definition: LoggingFunction): void;
  /** A value that somebody measured now. */
  put(metric: MetricName, value: number): void;
  /** A value that is what it is until it changes, measured whenever somebody looks. */
  gauge(metric: MetricName, value: () => number): void;
  /** An event was added to the history of an execution. */
  executionEvent(execution: LoggedExecution, event: HistoryEvent): void;
  /** A function wrote a line. */
  functionLine(functionName: string, line: string): void;
}

/** AWS/States: metrics of a state machine by the event that they count. */
const COUNTED_EVENTS: Readonly<Record<string, string>> = {
  ExecutionStarted: 'ExecutionsStarted',
  ExecutionSucceeded: 'ExecutionsSucceeded',
  ExecutionFailed: 'ExecutionsFailed',
  ExecutionAborted: 'ExecutionsAborted',
  ExecutionTimedOut: 'ExecutionsTimedOut',
};

export function createCloudWatch(clock: Clock): CloudWatch {
  const series = createSeries();
  const logGroups = createLogGroups(clock);
  const filters = new Map<string, MetricFilter[]>();
  const alarms = new Map<string, AlarmDefinition>();
  const machines = new Map<string, LogSettings | undefined>();
  const functionLogs = new Map<string, string>();
  const gauges: (() => void)[] = [];

  const put = (metric: MetricName, value: number, at = clock.now()): void =>
    series.put(metric, { at, value });
  const measure = (): void => {
    for (const gauge of gauges) gauge();
  };
  const filterEvent = (logGroup: string, event: unknown, at: number): void => {
    for (const filter of filters.get(logGroup) ?? []) {
      if (!filter.matches(event)) continue;
      const value = typeof filter.value === 'number' ? filter.value : fieldOf(event, filter.value);
      const dimensions = dimensionsOf(filter, event);
      if (typeof value !== 'number' || dimensions === undefined) continue;
      put({ namespace: filter.namespace, name: filter.name, dimensions }, value, at);
    }
  };
  const countExecution = ({ stateMachineArn, startedAt }: LoggedExecution, event: HistoryEvent): void => {
    const name = Object.hasOwn(COUNTED_EVENTS, event.type) ? COUNTED_EVENTS[event.type] : undefined;
    if (name === undefined) return;
    const metric = { namespace: 'AWS/States', dimensions: { StateMachineArn: stateMachineArn } };
    put({ ...metric, name }, 1, event.timestamp);
    if (event.type === 'ExecutionStarted') return;
    put({ ...metric, name: 'ExecutionTime' }, event.timestamp - startedAt, event.timestamp);
  };

  return {
    logGroups,
    addFilter: (filter) =>
      void filters.set(filter.logGroup, [...(filters.get(filter.logGroup) ?? []), filter]),
    addAlarm: (alarm) => void alarms.set(alarm.name, alarm),
    addStateMachine: (arn, settings) => void machines.set(arn, settings),
    addFunction: ({ name, logGroup }) => void functionLogs.set(name, logGroup),
    put: (metric, value) => put(metric, value),
    gauge: (metric, value) => void gauges.push(() => put(metric, value())),
    executionEvent(execution, event) {
      // Children of Map Runs belong to no state machine of this name.
      if (!machines.has(execution.stateMachineArn)) return;
      countExecution(execution, event);
      const settings = machines.get(execution.stateMachineArn);
      const record = settings && logRecord(execution, event, settings);
      if (settings === undefined || record === undefined) return;
      logGroups.append(settings.logGroup, {
        timestamp: event.timestamp,
        stream: streamOf(execution),
        bytes: sizeOf(record),
        message: () => JSON.stringify(record),
      });
      filterEvent(settings.logGroup, record, event.timestamp);
    },
    functionLine(functionName, line) {
      const logGroup = functionLogs.get(functionName);
      if (logGroup === undefined) return;
      const timestamp = clock.now();
      const stream = streamOfFunction(timestamp);
      logGroups.append(logGroup, { timestamp, stream, bytes: line.length, message: () => line });
      if (!line.startsWith('{')) return;
      const event = parsed(line);
      if (event === undefined) return;
      for (const { metric, value } of embeddedMetrics(event)) put(metric, value);
      filterEvent(logGroup, event, timestamp);
    },
    metrics() {
      measure();
      return series.all();
    },
    sum: (metric) => series.pointsOf(metric).reduce((sum, { value }) => sum + value, 0),
    alarms() {
      measure();
      const now = clock.now();
      return [...alarms.values()].map((alarm) => ({
        name: alarm.name,
        description: alarm.description,
        state: stateOf(alarm, series, now),
      }));
    },
  };
}

/** A day's; on AWS each sandbox of the function has its own. */
function streamOfFunction(at: number): string {
  const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${'0'.repeat(32)}`;
}

/** Undefined where the event lacks one of them: then CloudWatch publishes nothing. */
function dimensionsOf(filter: MetricFilter, event: unknown): Record<string, string> | undefined {
  const entries = Object.entries(filter.dimensions).map(
    ([name, path]) => [name, fieldOf(event, path)] as const,
  );
  if (entries.some(([, value]) => value === undefined || typeof value === 'object')) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
