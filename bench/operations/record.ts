// What an operation does, by the local cloud's own record: the calls of each service, and a run's history.

import type { HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { readHistory } from '../../audit/history/read-history.ts';
import type { ObservedCall } from '../../local/service.ts';
import { transitionsOf } from '../../test/e2e/transitions.ts';

/** The calls since it was last asked. */
export class CallRecord {
  #calls: ObservedCall[] = [];

  readonly observe = (call: ObservedCall): void => {
    this.#calls.push(call);
  };

  /** Calls by `service.Operation`, once all of them are answered. */
  async take(): Promise<Readonly<Record<string, number>>> {
    for (let seen = -1; seen < this.#calls.length; ) {
      seen = this.#calls.length;
      await Promise.all(this.#calls.map(({ ended }) => ended));
    }
    const counts: Record<string, number> = {};
    for (const { service, operation } of this.#calls.splice(0)) {
      const name = `${service}.${operation}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }
}

export interface RunRecord {
  /** What Step Functions bills, see {@link transitionsOf}. */
  readonly transitions: number;
  readonly events: number;
  /** What is logged of the history: its events as JSON without data, since the store's state machines leave that out. */
  readonly loggedBytes: Readonly<Record<'ALL' | 'ERROR', number>>;
}

export async function recordOf(sfn: SFNClient, executionArn: string): Promise<RunRecord> {
  const events = await readHistory({ sfn }, executionArn);
  const errors = events.filter(({ type }) => ERROR.test(type ?? ''));
  return {
    transitions: transitionsOf(events),
    events: events.length,
    loggedBytes: { ALL: bytesOf(events), ERROR: bytesOf(errors) },
  };
}

/** Assumed of what CloudWatch's event says beside it: the execution's ARN, its log stream, times. */
const LOG_ENVELOPE_BYTES = 200;
/** The events that are logged at the level `ERROR` (Developer Guide, "Using CloudWatch Logs to log execution history"). */
const ERROR = /(?:Failed|Aborted|TimedOut)$|^FailStateEntered$/;
/** What `includeExecutionData: false` leaves out (Developer Guide, "Logging"). */
const DATA: ReadonlySet<string> = new Set([
  'input',
  'output',
  'parameters',
  'assignedVariables',
  'resultSelector',
]);

function bytesOf(events: readonly HistoryEvent[]): number {
  return events.reduce((sum, event) => sum + LOG_ENVELOPE_BYTES + dataless(event), 0);
}

function dataless(event: HistoryEvent): number {
  const text = JSON.stringify(event, (name, value: unknown) => (DATA.has(name) ? undefined : value));
  return Buffer.byteLength(text);
}
