// The history of a run, all pages of it.

import { GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import { notFound } from '../runs/resolve.ts';
import { nameOf } from '../runs/summary.ts';

/** The whole history, oldest event first. @throws {RunNotFound} */
export async function readHistory(
  { sfn }: Pick<AuditContext, 'sfn'>,
  executionArn: string,
  { signal }: CallOptions = {},
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const command = new GetExecutionHistoryCommand({
      ...{ executionArn, maxResults: 1000, includeExecutionData: true },
      ...(nextToken !== undefined && { nextToken }),
    });
    try {
      const page = await patiently(() => sfn.send(command, { abortSignal: signal }), { signal });
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } catch (error) {
      if ((error as Error).name === 'ExecutionDoesNotExist') throw notFound(nameOf(executionArn));
      throw error;
    }
  } while (nextToken !== undefined);
  return events;
}
