// The state machine of a run as it was when the run started; a later deployment may have changed it. Of an Express run, of which Step
// Functions keeps nothing: as it is now.

import { DescribeStateMachineCommand, DescribeStateMachineForExecutionCommand } from '@aws-sdk/client-sfn';
import { type AuditContext, patiently } from '../../audit/index.ts';

/** The definition in Amazon States Language, parsed. */
export async function definitionOf(
  context: AuditContext,
  executionArn: string,
  signal: AbortSignal,
): Promise<unknown> {
  const describe = executionArn.split(':')[5] === 'express' ? describeMachine : describeMachineOfRun;
  const { definition = '{}' } = await patiently(() => describe(context, executionArn, signal), { signal });
  return JSON.parse(definition);
}

interface Described {
  readonly definition: string | undefined;
}

async function describeMachineOfRun(
  { sfn }: AuditContext,
  executionArn: string,
  abortSignal: AbortSignal,
): Promise<Described> {
  return sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }), { abortSignal });
}

async function describeMachine(
  { sfn }: AuditContext,
  expressArn: string,
  abortSignal: AbortSignal,
): Promise<Described> {
  const stateMachineArn = machineOf(expressArn);
  return sfn.send(new DescribeStateMachineCommand({ stateMachineArn }), { abortSignal });
}

function machineOf(expressArn: string): string {
  return [...expressArn.split(':').slice(0, 5), 'stateMachine', expressArn.split(':')[6]].join(':');
}
