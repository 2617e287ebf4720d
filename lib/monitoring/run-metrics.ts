// How runs end, and what they meet on their way, counted from the logs of the sagas' state machines: metric filters, since
// these logs are written anyway, and nothing has to be called or run for them.

import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { LANE_ERRORS, TASK_ERRORS } from '../../core/errors/errors.ts';
import type { Operation } from '../../core/keys/run.ts';
import { storeNamespace } from '../cloudwatch/names.ts';
import type { StoreStateMachines } from '../sagas/store-state-machines.ts';
import { EXPRESS_PATTERNS, type ExpressMetric, isExpressMetric } from './express-patterns.ts';
import { allOf, anyOf, entered, error, type } from './patterns.ts';

/** What is counted of runs of the Standard lane, for the store or for one operation. */
export type RunMetric =
  /** Ends: refused, undone, not to be proved, failed at a task, stopped by a person. */
  | 'Rejected'
  | 'RolledBack'
  | 'OutcomeUnknown'
  | 'Stuck'
  | 'Stopped'
  /** On the way: a clean-up left to the sweep, a write that met another, a write that DynamoDB throttled. */
  | 'CleanupDeferred'
  | 'Conflicts'
  | 'WritesThrottled';

/** What is counted of tasks, for the store: of both lanes. */
export type TaskMetric =
  /** Attempts that failed otherwise than by an answer of the protocol: crashes, time-outs, refusals of AWS. */
  | 'TaskErrors'
  /** Attempts that Lambda throttled. */
  | 'TaskThrottles';

/** Which runs a metric is of, and what it is told as any other. */
export interface RunMetricOptions extends MetricOptions {
  /** Default: all three. */
  readonly operation?: Operation;
}

/** A metric by its name, and the value of its one dimension where it has one. */
interface Counted {
  readonly metricName: 'Failed' | 'Stuck' | 'Stopped' | 'Passed' | TaskMetric | ExpressMetric;
  readonly dimension?: readonly [name: 'Outcome' | 'State', value: string];
}

/** `Failed` counts the final state by its name, `Passed` a state on the way; so one filter serves several. */
const COUNTED: Readonly<Record<RunMetric | TaskMetric, Counted>> = {
  Rejected: { metricName: 'Failed', dimension: ['Outcome', 'Rejected'] },
  RolledBack: { metricName: 'Failed', dimension: ['Outcome', 'RolledBack'] },
  OutcomeUnknown: { metricName: 'Failed', dimension: ['Outcome', 'OutcomeUnknown'] },
  Stuck: { metricName: 'Stuck' },
  Stopped: { metricName: 'Stopped' },
  CleanupDeferred: { metricName: 'Passed', dimension: ['State', 'CleanupDeferred'] },
  Conflicts: { metricName: 'Passed', dimension: ['State', 'PauseBeforeReplan'] },
  WritesThrottled: { metricName: 'Passed', dimension: ['State', 'PauseAfterThrottling'] },
  TaskErrors: { metricName: 'TaskErrors' },
  TaskThrottles: { metricName: 'TaskThrottles' },
};

const THROTTLED = 'Lambda.TooManyRequestsException';
/** What fails a task without anything being wrong with it: those of the write by their beginning, see below. */
const ANSWERS = [
  ...TASK_ERRORS.filter((name) => !name.startsWith('Write')),
  ...['Write*', 'States.DataLimitExceeded', THROTTLED],
];
/** The same in the Express lane, whose plan knows no other lane, and whose runs may find that they have been handed over. */
const EXPRESS_ANSWERS = [
  ...ANSWERS.filter((name) => !LANE_ERRORS.some((other) => other === name)),
  'StepFunctions.ExecutionAlreadyExists*',
];

/**
 * Patterns over the events that Step Functions logs (Developer Guide, "Log levels"). A stuck run is one that failed by the
 * error of a task, which is none of those that the sagas' final states give.
 */
const PATTERNS = {
  Failed: entered('Fail', ['Rejected', 'RolledBack', 'OutcomeUnknown']),
  Stuck: anyOf([
    allOf([
      type('ExecutionFailed'),
      error('!=', 'Rejected.*'),
      error('!=', 'RolledBack.*'),
      error('!=', 'OutcomeUnknown'),
    ]),
    type('ExecutionTimedOut'),
  ]),
  Stopped: type('ExecutionAborted'),
  Passed: anyOf([
    entered('Pass', ['CleanupDeferred']),
    entered('Wait', ['PauseBeforeReplan', 'PauseAfterThrottling']),
  ]),
  TaskErrors: taskErrors(ANSWERS),
  TaskThrottles: allOf([type('TaskFailed'), error('=', THROTTLED)]),
} as const satisfies Record<Exclude<Counted['metricName'], ExpressMetric>, string>;

