// What a store counts, and what its alarms watch.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, test } from 'vitest';
import { TASK_ERRORS } from '../../../core/errors/errors.ts';
import { type AlarmsProps, LargeItemStore, type LargeItemStoreProps } from '../../../lib/index.ts';
import { compileFilterPattern } from '../../../local/monitoring/index.ts';
import { substituted } from '../template.ts';

const daily = ScheduleExpression.rate(Duration.days(1));

function made(props: LargeItemStoreProps = {}, alarms?: Omit<AlarmsProps, 'topic'>, stackName?: string) {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'Test', stackName === undefined ? {} : { stackName });
  const topic = new Topic(stack, 'Topic');
  const store = new LargeItemStore(stack, 'Docs', {
    ...props,
    ...(alarms && { alarms: { topic, ...alarms } }),
  });
  return { stack, store, template: () => Template.fromStack(stack) };
}

/** With all that alarms can watch. */
const everything: LargeItemStoreProps = {
  ttl: 'at',
  sweep: { schedule: daily },
  express: true,
  dashboard: true,
};

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions: unknown[];
  readonly OKActions: unknown[];
}

describe('metrics', () => {
  let template: Template;
  let store: LargeItemStore;
  beforeAll(() => {
    const all = made();
    store = all.store;
    template = all.template();
  });

  const filters = () => Object.values(template.findResources('AWS::Logs::MetricFilter'));

  test('are counted from the logs of the sagas, which hold no sweeps', () => {
    const groups = filters().map(({ Properties }) => substituted(Properties.LogGroupName));
    expect(new Set(groups)).toEqual(new Set([expect.stringMatching(/^DocsLogs/)]));
    const machines = Object.entries(template.findResources('AWS::StepFunctions::StateMachine'));
    for (const [id, { Properties }] of machines) {
      const [destination] = Properties.LoggingConfiguration.Destinations;
      const logs = substituted(destination.CloudWatchLogsLogGroup.LogGroupArn);
      expect(logs).toMatch(id.includes('Sweep') ? /^DocsSweepLogs/ : /^DocsLogs/);
    }
  });

  test('have patterns that CloudWatch takes, and no value where nothing matches', () => {
    for (const { Properties } of filters()) {
      const pattern = substituted(Properties.FilterPattern);
      // The API reference's limit, with room for ARNs that are longer once deployed.
      expect(pattern.length, pattern).toBeLessThan(pattern.includes('$.execution_arn') ? 924 : 1025);
      for (const transformation of Properties.MetricTransformations) {
        expect(transformation).toMatchObject({ MetricNamespace: 'Twinwrite/Test/Docs', MetricValue: '1' });
        expect(transformation).not.toHaveProperty('DefaultValue');
      }
    }
  });

  test('take no answer of a task for an error', () => {
    const [pattern] = filters()
      .filter(({ Properties }) => Properties.MetricTransformations[0].MetricName === 'TaskErrors')
      .map(({ Properties }) => substituted(Properties.FilterPattern));
    for (const name of TASK_ERRORS) {
      const isFamily = name.startsWith('Write');
      expect(pattern).toContain(` && $.details.error != "${isFamily ? 'Write*' : name}"`);
    }
  });

  test('each name that the construct gives is one that a filter makes', () => {
    const names = [
      ...[
        'Rejected',
        'RolledBack',
        'OutcomeUnknown',
        'Stuck',
        'CleanupDeferred',
        'Conflicts',
        'WritesThrottled',
      ],
    ] as const;
    const made = filters().map(({ Properties }) => {
      const [{ MetricName, Dimensions = [] }] = Properties.MetricTransformations;
      return [MetricName, ...Dimensions.map(({ Key }: { Key: string }) => Key)].join(' ');
    });
    const all = names as readonly Parameters<typeof store.metric>[0][];
    const given = all.flatMap((name) => [
      store.metric(name),
      ...(['create', 'update', 'delete'] as const).map((operation) => store.metric(name, { operation })),
    ]);
    const ofTasks = (['Stopped', 'TaskErrors', 'TaskThrottles'] as const).map((name) => store.metric(name));
    for (const { metricName, dimensions, namespace } of [...given, ...ofTasks]) {
      expect(made).toContain([metricName, ...Object.keys(dimensions ?? {})].join(' '));
      expect(namespace).toBe('Twinwrite/Test/Docs');
    }
    expect(made).toHaveLength(15);
  });

  test('of single operations: what Step Functions counts by machine is its own', () => {
    const machineOf = (metric: IMetric) => metric.toMetricConfig().metricStat;
    for (const metric of [
      store.metric('Stopped', { operation: 'update' }),
      store.metricCommitted('update'),
      store.metricDuration('update'),
    ]) {
      expect(machineOf(metric)).toMatchObject({ namespace: 'AWS/States' });
    }
    expect(() => store.metric('TaskErrors', { operation: 'update' })).toThrow(/counted for the store/);
  });

  test('of two deployments of one app are apart', () => {
    for (const { Properties } of Object.values(
      made({}, undefined, 'Test-staging').template().findResources('AWS::Logs::MetricFilter'),
    )) {
      expect(Properties.MetricTransformations[0].MetricNamespace).toBe('Twinwrite/Test-staging/Docs');
    }
  });
});

