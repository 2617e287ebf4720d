// What an operation does, by the local cloud's own record: the calls of each service, and a run's history.

import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import type { ObservedCall } from '../../local/service.ts';

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
  /** States entered, those of iterations included, and the start: what Step Functions bills. */
  readonly transitions: number;
  readonly events: number;
  /** What is logged of the history: its events as JSON without data, since the store's state machines leave that out. */
  readonly loggedBytes: number;
  readonly states: readonly string[];
}

export async function recordOf(sfn: SFNClient, executionArn: string): Promise<RunRecord> {
  const events: HistoryEvent[] = [];
  for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
    const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  }
  const states = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
  return {
    transitions: states.length + 1,
    events: events.length,
    loggedBytes: events.reduce((sum, event) => sum + LOG_ENVELOPE_BYTES + dataless(event), 0),
    states,
  };
}

/** Assumed of what CloudWatch's event says beside it: the execution's ARN, its log stream, times. */
const LOG_ENVELOPE_BYTES = 200;
/** What `includeExecutionData: false` leaves out (Developer Guide, "Logging"). */
const DATA: ReadonlySet<string> = new Set([
  'input',
  'output',
  'parameters',
  'assignedVariables',
  'resultSelector',
]);

function dataless(event: HistoryEvent): number {
  const text = JSON.stringify(event, (name, value: unknown) => (DATA.has(name) ? undefined : value));
  return Buffer.byteLength(text);
}
