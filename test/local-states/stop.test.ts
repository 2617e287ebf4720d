import { setImmediate } from 'node:timers/promises';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { type Evaluator, sharedEvaluator } from '../../local/states/expressions/evaluator.ts';
import { EXECUTION_ARN } from './server.ts';
import { deferred, invoke, scenario } from './support.ts';

const forever = () => new Promise(() => undefined);
const processor = { StartAt: 'Work', States: { Work: invoke('work') } };
const stopped = { executionArn: EXECUTION_ARN, error: 'Manual', cause: 'enough' };

describe('StopExecution', () => {
  it('aborts a running task, whose late answer changes nothing', async () => {
    const answer = deferred<string>();
    await using run = await scenario({ Work: invoke('work') }, { work: () => answer.promise });
    await run.start();
    await run.reached('TaskStarted');
    const { stopDate } = await run.sfn.send(new StopExecutionCommand(stopped));
    answer.resolve('late');
    const execution = await run.ended();
    expect(execution).toMatchObject({ status: 'ABORTED', error: 'Manual', cause: 'enough', stopDate });
    expect(execution.output).toBeUndefined();
    expect((await run.types()).slice(-3)).toEqual(['TaskStarted', 'TaskStateAborted', 'ExecutionAborted']);
    expect((await run.events()).at(-1)).toMatchObject({
      error: 'Manual',
      cause: 'enough',
      previousEventId: 0,
    });
  });

  it('aborts an evaluation, after which nothing begins', async () => {
    const begun = deferred();
    const go = deferred();
    const evaluate: Evaluator['evaluate'] = async (request) => {
      begun.resolve();
      await go.promise;
      return sharedEvaluator().evaluate(request);
    };
    const Timestamp = '{% $fromMillis($millis() + 60000) %}';
    const Rest = { Type: 'Wait', Timestamp, End: true };
    await using run = await scenario({ Rest }, {}, {}, { evaluator: { evaluate } });
    await run.start();
    await begun.promise;
    await run.sfn.send(new StopExecutionCommand(stopped));
    go.resolve();
    while (run.evaluating()) await setImmediate();
    expect(run.clock.sleeps).toEqual([]);
    expect((await run.types()).at(-1)).toBe('ExecutionAborted');
  });

  it('aborts a pause between attempts', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1000 }];
    await using run = await scenario({ Work: invoke('missing', { Retry, End: true }) });
    await run.start();
    await run.reached('TaskFailed');
    await run.sfn.send(new StopExecutionCommand(stopped));
    expect(await run.ended()).toMatchObject({ status: 'ABORTED' });
    expect(run.clock.skipToNext()).toBe(false);
  });

  it('aborts a Map between attempts without ending its iterations twice', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1000 }];
    const Each = { Type: 'Map', Items: [1], ItemProcessor: processor, Retry, End: true };
    await using run = await scenario({ Each });
    await run.start();
    await run.reached('MapIterationFailed');
    await run.sfn.send(new StopExecutionCommand(stopped));
    expect((await run.types()).slice(-4)).toEqual([
      'MapIterationFailed',
      'TaskStateAborted',
      'MapStateAborted',
      'ExecutionAborted',
    ]);
  });

  it('aborts every iteration of a Map that runs, and starts no other', async () => {
    const Each = { Type: 'Map', Items: [1, 2, 3], MaxConcurrency: 2, ItemProcessor: processor, End: true };
    await using run = await scenario({ Each }, { work: forever });
    await run.start();
    await run.reached('TaskStarted', 2);
    await run.sfn.send(new StopExecutionCommand(stopped));
    expect((await run.types()).slice(-6)).toEqual([
      'MapStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'ExecutionAborted',
    ]);
  });

  it('aborts the branches of a Parallel, waits included', async () => {
    const Rest = { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, End: true } } };
    await using run = await scenario(
      { Both: { Type: 'Parallel', Branches: [processor, Rest], End: true } },
      { work: forever },
    );
    await run.start();
    await run.reached('TaskStarted');
    await run.sfn.send(new StopExecutionCommand(stopped));
    expect((await run.types()).slice(-4)).toEqual([
      'ParallelStateAborted',
      'TaskStateAborted',
      'WaitStateAborted',
      'ExecutionAborted',
    ]);
  });

  it('leaves a closed execution as it is', async () => {
    await using run = await scenario({ Done: { Type: 'Succeed' } });
    const before = await run.run();
    await run.sfn.send(new StopExecutionCommand(stopped));
    expect(await run.ended()).toMatchObject({ status: 'SUCCEEDED', stopDate: before.stopDate });
    expect((await run.types()).at(-1)).toBe('ExecutionSucceeded');
  });
});

describe('TimeoutSeconds of a state machine', () => {
  it('ends the execution as TIMED_OUT whatever its catchers say', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const Both = {
      Type: 'Parallel',
      Branches: [{ StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, End: true } } }],
      Catch,
      End: true,
    };
    await using run = await scenario(
      { Both, Caught: { Type: 'Pass', End: true } },
      {},
      { TimeoutSeconds: 30 },
    );
    expect(await run.run()).toMatchObject({ status: 'TIMED_OUT' });
    expect((await run.types()).slice(-3)).toEqual([
      'ParallelStateAborted',
      'WaitStateAborted',
      'ExecutionTimedOut',
    ]);
  });
});

describe('close', () => {
  it('stops what runs and leaves no timer behind', async () => {
    await using run = await scenario(
      { Work: invoke('work', { TimeoutSeconds: 1000, End: true }) },
      { work: forever },
      { TimeoutSeconds: 5000 },
    );
    await run.start();
    await run.reached('TaskStarted');
    await run.states.close();
    expect(run.clock.skipToNext()).toBe(false);
    expect(await run.ended()).toMatchObject({ status: 'ABORTED' });
  });
});
