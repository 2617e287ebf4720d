import { describe, expect, it } from 'vitest';
import { deferred, invoke, named, scenario } from './support.ts';

const failing = (count: number, name = 'Flaky') => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= count) throw named(name, `call ${calls}`);
    return calls;
  };
};

describe('Retry', () => {
  it('grows the pause by BackoffRate up to MaxDelaySeconds', async () => {
    const Retry = [
      { ErrorEquals: ['Flaky'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 },
    ];
    await using run = await scenario({ Work: invoke('work', { Retry, End: true }) }, { work: failing(4) });
    expect(await run.run()).toMatchObject({ status: 'SUCCEEDED', output: '5' });
    expect(run.clock.sleeps).toEqual([2000, 6000, 18_000, 20_000]);
  });

  it('waits 1, 2 and 4 seconds and gives up after 3 attempts where nothing else is said', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    await using run = await scenario({ Work: invoke('work', { Retry, End: true }) }, { work: failing(9) });
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'Flaky' });
    expect(run.clock.sleeps).toEqual([1000, 2000, 4000]);
  });

  it('waits anything up to the pause with full jitter', async () => {
    const Retry = [{ ErrorEquals: ['Flaky'], IntervalSeconds: 5, BackoffRate: 1, JitterStrategy: 'FULL' }];
    await using run = await scenario({ Work: invoke('work', { Retry, End: true }) }, { work: failing(3) });
    await run.run();
    expect(run.clock.sleeps).toHaveLength(3);
    expect(Math.max(...run.clock.sleeps)).toBeLessThan(5000);
    expect(new Set(run.clock.sleeps).size).toBe(3);
  });

  it('counts attempts for each retrier, and lets the first that matches decide alone', async () => {
    const errors = ['A', 'B', 'A', 'B'];
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 1, IntervalSeconds: 1 },
      { ErrorEquals: ['B'], MaxAttempts: 5, IntervalSeconds: 7, BackoffRate: 1 },
      { ErrorEquals: ['States.ALL'] },
    ];
    const work = () => {
      throw named(errors.shift() ?? 'none');
    };
    await using run = await scenario({ Work: invoke('work', { Retry, End: true }) }, { work });
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'A' });
    expect(run.clock.sleeps).toEqual([1000, 7000]);
  });

  it('never retries what is listed with MaxAttempts 0', async () => {
    const Retry = [{ ErrorEquals: ['Refused'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }];
    await using run = await scenario(
      { Work: invoke('work', { Retry, End: true }) },
      { work: failing(1, 'Refused') },
    );
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'Refused' });
    expect(run.clock.sleeps).toEqual([]);
  });

  it('evaluates the arguments anew for each attempt', async () => {
    const seen: unknown[] = [];
    const Arguments = { FunctionName: 'work', Payload: '{% $states.context.State.RetryCount %}' };
    const work = (payload: number) => {
      seen.push(payload);
      if (payload < 2) throw named('Flaky');
    };
    const Retry = [{ ErrorEquals: ['Flaky'] }];
    await using run = await scenario({ Work: invoke('work', { Arguments, Retry, End: true }) }, { work });
    await run.run();
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('Catch', () => {
  const caught = (ErrorEquals: string[]) => ({ Catch: [{ ErrorEquals, Next: 'Caught' }], End: true });
  const Caught = { Type: 'Pass', End: true };
  const work = failing(Number.POSITIVE_INFINITY);

  it.each([['States.TaskFailed'], ['States.ALL'], ['Flaky']])('takes a task error up by %s', async (name) => {
    await using run = await scenario({ Work: invoke('work', caught([name])), Caught }, { work });
    expect(await run.run()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('lets other names pass by', async () => {
    await using run = await scenario({ Work: invoke('work', caught(['Other'])), Caught }, { work });
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'Flaky' });
  });

  it('assigns and puts out what the catcher says, not the state', async () => {
    const Catch = [
      {
        ErrorEquals: ['States.ALL'],
        Assign: { reason: '{% $states.errorOutput.Error %}' },
        Output: '{% $states.input.id & ": " & $parse($states.errorOutput.Cause).errorMessage %}',
        Next: 'Show',
      },
    ];
    const Show = { Type: 'Pass', Output: ['{% $reason %}', '{% $states.input %}'], End: true };
    const states = { Work: invoke('work', { Catch, Assign: { reason: 'none' }, End: true }), Show };
    await using run = await scenario(states, {
      work: () => {
        throw named('Broken', 'no luck');
      },
    });
    expect(JSON.parse((await run.run({ id: 'a' })).output ?? '')).toEqual(['Broken', 'a: no luck']);
  });

  it('takes a failed expression of the state up', async () => {
    const Work = { ...invoke('work', caught(['States.QueryEvaluationError'])), Output: '{% $missing %}' };
    await using run = await scenario({ Work, Caught }, { work: () => 1 });
    expect(await run.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run.events()).toContainEqual(
      expect.objectContaining({ type: 'EvaluationFailed', id: 6, previousEventId: 5, location: 'Output' }),
    );
  });

  it('fails the state when its own Output fails', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Output: { a: '{% $missing %}' }, Next: 'Caught' }];
    await using run = await scenario({ Work: invoke('work', { Catch, End: true }), Caught }, { work });
    const { status, cause } = await run.run();
    expect(status).toBe('FAILED');
    expect(cause).toContain("specified for the field 'Catch[0]/Output/a' returned nothing (undefined).");
  });
});

describe.concurrent('a time limit', () => {
  const Caught = { Type: 'Pass', End: true };

  it('fails the task while the function goes on, whose late answer changes nothing', async () => {
    const answer = deferred<string>();
    const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'Caught' }];
    const states = {
      Work: invoke('work', { TimeoutSeconds: 1, Catch, End: true }),
      Caught: { Type: 'Wait', Seconds: 60, End: true },
    };
    await using run = await scenario(states, { work: () => answer.promise });
    await run.start();
    await run.reached('WaitStateEntered');
    answer.resolve('late');
    expect(JSON.parse((await run.ended()).output ?? '')).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(await run.types()).not.toContain('TaskSucceeded');
  });

  it('of heartbeats is passed by a call that takes longer', async () => {
    const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Caught' }];
    const Work = invoke('work', { TimeoutSeconds: 60, HeartbeatSeconds: '{% 1 %}', Catch, End: true });
    await using run = await scenario({ Work, Caught }, { work: () => new Promise(() => undefined) });
    expect(await run.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run.events()).toContainEqual(
      expect.objectContaining({ type: 'TaskScheduled', timeoutInSeconds: 60, heartbeatInSeconds: 1 }),
    );
  });

  it('is not a States.TaskFailed', async () => {
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }];
    const Work = invoke('work', { TimeoutSeconds: 1, Catch, End: true });
    await using run = await scenario({ Work, Caught }, { work: () => new Promise(() => undefined) });
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('must be a positive whole number', async () => {
    const Work = invoke('work', { TimeoutSeconds: '{% $states.input.limit %}', End: true });
    await using run = await scenario({ Work }, { work: () => 1 });
    const { error, cause } = await run.run({ limit: 'soon' });
    expect(error).toBe('States.QueryEvaluationError');
    expect(cause).toContain("Expected 'number', but was 'string' for value: \"soon\"");
  });
});
