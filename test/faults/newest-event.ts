// How far an execution is, by the newest event of its history alone.

import { GetExecutionHistoryCommand, type SFNClient } from '@aws-sdk/client-sfn';

const ENDS: ReadonlySet<string> = new Set(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted']);

export interface NewestEvent {
  readonly id: number;
  readonly type: string;
  readonly isEnd: boolean;
}

/** Undefined where there is no such execution: a start that failed. */
export async function newestEvent(sfn: SFNClient, executionArn: string): Promise<NewestEvent | undefined> {
  const newest = { executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false };
  try {
    const { events } = await sfn.send(new GetExecutionHistoryCommand(newest));
    const { id = 0, type = '' } = events?.[0] ?? {};
    return { id, type, isEnd: ENDS.has(type) };
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}
