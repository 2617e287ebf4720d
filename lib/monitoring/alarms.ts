// The alarms of a store: what each watches, from when on it hurts, and where an operator reads what to do.

import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Sweep } from '../clean-up/sweep.ts';
import { type AlarmName, describeAlarm, type StoreAlarmsByName } from '../cloudwatch/runbook.ts';
import { machinesOf, type StoreStateMachines } from '../sagas/store-state-machines.ts';
import type { RunMetrics } from './run-metrics.ts';
import { sweepInterval } from './sweep-interval.ts';

/** Whom the alarms of a store tell. */
export interface AlarmsProps {
  /** Told when an alarm goes off, and when it is over. A topic with a key of its own must let CloudWatch use it. */
  readonly topic: ITopic;
  /** Where your operators find the runbook; alarms name it with `#` and their section. Default: `docs/runbook.md`. */
  readonly runbook?: string;
  /** Of 100 runs, how many may be rolled back within 15 minutes. Default: 10. */
  readonly rolledBackPercent?: number;
}

/** What the alarms of a stream of removed items watch. */
export interface StreamMetrics {
  /** How far behind the consumer is. */
  readonly delay: IMetric;
  /** Records whose tries are used up, kept in the bucket. */
  readonly givenUp: IMetric;
  /** Those that could not be kept either. */
  readonly lost: IMetric;
}

export interface StoreAlarmsProps extends AlarmsProps {
  readonly metrics: RunMetrics;
  readonly stateMachines: StoreStateMachines;
  /** Those of the Express lane, if the store has one. */
  readonly express?: StoreStateMachines | undefined;
  readonly sweep: Sweep;
  /** If the store cleans up after removed items. */
  readonly stream?: StreamMetrics | undefined;
}

interface AlarmDefinition {
  readonly metric: IMetric;
  /** What has happened, as the beginning of the description. */
  readonly says: string;
  /** Goes off above this; below, for `below`. */
  readonly threshold: number;
  readonly below?: boolean;
  /** Of the last `of` periods this many. Default: 1 of 1. */
  readonly periods?: number;
  readonly of?: number;
  /** Where nothing is measured for long. Default: nothing wrong, and for `below` everything. */
  readonly missing?: TreatMissingData;
}

const ROLLED_BACK_PERCENT = 10;
/** Fewer roll-backs than this within the quarter of an hour are no rate. */
const FEWEST_ROLLED_BACK = 5;
const QUARTER = { period: Duration.minutes(15) };
const HOUR = { period: Duration.hours(1) };
/** What is to be looked at once stays visible for an hour after the last of it. */
const FOR_AN_HOUR = { periods: 1, of: 12 };

/** One alarm each, all telling one topic. */
export class StoreAlarms extends Construct {
  readonly byName: StoreAlarmsByName;

  /** @throws {Error} for a `rolledBackPercent` that is no percentage */
  constructor(scope: Construct, id: string, props: StoreAlarmsProps) {
    super(scope, id);
    checkPercent(props.rolledBackPercent);
    const action = new SnsAction(props.topic);
    const made = Object.entries(definitionsOf(props)).map(([name, definition]) => {
      const alarm = this.#make(name, definition, props.runbook);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return [name, alarm] as const;
    });
    const { alarm: orphans } = props.sweep;
    orphans?.addAlarmAction(action);
    orphans?.addOkAction(action);
    this.byName = { ...Object.fromEntries(made), ...(orphans && { orphans }) };
  }

