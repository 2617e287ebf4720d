import { setImmediate } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createManualClock } from './clocks.ts';
import { distributedMap, mapScenario } from './distributed.ts';
import { EXECUTION_ARN, MACHINE_ARN } from './server.ts';
import { type Scenario, scenario } from './support.ts';

/** A machine that fails for `{"fail": true}`, waits for `{"wait": true}`, and succeeds otherwise. */
const STATES = {
  Which: {
    Type: 'Choice',
    Choices: [
      { Condition: '{% $states.input.wait = true %}', Next: 'Wait' },
      { Condition: '{% $states.input.fail = true %}', Next: 'Fail' },
    ],
    Default: 'Done',
  },
  Wait: { Type: 'Wait', Seconds: 10, Next: 'Done' },
  Fail: { Type: 'Fail' },
  Done: { Type: 'Succeed' },
};

async function keeping(keepExecutions: number) {
  const clock = createManualClock();
  const run = await scenario(STATES, {}, {}, { clock, keepExecutions });
  /** Starts an execution and, unless it waits, sees its end. */
  const start = async (name: string, input: Record<string, unknown> = {}) => {
    const { executionArn } = await run.sfn.send(
      new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name, input: JSON.stringify(input) }),
    );
    const running = async () => {
      const { status } = await run.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return status === 'RUNNING';
    };
    while (!input.wait && (await running())) await setImmediate();
  };
  return { ...run, start };
}

async function names({ sfn }: Pick<Scenario, 'sfn'>): Promise<(string | undefined)[]> {
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN }));
  return executions.map(({ name }) => name);
}

describe('executions that have ended', () => {
  it('are kept up to the cap, the last to end', async () => {
    await using run = await keeping(2);
    for (const name of ['a', 'b', 'c', 'd']) await run.start(name);
    expect(await names(run)).toEqual(['d', 'c']);
  });

  it('are gone for every call once they made room', async () => {
    await using run = await keeping(1);
    await run.start('exec');
    await run.start('next');
    await expect(
      run.sfn.send(new DescribeExecutionCommand({ executionArn: EXECUTION_ARN })),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    await run.start('exec', { other: 1 });
    expect(await names(run)).toEqual(['exec']);
  });

  it('do not push out what still runs', async () => {
    await using run = await keeping(1);
    await run.start('exec', { wait: true });
    for (const name of ['a', 'b']) await run.start(name);
    expect(await names(run)).toEqual(['b', 'exec']);
    expect((await run.ended()).status).toBe('SUCCEEDED');
    expect(await names(run)).toEqual(['exec']);
  });

  it('take their Map Runs with them, and leave those of others', async () => {
    await using run = await mapScenario(distributedMap({}), {}, { keepExecutions: 3 });
    const started = ['a', 'b'].map((name) =>
      run.sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name, input: '[1, 2]' })),
    );
    const [first, second] = (await Promise.all(started)).map(({ executionArn }) => executionArn);
    const mapRunsOf = (executionArn?: string) => run.sfn.send(new ListMapRunsCommand({ executionArn }));
    await run.run([1, 2]);
    const outcomes = await Promise.allSettled([mapRunsOf(first), mapRunsOf(second)]);
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect((await mapRunsOf(EXECUTION_ARN)).mapRuns).toHaveLength(1);
  });

  it('are kept to a number that is one', async () => {
    await expect(keeping(-1)).rejects.toThrow('keepExecutions: expected a whole number of 0 or more, got -1');
  });

  it('count from their last end when they were redriven', async () => {
    await using run = await keeping(2);
    await run.start('exec', { fail: true });
    await run.start('a');
    await run.redrive();
    await run.start('b');
    expect(await names(run)).toEqual(['b', 'exec']);
  });
});