describe('alarms', () => {
  const { store, template: synthesise } = made(everything, {});
  let alarms: Record<string, AlarmProperties>;
  beforeAll(() => {
    const found = Object.entries(synthesise().findResources('AWS::CloudWatch::Alarm'));
    alarms = Object.fromEntries(found.map(([id, { Properties }]) => [id, Properties as AlarmProperties]));
  });

  test('are none unless asked for, but that on orphans', () => {
    made().template().resourceCountIs('AWS::CloudWatch::Alarm', 0);
    const scheduled = made({ sweep: { schedule: daily } });
    scheduled.template().resourceCountIs('AWS::CloudWatch::Alarm', 1);
    expect(scheduled.store.alarms).toEqual({});
  });

  test('are there by name, and tell the topic when they go off and when they are over', () => {
    expect(Object.keys(store.alarms).toSorted()).toEqual(
      [
        'cleanUpsDeferred',
        'orphans',
        'outcomeUnknown',
        'rolledBack',
        'streamDelayed',
        'streamRecordsGivenUp',
        'streamRecordsLost',
        'stuck',
        'stopped',
        'sweepFailed',
        'sweepIncomplete',
        'sweepNotStarted',
        'sweepOverdue',
        'taskErrors',
        'taskThrottles',
        'unsettled',
      ].toSorted(),
    );
    expect(Object.keys(alarms)).toHaveLength(16);
    for (const [id, { AlarmActions, OKActions }] of Object.entries(alarms)) {
      expect(AlarmActions.map(substituted), id).toEqual([expect.stringMatching(/^Topic/)]);
      expect(OKActions, id).toEqual(AlarmActions);
    }
  });

  test('watch what is there: neither lane nor stream nor schedule without them', () => {
    const names = Object.keys(made({}, {}).store.alarms);
    expect(names.filter((name) => /^(unsettled|stream|sweep|orphans)/.test(name))).toEqual([]);
    expect(names).toContain('stuck');
  });

  test('each has a section in the runbook, with a command, and says where it is', () => {
    const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
    const sections = new Map(
      runbook
        .split(/^## /m)
        .slice(1)
        .map((section) => [section.slice(0, section.indexOf('\n')), section]),
    );
    const linked = Object.values(alarms).map(
      ({ AlarmDescription }) => / docs\/runbook\.md#([a-z-]+)$/.exec(AlarmDescription)?.[1] ?? '',
    );
    expect(new Set(linked).size).toBe(16);
    expect([...sections.keys()].map((title) => title.toLowerCase().replaceAll(' ', '-'))).toEqual(
      expect.arrayContaining(linked),
    );
    for (const [title, section] of sections) {
      if (!linked.includes(title.toLowerCase().replaceAll(' ', '-'))) continue;
      expect(section, title).toMatch(/^(npx )?twinwrite \w/m);
    }
  });

  test('each is staged on the local cloud', () => {
    const folder = join(import.meta.dirname, '../../monitoring');
    const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const staged = tests.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    for (const { AlarmDescription } of Object.values(alarms)) {
      expect(staged).toContain(`'${AlarmDescription.slice(AlarmDescription.indexOf('#') + 1)}'`);
    }
  });

  test('name a runbook of your own', () => {
    const { template } = made(everything, { runbook: 'https://wiki.example.com/twinwrite' });
    const found = Object.values(template().findResources('AWS::CloudWatch::Alarm'));
    for (const { Properties } of found) {
      expect(Properties.AlarmDescription).toMatch(/https:\/\/wiki\.example\.com\/twinwrite#[a-z-]+$/);
    }
  });

  test.each([
    [ScheduleExpression.rate(Duration.days(1)), { Period: 86_400, EvaluationPeriods: 2 }],
    [ScheduleExpression.rate(Duration.hours(6)), { Period: 3_600, EvaluationPeriods: 12 }],
    [ScheduleExpression.rate(Duration.minutes(10)), { Period: 3_600, EvaluationPeriods: 1 }],
    [ScheduleExpression.rate(Duration.days(3)), { Period: 86_400, EvaluationPeriods: 6 }],
  ])('a sweep by %j is overdue after twice its time', (schedule, expected) => {
    made({ sweep: { schedule } }, {})
      .template()
      .hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: 'ExecutionsSucceeded',
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
        ...expected,
      });
  });

  test.each([ScheduleExpression.rate(Duration.days(7)), ScheduleExpression.cron({ hour: '3', minute: '0' })])(
    'a sweep by %j is never said to be overdue: no alarm looks back so far, or knows when',
    (schedule) => {
      expect(made({ sweep: { schedule } }, {}).store.alarms).not.toHaveProperty('sweepOverdue');
    },
  );

  test('stream records are counted only for an alarm, since that costs', () => {
    const counted = { MetricsConfig: { Metrics: ['EventCount'] } };
    made({ ttl: 'at' }, {}).template().hasResourceProperties('AWS::Lambda::EventSourceMapping', counted);
    made({ ttl: 'at' })
      .template()
      .hasResourceProperties('AWS::Lambda::EventSourceMapping', { MetricsConfig: Match.absent() });
  });

  test.each([-1, 101, Number.NaN])('refuse a share of %j', (rolledBackPercent) => {
    expect(() => made({}, { rolledBackPercent })).toThrow(/^LargeItemStore: alarms\.rolledBackPercent/);
  });
});

