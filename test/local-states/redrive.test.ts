import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it, vi } from 'vitest';
import { EXECUTION_ARN, MACHINE_ARN } from './server.ts';
import { invoke, named, scenario } from './support.ts';

const DAY_MS = 24 * 3_600_000;

/** A function that fails until it is mended. */
const mendable = (works: (payload: never) => unknown = () => 'done') => {
  const state = { mended: false, calls: 0 };
  const call = (payload: never): unknown => {
    state.calls += 1;
    if (!state.mended) throw named('Broken');
    return works(payload);
  };
  return { state, call };
};

describe('RedriveExecution', () => {
  it('starts a failed task again, with its input, variables and a fresh retry count', async () => {
    const { state, call } = mendable((payload) => payload);
    const Retry = [{ ErrorEquals: ['Broken'], MaxAttempts: 1 }];
    const Arguments = {
      FunctionName: 'work',
      Payload: '{% {"kept": $kept, "input": $states.input, "retry": $states.context.State.RetryCount} %}',
    };
    await using run = await scenario(
      {
        Prepare: { Type: 'Pass', Assign: { kept: 7 }, Next: 'Work' },
        Work: invoke('work', { Arguments, Retry, End: true }),
      },
      { work: call },
    );
    expect(await run.run({ a: 1 })).toMatchObject({
      status: 'FAILED',
      redriveCount: 0,
      redriveStatus: 'REDRIVABLE',
    });
    const before = await run.types();
    state.mended = true;
    const execution = await run.redrive();
    expect(execution).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 1,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    expect(JSON.parse(execution.output ?? '')).toEqual({ kept: 7, input: { a: 1 }, retry: 0 });
    expect(execution.error).toBeUndefined();
    expect((await run.types()).slice(before.length)).toEqual([
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(await run.events()).toContainEqual(
      expect.objectContaining({ type: 'ExecutionRedriven', redriveCount: 1, previousEventId: before.length }),
    );
  });

  it('counts and fails again while the cause stands', async () => {
    const { call } = mendable();
    await using run = await scenario({ Work: invoke('work') }, { work: call });
    await run.run();
    await run.redrive();
    expect(await run.redrive()).toMatchObject({ status: 'FAILED', error: 'Broken', redriveCount: 2 });
  });

  it('shows RedriveCount always and RedriveTime only after one in the context object', async () => {
    const seen: unknown[] = [];
    const Arguments = { FunctionName: 'work', Payload: '{% $states.context.Execution %}' };
    const work = (payload: unknown) => {
      seen.push(payload);
      if (seen.length === 1) throw named('Broken');
    };
    await using run = await scenario({ Work: invoke('work', { Arguments, End: true }) }, { work });
    await run.run();
    await run.redrive();
    expect(seen[0]).toMatchObject({ RedriveCount: 0 });
    expect(seen[0]).not.toHaveProperty('RedriveTime');
    expect(seen[1]).toMatchObject({ RedriveCount: 1, RedriveTime: '2026-01-01T00:00:00.000Z' });
  });

  it('runs only the iterations of a Map again that did not succeed', async () => {
    const calls: number[] = [];
    let mended = false;
    const work = (item: number) => {
      calls.push(item);
      if (item === 2 && !mended) throw named('Broken');
      return item * 10;
    };
    const Each = {
      Type: 'Map',
      Items: '{% $states.input %}',
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'Work', States: { Work: invoke('work') } },
      End: true,
    };
    await using run = await scenario({ Each }, { work });
    expect(await run.run([1, 2, 3])).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect(calls).toEqual([1, 2]);
    const before = await run.types();
    mended = true;
    expect(await run.redrive()).toMatchObject({ status: 'SUCCEEDED', output: '[10,20,30]' });
    expect(calls).toEqual([1, 2, 2, 3]);
    const after = (await run.types()).slice(before.length);
    expect(after.filter((type) => type.startsWith('Map'))).toEqual([
      'MapIterationSucceeded',
      'MapIterationStarted',
      'MapIterationSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
    ]);
  });

  it('runs only the branches of a Parallel again that did not succeed', async () => {
    const calls: string[] = [];
    const { state, call } = mendable();
    const good = () => calls.push('good');
    const bad = (payload: never) => {
      calls.push('bad');
      return call(payload);
    };
    const branch = (name: string) => ({ StartAt: name, States: { [name]: invoke(name) } });
    const Slow = {
      StartAt: 'Rest',
      States: { Rest: { Type: 'Wait', Seconds: 5, Next: 'bad' }, bad: invoke('bad') },
    };
    const Both = { Type: 'Parallel', Branches: [branch('good'), Slow], End: true };
    await using run = await scenario({ Both }, { good, bad });
    expect(await run.run()).toMatchObject({ status: 'FAILED' });
    state.mended = true;
    expect(await run.redrive()).toMatchObject({ status: 'SUCCEEDED', output: '[1,"done"]' });
    expect(calls).toEqual(['good', 'bad', 'bad']);
  });

  it('evaluates a Choice again', async () => {
    const Ask = {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.context.Execution.RedriveCount > 0 %}', Next: 'Good' }],
    };
    await using run = await scenario({ Ask, Good: { Type: 'Succeed' } });
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(await run.redrive()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each([
    { moved: 30, remaining: [30_000] },
    { moved: 61, remaining: [] },
  ])('goes on with a Wait of 60 s that was stopped, $moved s later', async ({ moved, remaining }) => {
    const Timestamp = '{% $fromMillis($millis() + 60000) %}';
    await using run = await scenario({ Rest: { Type: 'Wait', Timestamp, End: true } });
    await run.start();
    await vi.waitUntil(() => run.clock.sleeps.length > 0, { timeout: 60_000 });
    await run.sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN }));
    run.clock.advance(moved * 1000);
    expect(await run.redrive()).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.clock.sleeps).toEqual([60_000, ...remaining]);
  });

  it('enters a Fail state again and fails again', async () => {
    await using run = await scenario({ No: { Type: 'Fail', Error: 'Never', Cause: 'so it is' } });
    await run.run();
    expect(await run.redrive()).toMatchObject({ status: 'FAILED', error: 'Never', cause: 'so it is' });
    expect((await run.types()).filter((type) => type === 'FailStateEntered')).toHaveLength(2);
  });

  it('goes on with what a stopped task was about to do', async () => {
    let calls = 0;
    const work = () => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : 'second';
    };
    await using run = await scenario({ Work: invoke('work') }, { work });
    await run.start();
    await run.reached('TaskStarted');
    await run.sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN }));
    expect(await run.redrive()).toMatchObject({ status: 'SUCCEEDED', output: '"second"' });
  });

  it('gives a state machine its TimeoutSeconds anew', async () => {
    const states = { Rest: { Type: 'Wait', Seconds: 100, End: true } };
    await using run = await scenario(states, {}, { TimeoutSeconds: 60 });
    expect(await run.run()).toMatchObject({ status: 'TIMED_OUT' });
    expect(await run.redrive()).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.clock.sleeps).toEqual([60_000, 100_000, 60_000, 40_000]);
  });

  it('answers a repeated clientToken for 15 minutes without another redrive', async () => {
    const { call } = mendable();
    await using run = await scenario({ Work: invoke('work') }, { work: call });
    await run.run();
    const send = () =>
      run.sfn.send(new RedriveExecutionCommand({ executionArn: EXECUTION_ARN, clientToken: 'once' }));
    const { redriveDate } = await send();
    await run.ended();
    run.clock.advance(14 * 60_000);
    expect((await send()).redriveDate).toEqual(redriveDate);
    expect(await run.ended()).toMatchObject({ redriveCount: 1, redriveDate });
    run.clock.advance(2 * 60_000);
    await send();
    expect(await run.ended()).toMatchObject({ redriveCount: 2 });
  });

  it('is possible for 14 days', async () => {
    const { call } = mendable();
    await using run = await scenario({ Work: invoke('work') }, { work: call });
    await run.run();
    run.clock.advance(14 * DAY_MS + 1);
    const redriving = run.sfn.send(new RedriveExecutionCommand({ executionArn: EXECUTION_ARN }));
    await expect(redriving).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    expect(await run.sfn.send(new DescribeExecutionCommand({ executionArn: EXECUTION_ARN }))).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution redrivable period exceeded',
    });
  });

  it('is refused for what runs or succeeded, with the reason', async () => {
    await using run = await scenario({ Rest: { Type: 'Wait', Seconds: 60, End: true } });
    await run.start();
    const redrive = () => run.sfn.send(new RedriveExecutionCommand({ executionArn: EXECUTION_ARN }));
    await expect(redrive()).rejects.toMatchObject({ message: 'Execution is RUNNING and cannot be redriven' });
    await run.ended();
    await expect(redrive()).rejects.toMatchObject({
      message: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('is what redriveFilter tells executions apart by', async () => {
    const { call } = mendable();
    await using run = await scenario({ Work: invoke('work') }, { work: call });
    const count = async (redriveFilter: 'REDRIVEN' | 'NOT_REDRIVEN') => {
      const { executions = [] } = await run.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN, redriveFilter }),
      );
      return executions.length;
    };
    await run.run();
    expect([await count('REDRIVEN'), await count('NOT_REDRIVEN')]).toEqual([0, 1]);
    await run.redrive();
    expect([await count('REDRIVEN'), await count('NOT_REDRIVEN')]).toEqual([1, 0]);
  });
});
