// A history event as GetExecutionHistory writes it: its details under a name of their own.

import type { EventDetails, HistoryEvent } from '../history.ts';
import { seconds } from './input.ts';

const DATA_FIELDS = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
]);

export function writtenEvent(event: HistoryEvent, withData: boolean): Readonly<Record<string, unknown>> {
  const { id, previousEventId, timestamp, type, details } = event;
  return {
    timestamp: seconds(timestamp),
    type,
    id,
    previousEventId,
    ...(details && { [detailsName(type)]: withData ? details : withoutData(details) }),
  };
}

/** `stateEnteredEventDetails` for all types of states, otherwise by the event's type. */
function detailsName(type: string): string {
  const state = /State(Entered|Exited)$/.exec(type);
  if (state !== null) return `state${state[1]}EventDetails`;
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

function withoutData(details: EventDetails): EventDetails {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !DATA_FIELDS.has(name)));
}
