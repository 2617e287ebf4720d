// The state machine of a run as it was when the run started; a later deployment may have changed it.

import { DescribeStateMachineForExecutionCommand } from '@aws-sdk/client-sfn';
import { type AuditContext, patiently } from '../../audit/index.ts';

/** The definition in Amazon States Language, parsed. */
export async function definitionOf(
  { sfn }: AuditContext,
  executionArn: string,
  signal: AbortSignal,
): Promise<unknown> {
  const command = new DescribeStateMachineForExecutionCommand({ executionArn });
  const { definition = '{}' } = await patiently(() => sfn.send(command, { abortSignal: signal }), { signal });
  return JSON.parse(definition);
}
