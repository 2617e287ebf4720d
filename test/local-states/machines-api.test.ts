import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { EXECUTION_ARN, MACHINE_ARN, ROLE_ARN } from './server.ts';
import { machine, scenario } from './support.ts';

const rest = { Rest: { Type: 'Wait', Seconds: 60, End: true } };
const done = { Done: { Type: 'Succeed' } };
const startCommand = (input: string, name = 'exec') =>
  new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name, input });

describe('state machines', () => {
  const definition = JSON.stringify(machine(done));
  const create = { name: 'sm', definition, roleArn: ROLE_ARN };

  it('are created once, whoever asks again with the same', async () => {
    await using run = await scenario(done);
    expect(await run.sfn.send(new CreateStateMachineCommand(create))).toMatchObject({
      stateMachineArn: MACHINE_ARN,
    });
    const other = new CreateStateMachineCommand({ ...create, roleArn: `${ROLE_ARN}2` });
    await expect(run.sfn.send(other)).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
  });

  it('are described as they were given, with the settings that have no effect here', async () => {
    await using run = await scenario(done);
    const tracingConfiguration = { enabled: true };
    await run.sfn.send(new CreateStateMachineCommand({ ...create, name: 'traced', tracingConfiguration }));
    const stateMachineArn = MACHINE_ARN.replace(/sm$/, 'traced');
    expect(await run.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name: 'traced',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition,
      roleArn: ROLE_ARN,
      tracingConfiguration,
      loggingConfiguration: { level: 'OFF' },
    });
  });

  it('are listed in pages', async () => {
    await using run = await scenario(done);
    for (const name of ['b', 'c']) await run.sfn.send(new CreateStateMachineCommand({ ...create, name }));
    const first = await run.sfn.send(new ListStateMachinesCommand({ maxResults: 2 }));
    const second = await run.sfn.send(new ListStateMachinesCommand({ nextToken: first.nextToken }));
    const names = [first, second].flatMap(({ stateMachines = [] }) => stateMachines.map(({ name }) => name));
    expect(names.toSorted()).toEqual(['b', 'c', 'sm']);
    expect(second.nextToken).toBeUndefined();
  });

  it('are updated for executions that start later', async () => {
    await using run = await scenario(rest);
    await run.start();
    const update = await run.sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn: MACHINE_ARN, definition }),
    );
    expect(update.revisionId).toBeDefined();
    expect(await run.ended()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run.types()).toContain('WaitStateExited');
    const used = await run.sfn.send(
      new DescribeStateMachineForExecutionCommand({ executionArn: EXECUTION_ARN }),
    );
    expect(JSON.parse(used.definition ?? '')).toEqual(machine(rest));
    await run.sfn.send(startCommand('{}', 'later'));
    const later = new DescribeStateMachineForExecutionCommand({
      executionArn: EXECUTION_ARN.replace(/exec$/, 'later'),
    });
    expect(await run.sfn.send(later)).toMatchObject({ definition });
  });

  it('that are deleted start nothing and redrive nothing', async () => {
    await using run = await scenario({ No: { Type: 'Fail' } });
    await run.run();
    await run.sfn.send(new DeleteStateMachineCommand({ stateMachineArn: MACHINE_ARN }));
    await expect(run.sfn.send(startCommand('{}'))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    expect(await run.ended()).toMatchObject({ redriveStatusReason: 'State machine is in DELETING status' });
    const redriving = run.sfn.send(new RedriveExecutionCommand({ executionArn: EXECUTION_ARN }));
    await expect(redriving).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
  });

  it('are another for another type', async () => {
    await using run = await scenario(done);
    await run.sfn.send(new CreateStateMachineCommand({ ...create, name: 'fast', type: 'EXPRESS' }));
    const command = new CreateStateMachineCommand({ ...create, name: 'fast', type: 'STANDARD' });
    await expect(run.sfn.send(command)).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
  });

  it('have no tags', async () => {
    await using run = await scenario(done);
    expect(await run.sfn.send(new ListTagsForResourceCommand({ resourceArn: MACHINE_ARN }))).toMatchObject({
      tags: [],
    });
  });
});
