// A state machine `machine` with the role `machine-role`, and its one execution `first`.

import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { vi } from 'vitest';
import { ACCOUNT, arnOf, roleOf, type TestCloud } from './support.ts';

export const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:machine`;
/** Who the execution is to AWS. */
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/machine-role/first`;

/** A machine of one state, which may do what the statements say. */
export function machineOf(state: object, statements: object[]) {
  return {
    MachineRole: roleOf('states', 'machine-role', statements),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'machine',
        RoleArn: arnOf('MachineRole'),
        Definition: { QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: state } },
      },
    },
  };
}

/** Starts the execution, from outside. @returns it once it has ended */
export async function run(cloud: TestCloud): Promise<DescribeExecutionCommandOutput> {
  const start = new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'first' });
  const { executionArn } = await cloud.outside.sfn.send(start);
  return ended(cloud, executionArn);
}

export function ended(
  { outside }: TestCloud,
  executionArn: string | undefined,
): Promise<DescribeExecutionCommandOutput> {
  return vi.waitUntil(
    async () => {
      const now = await outside.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return now.status === 'RUNNING' ? undefined : now;
    },
    { timeout: 60_000, interval: 10 },
  );
}

/** A cause without the one thing in it that is never the same. */
export function withoutRequestId(cause: string | undefined): string | undefined {
  return cause?.replace(/Request ID: [\w-]+/, 'Request ID: …');
}
