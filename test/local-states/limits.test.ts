import {
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { EXECUTION_ARN, MACHINE_ARN } from './server.ts';
import { invoke, scenario } from './support.ts';

const LIMIT = 262_144;
const tooLong = (name: string) =>
  `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;

describe('the limit of 256 KiB', () => {
  it.each([
    { bytes: LIMIT, status: 'SUCCEEDED' },
    { bytes: LIMIT + 1, status: 'FAILED' },
  ])('of an output counts $bytes bytes as $status', async ({ bytes, status }) => {
    const Output = `{% $pad("", ${bytes - 4}, "x") & "é" %}`;
    await using run = await scenario({ Big: { Type: 'Pass', Output, End: true } });
    expect(await run.run()).toMatchObject({ status });
  });

  it('of a task is States.DataLimitExceeded, named after the integration', async () => {
    await using run = await scenario({ Work: invoke('work') }, { work: () => 'x'.repeat(LIMIT) });
    expect(await run.run()).toMatchObject({
      error: 'States.DataLimitExceeded',
      cause: tooLong('lambda'),
    });
    expect(await run.types()).toContain('TaskFailed');
  });

  it('of a task is caught by States.ALL, as recorded', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    await using run = await scenario(
      { Work: invoke('work', { Catch, End: true }), Caught: { Type: 'Pass', End: true } },
      { work: () => 'x'.repeat(LIMIT) },
    );
    expect(await run.run()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('holds for the arguments of a task, which is then not called', async () => {
    let called = false;
    const Arguments = { FunctionName: 'work', Payload: '{% $pad("", 262144, "x") %}' };
    const work = () => {
      called = true;
    };
    await using run = await scenario({ Work: invoke('work', { Arguments, End: true }) }, { work });
    expect(await run.run()).toMatchObject({ error: 'States.DataLimitExceeded' });
    expect(called).toBe(false);
  });

  it('holds for the list of results of a Map', async () => {
    const Big = { Type: 'Pass', Output: '{% $pad("", 100000, "x") %}', End: true };
    const Each = {
      Type: 'Map',
      Items: [1, 2, 3],
      ItemProcessor: { StartAt: 'Big', States: { Big } },
      Output: 'small',
      End: true,
    };
    await using run = await scenario({ Each });
    expect(await run.run()).toMatchObject({ error: 'States.DataLimitExceeded', cause: tooLong('Each') });
  });

  it('holds for variables', async () => {
    const Assign = { big: '{% $pad("", 262144, "x") %}' };
    await using run = await scenario({ Keep: { Type: 'Pass', Assign, End: true } });
    expect(await run.run()).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('holds for the input of an execution', async () => {
    await using run = await scenario({ Done: { Type: 'Succeed' } });
    const start = (input: string) =>
      run.sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, input }));
    await expect(start(JSON.stringify('x'.repeat(LIMIT)))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(start(JSON.stringify('x'.repeat(LIMIT - 2)))).resolves.toBeDefined();
  });
});

describe('the limit of 10 MiB of all variables', () => {
  it('ends an execution that keeps assigning', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `v${index}`);
    const states = Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          Type: 'Pass',
          Assign: { [name]: '{% $pad("", 250000, "x") %}' },
          ...(index === names.length - 1 ? { End: true } : { Next: names[index + 1] }),
        },
      ]),
    );
    await using run = await scenario(states);
    expect(await run.run()).toMatchObject({ error: 'States.DataLimitExceeded', cause: tooLong('v41') });
  });
});

describe('the limit of 25,000 events', () => {
  it('ends a loop with its last event, and allows no redrive', async () => {
    const Ask = { Type: 'Choice', Choices: [{ Condition: true, Next: 'Step' }], Default: 'Done' };
    await using run = await scenario({
      Step: { Type: 'Pass', Next: 'Ask' },
      Ask,
      Done: { Type: 'Succeed' },
    });
    expect(await run.run()).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
      redriveStatusReason: 'Execution history event limit exceeded',
    });
    const { events } = await run.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN, reverseOrder: true, maxResults: 1 }),
    );
    expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }]);
    const redriving = run.sfn.send(new RedriveExecutionCommand({ executionArn: EXECUTION_ARN }));
    await expect(redriving).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
  });
});
