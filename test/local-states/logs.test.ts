// What state machines log, as CloudWatch Logs gives it: Standard and Express, at their level, with their data or without.

import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { invoke, machine } from './support.ts';

const ALL = '/aws/vendedlogs/states/all';
const ERRORS = '/aws/vendedlogs/states/errors';
const FATAL = '/aws/vendedlogs/states/fatal';
const UUID = '[0-9a-f-]{36}';

/** Doubles a number; fails by the name of `error`. */
const STATES = {
  Kind: {
    Type: 'Choice',
    Choices: [
      { Condition: '{% $exists($states.input.error) %}', Next: 'Fail' },
      { Condition: '{% $exists($states.input.call) %}', Next: 'Call' },
    ],
    Default: 'Double',
  },
  Double: { Type: 'Pass', Output: { twice: '{% $states.input.number * 2 %}' }, End: true },
  Fail: { Type: 'Fail', Error: '{% $states.input.error %}', Cause: '{"message":"as asked"}' },
  Call: invoke('missing', {
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }],
    End: true,
  }),
};
const HAND_OVER = {
  Start: {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution',
    Arguments: {
      StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:standard',
      Name: '{% $states.input.name %}',
      Input: '{% $states.input.input %}',
    },
    Catch: [
      {
        ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'],
        Next: 'Taken',
        Assign: { cause: '{% $states.errorOutput.Cause %}' },
      },
    ],
    Output: '{% $states.result.ExecutionArn %}',
    End: true,
  },
  Taken: { Type: 'Fail', Error: 'Taken', Cause: '{% $cause %}' },
};

function template() {
  const logging = (logGroup: string, Level: string, IncludeExecutionData: boolean) => ({
    Level,
    IncludeExecutionData,
    Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [logGroup, 'Arn'] } } }],
  });
  const stateMachine = (
    StateMachineName: string,
    StateMachineType: string,
    LoggingConfiguration: object,
    states: Record<string, unknown> = STATES,
  ) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName,
      StateMachineType,
      LoggingConfiguration,
      DefinitionString: JSON.stringify(machine(states)),
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  });
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
  const all = { Effect: 'Allow', Action: '*', Resource: '*' };
  const logGroup = (LogGroupName: string) => ({
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName, RetentionInDays: 30 },
  });
  return {
    Resources: {
      All: logGroup(ALL),
      Errors: logGroup(ERRORS),
      Fatal: logGroup(FATAL),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
          Policies: [{ PolicyName: 'all', PolicyDocument: { Version: '2012-10-17', Statement: [all] } }],
        },
      },
      Express: stateMachine('express', 'EXPRESS', logging('All', 'ALL', true)),
      Quiet: stateMachine('quiet', 'EXPRESS', logging('Errors', 'ERROR', false)),
      Standard: stateMachine('standard', 'STANDARD', logging('Fatal', 'FATAL', true)),
      HandOver: stateMachine('hand-over', 'EXPRESS', logging('All', 'ALL', false), HAND_OVER),
    },
  };
}

let cloud: LocalCloud;
let sfn: SFNClient;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  cloud = await startLocalCloud({ template: template(), timeScale: 1000 });
  const { endpoint, region, credentials } = cloud;
  sfn = new SFNClient({ endpoint, region, credentials, disableHostPrefix: true });
  logs = new CloudWatchLogsClient({ endpoint, region, credentials, maxAttempts: 1 });
});
afterAll(() => cloud?.stop());

const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
const runSync = (stateMachine: string, name: string, input: object) =>
  sfn.send(
    new StartSyncExecutionCommand({
      stateMachineArn: arnOf(stateMachine),
      name,
      input: JSON.stringify(input),
    }),
  );
const filter = (logGroupName: string, more: Partial<FilterLogEventsCommandInput> = {}) =>
  logs.send(new FilterLogEventsCommand({ logGroupName, ...more }));

