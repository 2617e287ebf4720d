import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createManualClock } from './clocks.ts';
import { MACHINE_ARN, ROLE_ARN, startStates } from './server.ts';
import { deferred, invoke, lambda, machine, type TestFunction } from './support.ts';

const RUN_ID = '[0-9a-f-]{36}';
const EXPRESS_ARN = new RegExp(`^arn:aws:states:us-east-1:111111111111:express:sm:exec:${RUN_ID}$`);

/** A Step Functions with the Express state machine `sm`. */
async function express(states: Record<string, unknown>, functions: Record<string, TestFunction> = {}) {
  const clock = createManualClock();
  const server = await startStates(clock, lambda(functions));
  const definition = JSON.stringify(machine(states));
  await server.sfn.send(
    new CreateStateMachineCommand({ name: 'sm', definition, roleArn: ROLE_ARN, type: 'EXPRESS' }),
  );
  const startSync = (input?: string) =>
    server.sfn.send(new StartSyncExecutionCommand({ stateMachineArn: MACHINE_ARN, name: 'exec', input }));
  const start = () =>
    server.sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name: 'exec' }));
  return { ...server, clock, start, startSync };
}

describe('Express state machines', () => {
  it('are described as such', async () => {
    await using run = await express({ A: { Type: 'Succeed' } });
    const described = await run.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE_ARN }));
    expect(described.type).toBe('EXPRESS');
  });

  it('answer a synchronous start with the output', async () => {
    await using run = await express({
      A: { Type: 'Pass', Output: { sum: '{% $states.input.a + 1 %}' }, End: true },
    });
    const answer = await run.startSync('{"a": 1}');
    expect(answer).toMatchObject({
      executionArn: expect.stringMatching(EXPRESS_ARN),
      stateMachineArn: MACHINE_ARN,
      name: 'exec',
      status: 'SUCCEEDED',
      input: '{"a": 1}',
      output: '{"sum":2}',
      billingDetails: { billedDurationInMilliseconds: 100, billedMemoryUsedInMB: 64 },
    });
    expect(answer.error).toBeUndefined();
  });

  it('answer a synchronous start with the error', async () => {
    await using run = await express({ A: { Type: 'Fail', Error: 'Nope', Cause: 'because' } });
    const answer = await run.startSync();
    expect(answer).toMatchObject({ status: 'FAILED', error: 'Nope', cause: 'because', input: '{}' });
    expect(answer.output).toBeUndefined();
  });

  it('show their run id in the context, and the count of redrives to a run that nobody waits for', async () => {
    const seen = deferred<Record<string, unknown>>();
    const states = {
      A: invoke('f', {
        Arguments: { FunctionName: 'f', Payload: '{% $states.context.Execution %}' },
        End: true,
      }),
    };
    await using run = await express(states, { f: (execution) => seen.resolve(execution) });
    const { executionArn } = await run.start();
    expect(executionArn).toMatch(EXPRESS_ARN);
    expect(await seen.promise).toMatchObject({ Id: executionArn, Name: 'exec', RedriveCount: 0 });
  });

  it('show no count of redrives to a run whose starter waits', async () => {
    await using run = await express({
      A: { Type: 'Pass', Output: '{% $states.context.Execution %}', End: true },
    });
    const { executionArn, output = '' } = await run.startSync();
    expect(JSON.parse(output)).toEqual({
      Id: executionArn,
      Input: {},
      Name: 'exec',
      RoleArn: ROLE_ARN,
      StartTime: '2026-01-01T00:00:00.000Z',
    });
  });

  it('start anew for the same name', async () => {
    await using run = await express({ A: { Type: 'Succeed' } });
    const [first, second] = [await run.start(), await run.start()];
    expect(first.executionArn).not.toBe(second.executionArn);
  });

  it('time out after five minutes', async () => {
    const { clock, startSync, ...server } = await express({ A: { Type: 'Wait', Seconds: 301, End: true } });
    await using _ = server;
    const answer = startSync();
    await waitFor(() => clock.sleeps.length === 2);
    expect(clock.sleeps).toEqual([300_000, 301_000]);
    clock.skipToNext();
    expect(await answer).toMatchObject({
      status: 'TIMED_OUT',
      billingDetails: { billedDurationInMilliseconds: 300_000 },
    });
  });

  it('have no history and no list of executions', async () => {
    await using run = await express({ A: { Type: 'Succeed' } });
    const { executionArn } = await run.start();
    const refusal = {
      name: 'InvalidArn',
      message: "Invalid Arn: 'Resource type not valid in this context: express'",
    };
    const calls = [
      run.sfn.send(new DescribeExecutionCommand({ executionArn })),
      run.sfn.send(new GetExecutionHistoryCommand({ executionArn })),
      run.sfn.send(new StopExecutionCommand({ executionArn })),
      run.sfn.send(new RedriveExecutionCommand({ executionArn })),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: refusal });
    }
    await expect(
      run.sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN })),
    ).rejects.toMatchObject({
      name: 'StateMachineTypeNotSupported',
      message: 'This operation is not supported by this type of state machine',
    });
  });

  it('refuse bad input before anything runs', async () => {
    await using run = await express({ A: { Type: 'Succeed' } });
    await expect(run.startSync('{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
