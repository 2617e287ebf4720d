// Executions of any machine outlive the process: a redrive goes on from where branches and iterations were, with their
// variables, and repeats nothing that had succeeded.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test, vi } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { DEFAULT_IDENTITY } from '../../local/service.ts';
import { createStates } from '../../local/states/index.ts';
import { type CloudProcess, newFolder, startProcess } from './harness.ts';

const STANDSTILL = 1e-6;

/**
 * After a second two iterations pass and one waits; beside them a branch that has assigned a variable waits, too. So
 * iterations are kept after the branches, though they come before the second one.
 */
const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Remember',
  States: {
    Remember: {
      Type: 'Pass',
      Assign: { greeting: '{% $states.input.greeting %}', nothing: null },
      Output: { items: '{% $states.input.items %}' },
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Before',
          States: {
            Before: { Type: 'Wait', Seconds: 1, Next: 'Each' },
            Each: {
              Type: 'Map',
              Items: '{% $states.input.items %}',
              ItemProcessor: {
                StartAt: 'Keep',
                States: {
                  Keep: {
                    Type: 'Pass',
                    Assign: { own: '{% $greeting & " " & $states.input.name %}' },
                    Next: 'Pause?',
                  },
                  'Pause?': {
                    Type: 'Choice',
                    Choices: [{ Condition: '{% $states.input.pause %}', Next: 'Pause' }],
                    Default: 'Greet',
                  },
                  Pause: { Type: 'Wait', Seconds: 60, Next: 'Greet' },
                  Greet: {
                    Type: 'Pass',
                    Output: '{% {"text": $own, "index": $states.context.Map.Item.Index} %}',
                    End: true,
                  },
                },
              },
              End: true,
            },
          },
        },
        {
          StartAt: 'Count',
          States: {
            Count: { Type: 'Pass', Assign: { count: '{% $count($states.input.items) %}' }, Next: 'Rest' },
            Rest: { Type: 'Wait', Seconds: 60, Output: '{% $count %}', End: true },
          },
        },
      ],
      Next: 'End',
    },
    End: { Type: 'Succeed', Output: '{% {"results": $states.input, "nothing": $nothing} %}' },
  },
};
const TEMPLATE = {
  Resources: {
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        DefinitionString: JSON.stringify(DEFINITION),
        RoleArn: 'arn:aws:iam::000000000000:role/any',
      },
    },
  },
};
const INPUT = {
  greeting: 'Hello',
  items: [
    { name: 'A', pause: false },
    { name: 'B', pause: true },
    { name: 'C', pause: false },
  ],
};
const OUTPUT = {
  results: [
    [
      { text: 'Hello A', index: 0 },
      { text: 'Hello B', index: 1 },
      { text: 'Hello C', index: 2 },
    ],
    3,
  ],
  nothing: null,
};

async function historyOf({ sfn }: CloudProcess, executionArn: string): Promise<HistoryEvent[]> {
  return (await sfn.getExecutionHistory({ executionArn, maxResults: 1000 })).events ?? [];
}

function count(events: readonly HistoryEvent[], type: string, state?: string): number {
  const named = ({ stateEnteredEventDetails: entered }: HistoryEvent): boolean =>
    state === undefined || entered?.name === state;
  return events.filter((event) => event.type === type && named(event)).length;
}

test.each([1, 2])(
  'a run in the middle of branches and iterations goes on, redriven after %i kills',
  async (kills) => {
    const data = await newFolder();
    const cloud = await startProcess({ data, template: TEMPLATE, timeScale: STANDSTILL });
    const stateMachineArn = cloud.resources.Machine?.physicalId ?? '';
    const run = { stateMachineArn, name: 'run', input: JSON.stringify(INPUT) };
    const { executionArn = '' } = await cloud.sfn.startExecution(run);
    const shows = (waits: number, iterations: number) =>
      vi.waitUntil(
        async () => {
          const events = await historyOf(cloud, executionArn);
          const passed = count(events, 'MapIterationSucceeded');
          return count(events, 'WaitStateEntered') === waits && passed === iterations;
        },
        { timeout: 60_000 },
      );
    await shows(2, 0);
    await fetch(`${cloud.endpoint}/_local/clock`, {
      method: 'POST',
      body: JSON.stringify({ advanceSeconds: 2 }),
    });
    await shows(3, 2);
    await cloud.kill();
    for (let more = 1; more < kills; more++) {
      const between = await startProcess({ data, template: TEMPLATE, timeScale: STANDSTILL });
      await between.sfn.redriveExecution({ executionArn });
      await between.kill();
    }

    const again = await startProcess({ data, template: TEMPLATE, timeScale: 1000 });
    await expect(again.sfn.startExecution(run)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await again.sfn.redriveExecution({ executionArn });
    const ended = await vi.waitUntil(
      async () => {
        const now = await again.sfn.describeExecution({ executionArn });
        return now.status === 'RUNNING' ? undefined : now;
      },
      { timeout: 60_000 },
    );

    expect(ended).toMatchObject({ status: 'SUCCEEDED', redriveCount: kills });
    expect(JSON.parse(ended.output ?? '')).toEqual(OUTPUT);
    const events = await historyOf(again, executionArn);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(count(events, 'PassStateEntered', 'Keep')).toBe(3);
    expect(count(events, 'PassStateEntered', 'Count')).toBe(1);
    expect(count(events, 'MapStateStarted')).toBe(1);
    expect(count(events, 'ExecutionAborted')).toBe(kills);
  },
);

test('what is kept of executions goes with them', async () => {
  const folder = await newFolder();
  const clock = createClock();
  const open = () => {
    const dispatch = async () => ({ status: 500 });
    const states = createStates({ clock, identity: DEFAULT_IDENTITY, folder, dispatch, keepExecutions: 2 });
    const { stateMachineArn } = states.createStateMachine({
      name: 'machine',
      definition: JSON.stringify({
        StartAt: 'End',
        QueryLanguage: 'JSONata',
        States: { End: { Type: 'Succeed' } },
      }),
      roleArn: 'arn:aws:iam::000000000000:role/any',
    });
    const call = async (operation: string, input: object): Promise<string> => {
      const accepted = await states.accept({
        method: 'POST',
        path: '/',
        query: new URLSearchParams(),
        headers: { 'x-amz-target': `AWSStepFunctions.${operation}` },
        body: Readable.from([JSON.stringify({ stateMachineArn, ...input })]),
      });
      return String((await accepted.perform()).body);
    };
    const run = async (name: string): Promise<void> => {
      await call('StartExecution', { name });
      await vi.waitUntil(
        async () => !JSON.parse(await call('ListExecutions', { statusFilter: 'RUNNING' })).executions.length,
        { timeout: 60_000 },
      );
    };
    return { close: states.close, call, run };
  };
  const files = (kind: string): Promise<string[]> => readdir(join(folder, kind));

  const first = open();
  for (const name of ['a', 'b', 'c']) await first.run(name);
  await first.close();
  expect(await files('executions')).toEqual(['000000000002.log', '000000000003.log']);
  const [revision] = await files('revisions');
  const second = open();
  for (const name of ['d', 'e']) await second.run(name);
  await second.close();
  expect(await files('executions')).toEqual(['000000000004.log', '000000000005.log']);
  const third = open();
  expect(await files('revisions')).toHaveLength(1);
  expect(await files('revisions')).not.toContain(revision);
  const { executions } = JSON.parse(await third.call('ListExecutions', {}));
  expect(executions.map(({ name }: { name: string }) => name)).toEqual(['e', 'd']);
});
