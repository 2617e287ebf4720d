import {
  CreateActivityCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { EXECUTION_ARN, MACHINE_ARN, ROLE_ARN } from './server.ts';
import { scenario } from './support.ts';

const DAY_MS = 24 * 3_600_000;
const rest = { Rest: { Type: 'Wait', Seconds: 60, End: true } };
const done = { Done: { Type: 'Succeed' } };
const startCommand = (input: string, name = 'exec') =>
  new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name, input });

describe('StartExecution', () => {
  it('answers the same start again while the execution runs', async () => {
    await using run = await scenario(rest);
    const first = await run.sfn.send(startCommand('{"a":1}'));
    run.clock.advance(1000);
    const second = await run.sfn.send(startCommand('{"a":1}'));
    expect([second.executionArn, second.startDate]).toEqual([first.executionArn, first.startDate]);
    const { executions } = await run.sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN }));
    expect(executions).toHaveLength(1);
  });

  it('refuses a name that runs with another input', async () => {
    await using run = await scenario(rest);
    await run.sfn.send(startCommand('{}'));
    await expect(run.sfn.send(startCommand('[]'))).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${EXECUTION_ARN}'`,
    });
  });

  it('refuses the name of a closed execution for 90 days', async () => {
    await using run = await scenario(done);
    await run.run();
    await expect(run.sfn.send(startCommand('{}'))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    run.clock.advance(90 * DAY_MS + 1);
    await run.sfn.send(startCommand('{"again":true}'));
    expect(await run.ended()).toMatchObject({ input: '{"again":true}' });
    const { executions } = await run.sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN }));
    expect(executions).toHaveLength(1);
  });

  it('forgets a closed execution 90 days after its end', async () => {
    await using run = await scenario(done);
    await run.run();
    const list = new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN });
    run.clock.advance(90 * DAY_MS);
    expect((await run.sfn.send(list)).executions).toHaveLength(1);
    run.clock.advance(1);

    expect((await run.sfn.send(list)).executions).toEqual([]);
    for (const command of [
      new DescribeExecutionCommand({ executionArn: EXECUTION_ARN }),
      new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN }),
    ]) {
      await expect(run.sfn.send(command as DescribeExecutionCommand)).rejects.toMatchObject({
        name: 'ExecutionDoesNotExist',
      });
    }
  });

  it('names an execution itself where no name is given, and takes {} for no input', async () => {
    await using run = await scenario(done);
    const { executionArn } = await run.sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN }));
    expect(executionArn).toMatch(/:execution:sm:[\da-f-]{36}$/);
    expect(await run.sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ input: '{}' });
  });

  it.each(['a b', 'a/b', 'x'.repeat(81), 'a\u0001', 'a*'])('refuses the name %j', async (name) => {
    await using run = await scenario(done);
    await expect(run.sfn.send(startCommand('{}', name))).rejects.toMatchObject({
      name: 'InvalidName',
      message: `Invalid Name: '${name}'`,
    });
  });

  it('keeps the input as it was written', async () => {
    await using run = await scenario(done);
    const input = '{ "a" : 1 }';
    await run.sfn.send(startCommand(input));
    expect(await run.ended()).toMatchObject({ input, output: '{"a":1}' });
    const { events } = await run.sfn.send(new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN }));
    expect(events?.[0]?.executionStartedEventDetails).toMatchObject({ input, roleArn: ROLE_ARN });
  });
});

describe('ListExecutions', () => {
  const names = ['e1', 'e2', 'e3', 'e4', 'e5'];

  it('pages from the newest to the oldest, undisturbed by new starts', async () => {
    await using run = await scenario(done);
    for (const name of names) await run.sfn.send(startCommand('{}', name));
    const page = (nextToken?: string) =>
      run.sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN, maxResults: 2, nextToken }));
    const first = await page();
    await run.sfn.send(startCommand('{}', 'e6'));
    const second = await page(first.nextToken);
    const third = await page(second.nextToken);
    const listed = [first, second, third].map(({ executions }) => executions?.map(({ name }) => name));
    expect(listed).toEqual([['e5', 'e4'], ['e3', 'e2'], ['e1']]);
    expect(third.nextToken).toBeUndefined();
  });

  it('filters by status across pages', async () => {
    await using run = await scenario(rest);
    for (const name of names) await run.sfn.send(startCommand('{}', name));
    for (const name of ['e2', 'e4']) {
      await run.sfn.send(
        new StopExecutionCommand({
          executionArn: EXECUTION_ARN.replace(/exec$/, name),
        }),
      );
    }
    const list = (statusFilter: 'ABORTED' | 'RUNNING', nextToken?: string) =>
      run.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN, statusFilter, maxResults: 1, nextToken }),
      );
    const first = await list('ABORTED');
    const second = await list('ABORTED', first.nextToken);
    expect([first.executions?.[0]?.name, second.executions?.[0]?.name]).toEqual(['e4', 'e2']);
    expect(second.nextToken).toBeUndefined();
  });

  it.each([
    [{ nextToken: 'made-up' }, 'InvalidToken'],
    [{ nextToken: 'x'.repeat(3096) }, 'InvalidToken'],
    [{ nextToken: 'x'.repeat(3097) }, 'ValidationException'],
    [{ nextToken: '' }, 'ValidationException'],
    [{ maxResults: 1001 }, 'ValidationException'],
    [{ statusFilter: 'DONE' as 'FAILED' }, 'ValidationException'],
    [{ stateMachineArn: 'sm' }, 'InvalidArn'],
    [{ stateMachineArn: EXECUTION_ARN }, 'InvalidArn'],
    [{ stateMachineArn: undefined }, 'ValidationException'],
  ])('refuses %j', async (parameters, name) => {
    await using run = await scenario(done);
    const command = new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN, ...parameters });
    await expect(run.sfn.send(command)).rejects.toMatchObject({ name });
  });
});

describe('GetExecutionHistory', () => {
  const steps = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', End: true } };
  const idsOf = async (run: Awaited<ReturnType<typeof scenario>>, reverseOrder: boolean) => {
    const pages: (number | undefined)[][] = [];
    let nextToken: string | undefined;
    do {
      const page = await run.sfn.send(
        new GetExecutionHistoryCommand({
          executionArn: EXECUTION_ARN,
          maxResults: 4,
          reverseOrder,
          nextToken,
        }),
      );
      pages.push((page.events ?? []).map(({ id }) => id));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return pages;
  };

  it('pages forwards and backwards', async () => {
    await using run = await scenario(steps);
    await run.run();
    expect(await idsOf(run, false)).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
    expect(await idsOf(run, true)).toEqual([
      [6, 5, 4, 3],
      [2, 1],
    ]);
  });

  it('leaves inputs and outputs out on request', async () => {
    await using run = await scenario(steps);
    await run.run({ secret: 1 });
    const { events } = await run.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN, includeExecutionData: false }),
    );
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(events?.[1]?.stateEnteredEventDetails).toEqual({ name: 'A' });
  });

  it('has times that never go back', async () => {
    await using run = await scenario(rest);
    await run.run();
    const { events = [] } = await run.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN }),
    );
    const [started, , left] = events.map(({ timestamp }) => timestamp?.getTime() ?? 0);
    expect((left ?? 0) - (started ?? 0)).toBe(60_000);
  });
});

describe('a call that is not known', () => {
  it('is refused by name', async () => {
    await using run = await scenario(done);
    const command = new CreateActivityCommand({ name: 'a' });
    await expect(run.sfn.send(command)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: "Operation 'CreateActivity' is not supported by the local cloud",
    });
  });
});
