// What state machines tell the bus of their executions.

import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test, vi } from 'vitest';
import { startLocalCloud } from '../../local/index.ts';
import { machine } from '../local-states/support.ts';

const MACHINES = 'arn:aws:states:us-east-1:000000000000:stateMachine:';
const stateMachine = (StateMachineName: string, states: Record<string, unknown>) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    StateMachineName,
    DefinitionString: JSON.stringify(machine(states)),
    RoleArn: 'arn:aws:iam::000000000000:role/any',
  },
});

test('the failure of an execution starts another', async () => {
  const pattern = {
    source: ['aws.states'],
    detail: { status: ['FAILED'], stateMachineArn: [`${MACHINES}fails`] },
  };
  await using cloud = await startLocalCloud({
    template: {
      Resources: {
        Fails: stateMachine('fails', { No: { Type: 'Fail', Error: 'Small', Cause: 'too small' } }),
        Told: stateMachine('told', { Done: { Type: 'Succeed', Output: '{% $states.input.detail %}' } }),
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: { EventPattern: pattern, Targets: [{ Id: 'a', Arn: `${MACHINES}told` }] },
        },
      },
    },
  });
  const { endpoint, region, credentials } = cloud;
  const sfn = new SFNClient({ endpoint, region, credentials });
  const start = { stateMachineArn: `${MACHINES}fails`, name: 'n', input: '{"n":1}' };
  const { executionArn } = await sfn.send(new StartExecutionCommand(start));
  const ended = { stateMachineArn: `${MACHINES}told`, statusFilter: 'SUCCEEDED' } as const;
  const told = await vi.waitUntil(
    async () => (await sfn.send(new ListExecutionsCommand(ended))).executions?.[0],
    { timeout: 60_000 },
  );
  const { output } = await sfn.send(new DescribeExecutionCommand({ executionArn: told.executionArn }));
  expect(JSON.parse(output ?? '')).toEqual({
    executionArn,
    stateMachineArn: `${MACHINES}fails`,
    name: 'n',
    status: 'FAILED',
    startDate: expect.any(Number),
    stopDate: expect.any(Number),
    input: '{"n":1}',
    inputDetails: { included: true },
    output: null,
    outputDetails: null,
    error: 'Small',
    cause: 'too small',
  });
  sfn.destroy();
});