describe('of the Express lane', () => {
  const { store, template: synthesise } = made({ express: true }, {});
  const NAMES = [
    ...(['ExpressRejected', 'ExpressRolledBack', 'ExpressConflicts'] as const),
    ...(['ExpressOutcomeUnknown', 'ExpressContinued', 'ExpressUnsettled'] as const),
  ];
  let patterns: Record<string, string>;
  let metrics: Record<string, string>;
  beforeAll(() => {
    const filters = Object.entries(synthesise().findResources('AWS::Logs::MetricFilter'));
    const ofLane = filters.filter(([, { Properties }]) =>
      substituted(Properties.LogGroupName).startsWith('DocsExpressLogs'),
    );
    const idOf = (id: string) => id.replace(/^DocsMonitoringMetrics|[0-9A-F]{8}$/g, '');
    patterns = Object.fromEntries(
      ofLane.map(([id, { Properties }]) => [idOf(id), substituted(Properties.FilterPattern)]),
    );
    metrics = Object.fromEntries(
      ofLane.map(([id, { Properties }]) => [idOf(id), Properties.MetricTransformations[0].MetricName]),
    );
  });

  /** Which of the lane's metrics count an event. */
  const counting = (event: object) =>
    NAMES.filter((name) => compileFilterPattern(patterns[name] ?? '')(event));
  const failed = (error: string) => ({ type: 'ExecutionFailed', details: { error, cause: '{}' } });

  test.each([
    ['Rejected.NotFound', 'ExpressRejected'],
    ['RolledBack.WriteRefused', 'ExpressRolledBack'],
    ['RolledBack.Conflict', 'ExpressConflicts'],
    ['Rejected.Conflict', 'ExpressConflicts'],
    ['OutcomeUnknown', 'ExpressOutcomeUnknown'],
    ['Continued', 'ExpressContinued'],
    ['States.Runtime', 'ExpressUnsettled'],
    ['Lambda.Unknown', 'ExpressUnsettled'],
  ])('an end by %s is counted as %s, and as nothing else', (error, name) => {
    expect(counting(failed(error))).toEqual([name]);
  });

  test('a time-out is counted as one that nobody knows the end of; what has not ended is not counted', () => {
    expect(counting({ type: 'ExecutionTimedOut', details: {} })).toEqual(['ExpressUnsettled']);
    expect(counting({ type: 'TaskFailed', details: { error: 'States.Timeout' } })).toEqual([]);
    expect(counting({ type: 'FailStateEntered', details: { name: 'HandedOver' } })).toEqual([]);
  });

  test('attempts of tasks are counted with those of the Standard lane', () => {
    expect(metrics).toMatchObject({
      ExpressTaskErrors: 'TaskErrors',
      ExpressTaskThrottles: 'TaskThrottles',
    });
    const isError = compileFilterPattern(patterns.ExpressTaskErrors ?? '');
    const taskFailed = (error: string) => ({ type: 'TaskFailed', details: { error } });
    expect(isError(taskFailed('Runtime.ExitError'))).toBe(true);
    expect(isError(taskFailed('WriteInDoubt'))).toBe(false);
    expect(isError(taskFailed('StepFunctions.ExecutionAlreadyExistsException'))).toBe(false);
  });

  test('have patterns that CloudWatch takes', () => {
    for (const pattern of Object.values(patterns)) expect(pattern.length, pattern).toBeLessThan(1025);
  });

  test('each name that the construct gives is one that a filter makes, for the store alone', () => {
    for (const name of NAMES) {
      expect(store.metric(name)).toMatchObject({ namespace: 'Twinwrite/Test/Docs', metricName: name });
      expect(metrics[name]).toBe(name);
      expect(() => store.metric(name, { operation: 'create' })).toThrow(/counted for the store/);
      expect(() => made().store.metric(name)).toThrow(
        `LargeItemStore: ${name} is counted with the prop express, which is not given`,
      );
    }
  });

  test('hand-overs and conflicts raise no alarm; roll-backs and unknown outcomes of both lanes do', () => {
    const alarms = JSON.stringify(synthesise().findResources('AWS::CloudWatch::Alarm'));
    const watched = NAMES.filter((name) => alarms.includes(`"MetricName":"${name}"`));
    expect(watched).toEqual(['ExpressRolledBack', 'ExpressOutcomeUnknown', 'ExpressUnsettled']);
    for (const operation of ['Create', 'Update', 'Delete']) {
      expect(alarms).toContain(`"Ref":"DocsExpress${operation}`);
    }
  });

  test('the alarms of a store without it are as they were', () => {
    const alarmsOf = (props: LargeItemStoreProps) =>
      made(props, {}).template().findResources('AWS::CloudWatch::Alarm');
    const [without, withLane] = [alarmsOf({}), alarmsOf({ express: true })];
    const changed = Object.keys(without).filter(
      (id) => JSON.stringify(without[id]) !== JSON.stringify(withLane[id]),
    );
    expect(changed.map((id) => id.replace(/^DocsMonitoringAlarms|[0-9A-F]{8}$/g, ''))).toEqual([
      'OutcomeUnknown',
      'RolledBack',
    ]);
  });
});

