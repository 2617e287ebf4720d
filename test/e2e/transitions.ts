// What Step Functions bills of an execution, by its history.

import type { HistoryEvent } from '@aws-sdk/client-sfn';

/**
 * The start, each state that was entered, and each further attempt of a task (AWS Step Functions pricing: retries are charged as
 * additional state transitions).
 */
export function transitionsOf(events: readonly HistoryEvent[]): number {
  const count = (pattern: RegExp) => events.filter(({ type }) => pattern.test(type ?? '')).length;
  return 1 + count(/StateEntered$/) + (count(/^TaskScheduled$/) - count(/^TaskStateEntered$/));
}
