// Tasks that wait for a callback: the token, what is sent back with it, heartbeats.

import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { deferred, scenario } from './support.ts';

const callback = (more: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: {
    FunctionName: 'ask',
    Payload: { token: '{% $states.context.Task.Token %}' },
  },
  End: true,
  ...more,
});

/** A run that waits for a callback. */
async function asked(more?: Record<string, unknown>, output: unknown = 'asked') {
  const given = deferred<string>();
  const ask = ({ token }: { token: string }) => {
    given.resolve(token);
    return output;
  };
  const run = await scenario({ Ask: callback(more) }, { ask });
  await run.start();
  const taskToken = await given.promise;
  await run.reached('TaskSubmitted');
  return { run, taskToken };
}

describe('a task that waits for a callback', () => {
  it('goes on with the output that is sent, not with what the function answered', async () => {
    const { run, taskToken } = await asked();
    await using _ = run;
    await run.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved":true}' }));
    expect(await run.ended()).toMatchObject({ status: 'SUCCEEDED', output: '{"approved":true}' });
    expect(await run.types()).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const [, , scheduled, , submitted] = await run.events();
    expect(scheduled).toMatchObject({ resource: 'invoke.waitForTaskToken', resourceType: 'lambda' });
    expect(submitted).toMatchObject({ output: { Payload: 'asked', StatusCode: 200 } });
  });

  it('takes a callback that comes before the answer of the call', async () => {
    const send = deferred<string>();
    const answered = deferred();
    const ask = async ({ token }: { token: string }) => {
      send.resolve(token);
      await answered.promise;
    };
    await using run = await scenario({ Ask: callback() }, { ask });
    await run.start();
    await run.sfn.send(new SendTaskSuccessCommand({ taskToken: await send.promise, output: '1' }));
    answered.resolve();
    expect(await run.ended()).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  });

  it('fails with what is sent, which can be retried: under another token', async () => {
    const tokens: string[] = [];
    const ask = ({ token }: { token: string }) => void tokens.push(token);
    const Retry = [{ ErrorEquals: ['Denied'], MaxAttempts: 1 }];
    await using run = await scenario({ Ask: callback({ Retry }) }, { ask });
    await run.start();
    await run.reached('TaskSubmitted');
    const denied = { taskToken: tokens[0], error: 'Denied', cause: 'by the boss' };
    await run.sfn.send(new SendTaskFailureCommand(denied));
    await run.reached('TaskFailed');
    while (!run.clock.skipToNext());
    await run.reached('TaskSubmitted', 2);
    expect(new Set(tokens).size).toBe(2);
    await run.sfn.send(new SendTaskFailureCommand({ ...denied, taskToken: tokens[1] }));
    expect(await run.ended()).toMatchObject({ status: 'FAILED', error: 'Denied', cause: 'by the boss' });
  });

  it('ends without heartbeats, and is heard of no more', async () => {
    const { run, taskToken } = await asked({ HeartbeatSeconds: 1 });
    await using _ = run;
    await run.sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    expect(await run.ended()).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    const late = run.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it.each([
    ['no JSON', { output: 'yes' }, 'InvalidOutput'],
    ['an unknown token', { taskToken: 'nobody', output: '1' }, 'TaskTimedOut'],
    ['a token that is too long', { taskToken: 'x'.repeat(2049), output: '1' }, 'ValidationException'],
  ])('refuses %s', async (_what, given, name) => {
    const { run, taskToken } = await asked();
    await using _ = run;
    const sent = run.sfn.send(new SendTaskSuccessCommand({ taskToken, ...given }));
    await expect(sent).rejects.toMatchObject({ name });
  });
});