describe('the dashboard', () => {
  test('is one where it is asked for, of metrics that there are', () => {
    const { template } = made(everything, {});
    const [dashboard] = Object.values(template().findResources('AWS::CloudWatch::Dashboard'));
    const body = substituted(dashboard?.Properties.DashboardBody);
    const { widgets } = JSON.parse(body) as { widgets: { type: string; properties: { title: string } }[] };
    expect(widgets.map(({ properties }) => properties.title)).toEqual([
      'Alarms',
      'How runs end',
      'How long runs take (milliseconds)',
      'Not committed: create',
      'Not committed: update',
      'Not committed: delete',
      'Express lane: how runs end',
      'Express lane: how long runs take (milliseconds)',
      'What runs met on their way',
      'Attempts of tasks that failed',
      'Clean-up after removed items: delay (milliseconds), records given up',
      'Sweeps: objects that nothing points at',
    ]);
    made().template().resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });
});

test('what the schedule could not start is kept for 14 days, and sent by TLS alone', () => {
  const { template } = made({ sweep: { schedule: daily } });
  template().hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 86_400 });
  template().hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: Match.objectLike({
      Statement: [
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ],
    }),
  });
  template().hasResourceProperties('AWS::Scheduler::Schedule', {
    Target: Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } }),
  });
});

describe('logs', () => {
  test('of all functions are in one group, as JSON, kept as long as those of the state machines', () => {
    const {
      store,
      stack,
      template: synthesise,
    } = made({ ...everything, logRetention: RetentionDays.ONE_WEEK });
    const template = synthesise();
    const groups = template.findResources('AWS::Logs::LogGroup');
    expect(Object.keys(groups)).toHaveLength(4);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(Properties.LoggingConfig).toEqual({
        LogFormat: 'JSON',
        LogGroup: stack.resolve(store.logs.tasks.logGroupName),
      });
    }
  });
});
