import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseSweepInput } from '../../../core/sweep/contract.ts';
import { LargeItemStore, type LargeItemStoreProps, type SweepProps } from '../../../lib/index.ts';
import { rights } from '../template.ts';

function made(sweep: SweepProps = {}, more: (stack: Stack) => LargeItemStoreProps = () => ({})) {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'Test');
  const store = new LargeItemStore(stack, 'Docs', { sweep, ...more(stack) });
  return { stack, store, template: () => Template.fromStack(stack) };
}

const daily = ScheduleExpression.rate(Duration.days(1));

describe('a schedule', () => {
  const { store, template: synthesise } = made({ schedule: daily, alarmAbove: 5 });
  let template: Template;
  beforeAll(() => {
    template = synthesise();
  });

  const inputOf = (from: Template): unknown => {
    const [schedule] = Object.values(from.findResources('AWS::Scheduler::Schedule'));
    return JSON.parse(schedule?.Properties.Target.Input);
  };

  test('only reports until it is switched, with a grace of a day, and the sweep takes its input', () => {
    expect(inputOf(template)).toEqual({ grace: '86400s', dryRun: true });
    expect(parseSweepInput(inputOf(template))).toMatchObject({ graceSeconds: 86_400 });
    const switched = made({ schedule: daily, dryRun: false, grace: Duration.days(2) });
    expect(inputOf(switched.template())).toEqual({ grace: '172800s', dryRun: false });
  });

  test('may start the sweep, keep what it could not start, and nothing else', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 day)' });
    const [, scheduler] =
      Object.entries(rights(template)).find(([role]) => role.startsWith('SchedulerRole')) ?? [];
    expect(scheduler).toEqual({
      DocsSweepMachine: ['states:StartExecution'],
      DocsSweepFailures: ['sqs:SendMessage'],
    });
  });

  test('comes with an alarm on the orphans that a sweep finds', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Twinwrite',
      MetricName: 'Orphans',
      Dimensions: [{ Name: 'Store', Value: 'Test/Docs' }],
      Threshold: 5,
      TreatMissingData: 'ignore',
    });
    expect(store.sweep.alarm).toBeDefined();
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(JSON.stringify(functions)).toContain('metricName\\":\\"Test/Docs');
  });
});

test('a grace that is too short is refused, with the reason', () => {
  expect(() => made({ grace: Duration.minutes(59) })).toThrow(
    /^LargeItemStore: sweep\.grace: a grace is at least 1h: a writer may have put .*, got 59 minutes$/,
  );
});

test.each([['items'], ['staging/x'], ['items/sweeps'], [''], ['/a']])(
  'reports in %j are refused',
  (reportPrefix) => {
    expect(() => made({ reportPrefix })).toThrow(/^LargeItemStore: .*sweep\.reportPrefix/);
  },
);

test('reports among which objects could lie are refused: they expire', () => {
  const objectKeyTemplate = '{prefix}/reports/pk={pk}/attr={attr}/{sha256}/{run}';
  expect(() => made({ reportPrefix: 'reports' }, () => ({ prefix: '', objectKeyTemplate }))).toThrow(
    /without a prefix its keys could lie below sweep\.reportPrefix "reports"/,
  );
});

test('grantSweep lets someone start and watch sweeps, and read their reports', () => {
  const { stack, store, template } = made();
  store.grantSweep(new Role(stack, 'Person', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
  const [, person = {}] =
    Object.entries(rights(template())).find(([role]) => role.startsWith('Person')) ?? [];
  expect(person).toEqual({
    DocsSweepMachine: ['states:StartExecution'],
    'execution:DocsSweepMachine:*': ['states:DescribeExecution', 'states:ListMapRuns'],
    'mapRun:DocsSweepMachine/*': ['states:DescribeMapRun'],
    'sweeps/*': ['s3:GetObject'],
  });
});

test('an inventory may be read by the sweep', () => {
  const { template } = made({}, (stack) => ({
    sweep: { inventory: { bucket: new Bucket(stack, 'Inventory'), prefix: 'lists' } },
  }));
  const all = rights(template());
  for (const role of ['DocsSweepPlan', 'DocsSweepMachine']) {
    const granted = Object.entries(all[role] ?? {}).filter(([name]) => name.startsWith('Inventory'));
    expect(granted).toEqual([
      [expect.stringMatching(/\/lists\/\*$/), ['s3:GetObject']],
      [expect.stringMatching(/^Inventory\w+$/), ['s3:ListBucket']],
    ]);
  }
});

test('a bucket with a key of its own: reports are written and read with it', () => {
  const { template } = made({}, (stack) => ({
    bucket: new Bucket(stack, 'B', { encryptionKey: new Key(stack, 'K') }),
  }));
  template().hasResourceProperties('AWS::IAM::Policy', {
    PolicyName: Match.stringLikeRegexp('SweepMachineRole'),
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:GenerateDataKey', 'kms:Decrypt'] })]),
    }),
  });
});