/** The records of one execution, by its ARN or name. */
async function recordsOf(logGroupName: string, execution: string) {
  const { events = [] } = await filter(logGroupName, { filterPattern: `"${execution}"` });
  return events.map(({ message = '' }) => JSON.parse(message));
}

describe('an Express run', () => {
  test('leaves all its events with their data at level ALL', async () => {
    const { executionArn = '' } = await runSync('express', 'doubles', { number: 4 });
    const records = await recordsOf(ALL, executionArn);
    expect(records.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'ChoiceStateEntered', 'ChoiceStateExited'],
      ...['PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
    ]);
    expect(records[0]).toEqual({
      id: '1',
      type: 'ExecutionStarted',
      details: {
        input: '{"number":4}',
        inputDetails: { truncated: false },
        roleArn: expect.stringMatching(/^arn:aws:iam::000000000000:role\//),
      },
      previous_event_id: '0',
      event_timestamp: expect.stringMatching(/^\d{13}$/),
      execution_arn: executionArn,
      redrive_count: '0',
    });
    expect(records.at(-1)).toMatchObject({
      id: '6',
      previous_event_id: '5',
      details: { output: '{"twice":8}' },
    });
    expect(executionArn).toMatch(
      new RegExp(`^arn:aws:states:us-east-1:000000000000:express:express:doubles:${UUID}$`),
    );
  });

  test('that goes well leaves nothing at level ERROR, and what fails its error and cause', async () => {
    await runSync('quiet', 'fine', { number: 1 });
    await runSync('quiet', 'bad', { error: 'Rejected.NotFound' });
    expect(await recordsOf(ERRORS, ':fine:')).toEqual([]);
    const records = await recordsOf(ERRORS, ':bad:');
    expect(records.map(({ type, details }) => [type, details])).toEqual([
      ['FailStateEntered', { name: 'Fail' }],
      ['ExecutionFailed', { error: 'Rejected.NotFound', cause: '{"message":"as asked"}' }],
    ]);
  });

  test('leaves failed attempts at level ERROR', async () => {
    await runSync('quiet', 'retries', { call: true });
    const records = await recordsOf(ERRORS, ':retries:');
    expect(records.map(({ type, details }) => `${type} ${details.error}`)).toEqual([
      'TaskFailed Lambda.ResourceNotFoundException',
      'TaskFailed Lambda.ResourceNotFoundException',
      'ExecutionFailed Lambda.ResourceNotFoundException',
    ]);
  });

  test('counts in the metrics of its state machine', async () => {
    const dimensions = { StateMachineArn: arnOf('express') };
    const count = () =>
      cloud.monitoring.sum({ namespace: 'AWS/States', name: 'ExecutionsStarted', dimensions });
    const before = count();
    await runSync('express', 'counted', { number: 1 });
    expect(count()).toBe(before + 1);
  });
});

describe('a nested start by states:startExecution', () => {
  const start = (name: string, input: object) => runSync('hand-over', 'starts', { name, input });

  test('goes on by itself, and the Standard run logs at its level FATAL', async () => {
    const { output = '', status } = await start('nested', { error: 'Nope' });
    expect(status).toBe('SUCCEEDED');
    const executionArn = JSON.parse(output) as string;
    const describeRun = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
    await vi.waitUntil(async () => (await describeRun()).status === 'FAILED', { interval: 5 });
    expect(await recordsOf(FATAL, executionArn)).toEqual([
      expect.objectContaining({ type: 'ExecutionFailed', execution_arn: executionArn }),
    ]);
  });

  test('by a taken name is StepFunctions.ExecutionAlreadyExistsException', async () => {
    await sfn.send(
      new StartExecutionCommand({ stateMachineArn: arnOf('standard'), name: 'taken', input: '{"number":1}' }),
    );
    const { status, error, cause } = await start('taken', { number: 2 });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'Taken' });
    expect(cause).toMatch(/^Execution Already Exists: 'arn:.*:standard:taken' \(Service: AWSStepFunctions/);
  });
});

