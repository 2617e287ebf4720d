import { TestStateCommand, type TestStateInput } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createManualClock } from './clocks.ts';
import { ROLE_ARN, startStates } from './server.ts';
import { invoke, lambda, named, type TestFunction } from './support.ts';

async function test(
  state: Record<string, unknown>,
  input: unknown = {},
  functions: Record<string, TestFunction> = {},
  more: Partial<TestStateInput> = {},
) {
  await using server = await startStates(createManualClock(), lambda(functions));
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...state });
  const command = new TestStateCommand({
    definition,
    roleArn: ROLE_ARN,
    input: JSON.stringify(input),
    ...more,
  });
  const { $metadata: _, ...answer } = await server.sfn.send(command);
  return answer;
}

const bad = { f: () => Promise.reject(named('Bad', 'no')) };

describe('TestState', () => {
  it('tells output and next state', async () => {
    const state = { Type: 'Pass', Output: '{% $states.input.a + 1 %}', Next: 'Then' };
    expect(await test(state, { a: 1 })).toEqual({ status: 'SUCCEEDED', output: '2', nextState: 'Then' });
  });

  it('tells no next state of the last one', async () => {
    expect(await test({ Type: 'Succeed' }, 1)).toEqual({ status: 'SUCCEEDED', output: '1' });
  });

  it('tells which way a choice goes', async () => {
    const state = {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.a = 1 %}', Next: 'One' }],
      Default: 'Other',
    };
    expect(await test(state, { a: 1 })).toMatchObject({ nextState: 'One' });
    expect(await test(state, { a: 2 })).toMatchObject({ nextState: 'Other' });
  });

  it('calls a task', async () => {
    expect(await test(invoke('f'), { a: 1 }, { f: ({ a }: { a: number }) => a + 1 })).toEqual({
      status: 'SUCCEEDED',
      output: '2',
    });
  });

  it('tells a failure', async () => {
    expect(await test({ Type: 'Fail', Error: 'Nope', Cause: 'because' })).toEqual({
      status: 'FAILED',
      error: 'Nope',
      cause: 'because',
    });
    expect(await test(invoke('f'), {}, bad)).toMatchObject({ status: 'FAILED', error: 'Bad' });
  });

  it('tells what a retrier would take up, and does not retry', async () => {
    let calls = 0;
    const f = () => {
      calls += 1;
      throw named('Bad');
    };
    const Retry = [{ ErrorEquals: ['Bad'] }];
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const answer = await test(invoke('f', { Retry, Catch, End: true }), {}, { f });
    expect(answer).toMatchObject({ status: 'RETRIABLE', error: 'Bad' });
    expect(calls).toBe(1);
  });

  it('tells what a catcher takes up', async () => {
    const Retry = [{ ErrorEquals: ['Other'] }];
    const Catch = [
      { ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' },
    ];
    const answer = await test(invoke('f', { Retry, Catch, Next: 'Caught', End: undefined }), {}, bad);
    expect(answer).toMatchObject({
      status: 'CAUGHT_ERROR',
      error: 'Bad',
      output: '"Bad"',
      nextState: 'Caught',
    });
  });

  it('takes variables, and a state of a whole machine by its name', async () => {
    const Then = { Type: 'Pass', Output: '{% $v.w %}', End: true };
    const machine = { StartAt: 'First', States: { First: { Type: 'Pass', Next: 'Then' }, Then } };
    const more = { stateName: 'Then', variables: '{"v": {"w": "{% 1 %}"}}' };
    expect(await test(machine, {}, {}, more)).toEqual({ status: 'SUCCEEDED', output: '"{% 1 %}"' });
  });

  it.for([
    ['a definition with a fault', { Type: 'Pass' }, {}, 'InvalidDefinition'],
    ['a JSONPath state', { Type: 'Succeed', QueryLanguage: 'JSONPath' }, {}, 'InvalidDefinition'],
    ['a level above INFO', { Type: 'Succeed' }, { inspectionLevel: 'DEBUG' }, 'ValidationException'],
    ['a mock', { Type: 'Succeed' }, { mock: { result: '1' } }, 'ValidationException'],
    ['a state that is not there', { States: {} }, { stateName: 'A' }, 'ValidationException'],
    ['bad input', { Type: 'Succeed' }, { input: '{' }, 'InvalidExecutionInput'],
    [
      'a Parallel',
      { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }], End: true },
      {},
      'ValidationException',
    ],
  ] as const)('refuses %s', async ([, state, more, name]) => {
    await expect(test(state, {}, {}, more as Partial<TestStateInput>)).rejects.toMatchObject({ name });
  });
});
