// The state machine of a run as it was when the run started; a later deployment may have changed it.

import { DescribeStateMachineForExecutionCommand } from '@aws-sdk/client-sfn';
import type { AuditContext } from '../../audit/index.ts';

/** The definition in Amazon States Language, parsed. */
export async function definitionOf(
  { sfn }: AuditContext,
  executionArn: string,
  signal: AbortSignal,
): Promise<unknown> {
  const { definition = '{}' } = await sfn.send(
    new DescribeStateMachineForExecutionCommand({ executionArn }),
    {
      abortSignal: signal,
    },
  );
  return JSON.parse(definition);
}
