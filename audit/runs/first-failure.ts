// Why a run compensates. Where the compensation fails, too, the execution tells of that alone.

import {
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { isWay } from '../../core/errors/errors.ts';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import { detailsOf, type Failure, failureOf, meaningOf } from '../events.ts';
import { continuationIn } from './continuation.ts';
import { nameOf, parsed } from './summary.ts';

const COMPENSATION = 'DeleteCreatedObjects';
/** Events back from a run's end, in which its last compensation and the failure before it are looked for. */
const FAR_BACK = 1000;

/**
 * The failure that the last compensation followed; undefined where there was none. What the write says of puts is none: their own
 * failures came before.
 * @param events - of a run's history, oldest first
 */
export function compensatedFor(events: readonly HistoryEvent[]): Failure | undefined {
  const at = events.findLastIndex(
    (event) => meaningOf(event) === 'entered' && detailsOf(event).name === COMPENSATION,
  );
  return events
    .slice(0, Math.max(at, 0))
    .filter((event) => meaningOf(event) === 'attempt failed')
    .map(failureOf)
    .findLast(({ error }) => !isWay(error));
}

/** The same by a call; undefined also for a caller who may not read histories. */
export async function firstFailure(
  { sfn }: AuditContext,
  executionArn: string,
  { signal }: CallOptions = {},
): Promise<Failure | undefined> {
  const command = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: FAR_BACK });
  try {
    const { events = [] } = await patiently(() => sfn.send(command, { abortSignal: signal }), { signal });
    return compensatedFor(events.toReversed());
  } catch (error) {
    if (['AccessDeniedException', 'ExecutionDoesNotExist'].includes((error as Error).name)) return undefined;
    throw error;
  }
}

/** Why the Express run compensates that an execution goes on with; undefined for other executions. */
export function failureBefore({ executionArn = '', input }: DescribeExecutionOutput): Failure | undefined {
  return continuationIn(nameOf(executionArn), parsed(input)).continues?.failure;
}