  #make(name: string, { says, below = false, ...definition }: AlarmDefinition, runbook?: string): Alarm {
    const { metric, threshold, periods = 1, of = periods } = definition;
    const missing = below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING;
    return new Alarm(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}`, {
      alarmDescription: describeAlarm(says, name as AlarmName, runbook),
      metric,
      threshold,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: periods,
      treatMissingData: definition.missing ?? missing,
    });
  }
}

function definitionsOf(props: StoreAlarmsProps): Partial<Record<AlarmName, AlarmDefinition>> {
  return { ...ofRuns(props), ...ofExpress(props), ...ofTasks(props), ...ofStream(props), ...ofSweep(props) };
}

function ofRuns(props: StoreAlarmsProps): Partial<Record<AlarmName, AlarmDefinition>> {
  const { metrics, rolledBackPercent = ROLLED_BACK_PERCENT } = props;
  return {
    stuck: {
      metric: metrics.metric('Stuck'),
      says: 'runs have stopped half-way, at a task whose retries were used up; a redrive lets them go on.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
    outcomeUnknown: {
      metric: outcomeUnknown(props),
      says: 'whether runs were written cannot be proved; a person must look at their items.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
    stopped: {
      metric: metrics.metric('Stopped'),
      says: 'somebody has stopped runs half-way; a redrive lets them go on.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
    rolledBack: {
      metric: rolledBackRate(props),
      says: `of 100 runs more than ${rolledBackPercent} were rolled back: nothing is broken, but nothing is written.`,
      threshold: rolledBackPercent,
    },
    cleanUpsDeferred: {
      metric: metrics.metric('CleanupDeferred', HOUR),
      says: 'in three hours of a day, objects that are not needed any more could not be deleted.',
      threshold: 0,
      periods: 3,
      of: 24,
    },
  };
}

function ofExpress({ metrics, express }: StoreAlarmsProps): Partial<Record<AlarmName, AlarmDefinition>> {
  if (express === undefined) return {};
  return {
    unsettled: {
      metric: metrics.metric('ExpressUnsettled'),
      says: 'runs of the Express lane have ended without saying how; settle them.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
  };
}

function outcomeUnknown({ metrics, express }: StoreAlarmsProps): IMetric {
  const standard = metrics.metric('OutcomeUnknown');
  if (express === undefined) return standard;
  return new MathExpression({
    expression: 'SUM(METRICS("unknown"))',
    usingMetrics: { unknown: standard, unknownExpress: metrics.metric('ExpressOutcomeUnknown') },
    label: 'OutcomeUnknown, of both lanes',
    period: Duration.minutes(5),
  });
}

/** Conflicts of the Express lane are none of them: their callers start again at once. */
function rolledBackRate({ metrics, stateMachines, express }: StoreAlarmsProps): IMetric {
  const machines = [...machinesOf(stateMachines), ...(express ? machinesOf(express) : [])];
  const started = machines.map((machine, index) => [`started${index}`, machine.metricStarted(QUARTER)]);
  const rolledBack = express ? 'SUM(METRICS("rolledBack"))' : 'rolledBack';
  return new MathExpression({
    // A sum over what there is: a store without deletes has no metric of them.
    expression: `IF(${rolledBack} >= ${FEWEST_ROLLED_BACK}, 100 * ${rolledBack} / SUM(METRICS("started")), 0)`,
    usingMetrics: {
      rolledBack: metrics.metric('RolledBack', QUARTER),
      ...(express && { rolledBackExpress: metrics.metric('ExpressRolledBack', QUARTER) }),
      ...Object.fromEntries(started),
    },
    label: 'rolled back, of 100 runs',
    ...QUARTER,
  });
}

function ofTasks({ metrics }: StoreAlarmsProps): Partial<Record<AlarmName, AlarmDefinition>> {
  return {
    taskErrors: {
      metric: metrics.metric('TaskErrors', QUARTER),
      says: 'tasks crash, take too long, or are refused by AWS; retries hide it for a while.',
      threshold: 4,
    },
    taskThrottles: {
      metric: metrics.metric('TaskThrottles', QUARTER),
      says: 'Lambda throttles the tasks: runs wait and some will be rolled back.',
      threshold: 9,
    },
  };
}

function ofStream({ stream }: StoreAlarmsProps): Partial<Record<AlarmName, AlarmDefinition>> {
  if (!stream) return {};
  return {
    streamDelayed: {
      metric: stream.delay,
      says: 'the clean-up after removed items is more than an hour behind; the stream forgets after 24.',
      threshold: Duration.hours(1).toMilliseconds(),
      periods: 3,
    },
    streamRecordsGivenUp: {
      metric: stream.givenUp,
      says: 'the clean-up has given up on removed items; their records are in the bucket, their objects stay behind.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
    streamRecordsLost: {
      metric: stream.lost,
      says: 'the clean-up has given up on removed items, and their records could not be kept in the bucket.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
  };
}

function ofSweep({ sweep }: StoreAlarmsProps): Partial<Record<AlarmName, AlarmDefinition>> {
  const { schedule, stateMachine, failures } = sweep;
  if (schedule === undefined || failures === undefined) return {};
  const overdue = sweepInterval(schedule);
  return {
    sweepFailed: {
      metric: stateMachine.metricFailed(),
      says: 'a sweep has failed.',
      threshold: 0,
      ...FOR_AN_HOUR,
    },
    sweepIncomplete: {
      metric: sweep.metric('Failed').with({ period: Duration.hours(1) }),
      says: 'a sweep could not look at, or delete, some of the objects.',
      threshold: 0,
      // Until the next sweep says otherwise.
      missing: TreatMissingData.IGNORE,
    },
    sweepNotStarted: {
      metric: failures.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      says: 'the schedule could not start a sweep; what it tried is in a queue.',
      threshold: 0,
    },
    ...(overdue && {
      sweepOverdue: {
        metric: stateMachine.metricSucceeded({ period: overdue.period }),
        says: 'no sweep has succeeded for twice the time between two.',
        threshold: 1,
        below: true,
        periods: overdue.periods,
      },
    }),
  };
}

function checkPercent(percent: number | undefined): void {
  if (percent === undefined || (percent >= 0 && percent <= 100)) return;
  throw new Error(`LargeItemStore: alarms.rolledBackPercent: expected 0 to 100, got ${percent}`);
}
