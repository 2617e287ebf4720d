// Step Functions keeps no history of an Express run, and neither does the local cloud. What one enters and logs is read of a run of the
// same definition as a Standard state machine, which is made for that.

import { CreateStateMachineCommand, DescribeStateMachineCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../../client/index.ts';

/** The store with the definitions of its Express lane in the place of those of the Standard one. @throws {Error} without such a lane */
export async function recordedStore(sfn: SFNClient, store: StoreDescriptor): Promise<StoreDescriptor> {
  const { express, ...standard } = store;
  if (express === undefined) throw new Error('the store has no Express lane');
  const machines = await Promise.all(
    Object.entries(express.stateMachines).map(
      async ([operation, arn]) => [operation, await recordedMachine(sfn, arn)] as const,
    ),
  );
  return { ...standard, stateMachines: { ...store.stateMachines, ...Object.fromEntries(machines) } };
}

async function recordedMachine(sfn: SFNClient, stateMachineArn: string): Promise<string> {
  const { name, definition, roleArn } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const made = await sfn.send(
    new CreateStateMachineCommand({
      name: `${name?.slice(0, 70)}-recorded`,
      type: 'STANDARD',
      definition,
      roleArn,
    }),
  );
  return made.stateMachineArn as string;
}