const DIMENSIONS: Readonly<Partial<Record<Counted['metricName'], Record<string, string>>>> = {
  Failed: { Outcome: '$.details.name' },
  Passed: { State: '$.details.name' },
};

/** Counted for each operation, too. How many were stopped Step Functions tells by machine. */
const BY_OPERATION = ['Failed', 'Stuck', 'Passed'] as const;
/** Counted of the Express lane's runs, too, under the same names. */
const EXPRESS_TASK_PATTERNS: Readonly<Record<TaskMetric, string>> = {
  TaskErrors: taskErrors(EXPRESS_ANSWERS),
  TaskThrottles: PATTERNS.TaskThrottles,
};

export interface RunMetricsProps {
  /** Whom the metrics are named after. */
  readonly store: IConstruct;
  readonly stateMachines: StoreStateMachines;
  /** Of these state machines alone, at the level ALL. */
  readonly logs: ILogGroup;
  /** Of the Express lane's, at whatever level. */
  readonly expressLogs?: ILogGroup | undefined;
}

/** The metric filters of a store. */
export class RunMetrics extends Construct {
  readonly #namespace: string;
  readonly #stateMachines: StoreStateMachines;
  readonly #hasExpress: boolean;

  constructor(scope: Construct, id: string, props: RunMetricsProps) {
    super(scope, id);
    const { store, stateMachines, logs, expressLogs } = props;
    this.#namespace = storeNamespace(store);
    this.#stateMachines = stateMachines;
    this.#hasExpress = expressLogs !== undefined;
    for (const [name, pattern] of Object.entries(PATTERNS)) {
      this.#count(logs, name as Counted['metricName'], name, pattern);
    }
    for (const operation of ['create', 'update', 'delete'] as const) {
      const ofMachine = `$.execution_arn = "${executionsOf(stateMachines[operation])}"`;
      for (const name of BY_OPERATION) {
        this.#count(logs, name, nameFor(name, operation), allOf([PATTERNS[name], ofMachine]));
      }
    }
    if (expressLogs) this.#countExpress(expressLogs);
  }

  /** @throws {Error} for what is counted for the store alone when an operation is asked for, and of a lane that is not there */
  metric(
    name: RunMetric | TaskMetric | ExpressMetric,
    { operation, dimensionsMap, ...options }: RunMetricOptions = {},
  ): Metric {
    if (isExpressMetric(name) && !this.#hasExpress) {
      throw new Error(`LargeItemStore: ${name} is counted with the prop express, which is not given`);
    }
    const { metricName, dimension }: Counted = isExpressMetric(name) ? { metricName: name } : COUNTED[name];
    const given = { statistic: Stats.SUM, period: Duration.minutes(5), label: name, ...options };
    if (metricName === 'Stopped' && operation !== undefined) {
      return this.#stateMachines[operation].metricAborted(given);
    }
    if (operation !== undefined && !BY_OPERATION.some((counted) => counted === metricName)) {
      throw new Error(`LargeItemStore: ${name} is counted for the store, not for ${operation}`);
    }
    const dimensions = { ...(dimension && { [dimension[0]]: dimension[1] }), ...dimensionsMap };
    return new Metric({
      ...given,
      namespace: this.#namespace,
      metricName: operation === undefined ? metricName : nameFor(metricName, operation),
      ...(Object.keys(dimensions).length > 0 && { dimensionsMap: dimensions }),
    });
  }

  #countExpress(logs: ILogGroup): void {
    for (const [name, pattern] of Object.entries(EXPRESS_PATTERNS)) {
      this.#count(logs, name as ExpressMetric, name, pattern);
    }
    for (const [name, pattern] of Object.entries(EXPRESS_TASK_PATTERNS)) {
      this.#count(logs, name as TaskMetric, name, pattern, `Express${name}`);
    }
  }

  /** No value where nothing matches: a metric costs only for the hours in which it has one. */
  #count(
    logs: ILogGroup,
    name: Counted['metricName'],
    metricName: string,
    pattern: string,
    id = metricName,
  ): void {
    const dimensions = DIMENSIONS[name];
    new MetricFilter(this, id, {
      logGroup: logs,
      metricNamespace: this.#namespace,
      metricName,
      filterPattern: FilterPattern.literal(`{ ${pattern} }`),
      ...(dimensions && { dimensions }),
    });
  }
}

function taskErrors(answers: readonly string[]): string {
  const failed = allOf([type('TaskFailed'), ...answers.map((name) => error('!=', name))]);
  return anyOf([failed, type('TaskTimedOut')]);
}

function nameFor(name: string, operation: Operation): string {
  return `${operation.charAt(0).toUpperCase()}${operation.slice(1)}${name}`;
}

/** The ARNs of a machine's executions, as a pattern. */
function executionsOf(machine: StateMachine): string {
  return Stack.of(machine).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
