// Small histories in the shape of GetExecutionHistory, written by hand.

import type { HistoryEvent } from '@aws-sdk/client-sfn';

type Details = Readonly<Record<string, unknown>>;

/** One event: its type, the id of the one before it, and details. Ids count from 1, a tenth of a second apart. */
export type Line = readonly [type: string, previous: number, details?: Details];

const START = Date.UTC(2026, 10, 23, 12);

export function history(...lines: readonly Line[]): HistoryEvent[] {
  return lines.map(([type, previousEventId, details], at) => ({
    timestamp: new Date(START + at * 100),
    type: type as HistoryEvent['type'],
    id: at + 1,
    previousEventId,
    ...(details && { [detailsMember(type)]: details }),
  }));
}

function detailsMember(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

/** A create that DynamoDB refuses: one object was put, and is deleted again. */
export const ROLLED_BACK = history(
  ['ExecutionStarted', 0],
  ['TaskStateEntered', 0, { name: 'Plan' }],
  ['TaskScheduled', 2],
  ['TaskStarted', 3],
  ['TaskSucceeded', 4],
  ['TaskStateExited', 5, { name: 'Plan' }],
  ['MapStateEntered', 6, { name: 'PutObjects' }],
  ['MapStateStarted', 7, { length: 1 }],
  ['MapIterationStarted', 8, { name: 'PutObjects', index: 0 }],
  ['TaskStateEntered', 9, { name: 'PutObject', input: '{"attribute":"page"}' }],
  ['TaskScheduled', 10],
  ['TaskStarted', 11],
  ['TaskSucceeded', 12],
  ['TaskStateExited', 13, { name: 'PutObject' }],
  ['MapIterationSucceeded', 14, { name: 'PutObjects', index: 0 }],
  ['MapStateSucceeded', 15],
  ['MapStateExited', 15, { name: 'PutObjects' }],
  ['TaskStateEntered', 17, { name: 'WriteItem' }],
  ['TaskScheduled', 18],
  ['TaskStarted', 19],
  [
    'TaskFailed',
    20,
    {
      error: 'WriteRefused',
      cause: JSON.stringify({
        errorType: 'WriteRefused',
        errorMessage: JSON.stringify({ message: 'DynamoDB refuses: not allowed' }),
      }),
    },
  ],
  ['TaskStateExited', 21, { name: 'WriteItem' }],
  ['TaskStateEntered', 22, { name: 'DeleteCreatedObjects' }],
  ['TaskScheduled', 23],
  ['TaskStarted', 24],
  ['TaskSucceeded', 25],
  ['TaskStateExited', 26, { name: 'DeleteCreatedObjects' }],
  ['FailStateEntered', 27, { name: 'RolledBack' }],
  [
    'ExecutionFailed',
    28,
    { error: 'RolledBack.WriteRefused', cause: '{"message":"DynamoDB refuses: not allowed"}' },
  ],
);