describe('the API of CloudWatch Logs', () => {
  test('pages through events, and filters by time, stream and JSON', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => runSync('quiet', `page-${name}`, { error: name })));
    const filterPattern = '{ $.type = "ExecutionFailed" && $.execution_arn = "*:page-*" }';
    const first = await filter(ERRORS, { filterPattern, limit: 2 });
    const second = await filter(ERRORS, { filterPattern, limit: 2, nextToken: first.nextToken });
    const events = [...(first.events ?? []), ...(second.events ?? [])];
    expect([first.events?.length, second.events?.length, second.nextToken]).toEqual([2, 1, undefined]);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);

    const [{ timestamp = 0, logStreamName = '' } = {}] = events;
    expect(logStreamName).toMatch(/^states\/quiet\/\d{4}(?:-\d\d){4}\/00000000$/);
    const counted = async (more: object) => (await filter(ERRORS, { filterPattern, ...more })).events?.length;
    expect(await counted({ startTime: timestamp })).toBe(3);
    expect(await counted({ endTime: timestamp - 1 })).toBe(0);
    expect(await counted({ logStreamNames: [logStreamName] })).toBeGreaterThan(0);
    expect(await counted({ logStreamNamePrefix: 'states/express/' })).toBe(0);
  });

  test('reads a stream from either end', async () => {
    await runSync('express', 'ends', { number: 1 });
    const { logStreams: [stream] = [] } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName: ALL, logStreamNamePrefix: 'states/express/' }),
    );
    expect(stream?.lastEventTimestamp).toBeGreaterThan(0);
    const read = (more: object) =>
      logs.send(
        new GetLogEventsCommand({
          logGroupName: ALL,
          logStreamName: stream?.logStreamName,
          limit: 2,
          ...more,
        }),
      );
    const head = await read({ startFromHead: true });
    expect(JSON.parse(head.events?.[0]?.message ?? '')).toMatchObject({ type: 'ExecutionStarted' });
    const next = await read({ nextToken: head.nextForwardToken });
    const back = await read({ nextToken: next.nextBackwardToken });
    expect(back.events).toEqual(head.events);
    const tail = await read({});
    expect(JSON.parse(tail.events?.at(-1)?.message ?? '')).toMatchObject({ type: 'ExecutionSucceeded' });
    expect((await read({ nextToken: tail.nextForwardToken })).events).toEqual([]);
  });

  test('describes groups with their retention', async () => {
    const { logGroups } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/vendedlogs/' }),
    );
    expect(logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([ALL, ERRORS, FATAL]);
    expect(logGroups?.[0]).toMatchObject({
      retentionInDays: 30,
      arn: `arn:aws:logs:us-east-1:000000000000:log-group:${ALL}:*`,
    });
  });

  test('forgets what is older than the retention', async () => {
    await runSync('quiet', 'old', { error: 'X' });
    cloud.clock.advance(31 * 24 * 60 * 60 * 1000);
    expect(await recordsOf(ERRORS, ':old:')).toEqual([]);
  });

  test.each([
    ['a pattern for columns', { filterPattern: '[a, b]' }, /columns/],
    ['a regular expression', { filterPattern: '%x%' }, /regular expressions/],
    ['a path of elements', { filterPattern: '{ $.a[0] = "x" }' }, /only paths of names|not understood/],
    ['a text that is no term', { filterPattern: 'a:b' }, /double quotes/],
    ['streams by name and prefix', { logStreamNames: ['a'], logStreamNamePrefix: 'a' }, /together/],
    ["another's token", { nextToken: 'x' }, /nextToken/],
  ])('refuses %s', async (_what, more, message) => {
    await expect(filter(ALL, more)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });

  test('refuses an unknown group', async () => {
    await expect(filter('/none')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
