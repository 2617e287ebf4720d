// What tasks answered, read from histories and from answers of their functions; without what differs by chance.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Answer } from './steps.ts';

/** A task as a history tells of it. */
export interface Scheduled {
  readonly payload: unknown;
  readonly answer: Answer;
}

/** The tasks of a history in the order in which they were begun. */
export function tasksOf(events: readonly HistoryEvent[]): readonly Scheduled[] {
  return events.flatMap((event) => {
    const { parameters } = event.taskScheduledEventDetails ?? {};
    if (parameters === undefined) return [];
    const started = events.find((each) => each.type === 'TaskStarted' && each.previousEventId === event.id);
    const end = events.find(
      (each) => each.previousEventId === (started ?? event).id && each.type !== 'TaskStarted',
    );
    return [{ payload: (JSON.parse(parameters) as { Payload: unknown }).Payload, answer: answerIn(end) }];
  });
}

/** The answer of a function that was called directly. */
export function answerOf({ failed, body }: { readonly failed: boolean; readonly body: unknown }): Answer {
  if (!failed) return { result: body };
  const { errorType, errorMessage } = body as { errorType: string; errorMessage: string };
  return failure(errorType, errorMessage);
}

/** The cause of a run's end without its message, which is for people. */
export function causeOf(cause: string | undefined): unknown {
  try {
    const { message: _, ...details } = JSON.parse(cause ?? '{}') as Record<string, unknown>;
    return details;
  } catch {
    return {};
  }
}

/** The value without what differs between two recordings of one release: ids, and where in a bundle an error was thrown. */
export function withoutChance(value: unknown): unknown {
  if (typeof value === 'string') return evenText(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(withoutChance);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'trace');
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutChance(each)]));
}

function evenText(text: string): string {
  if (text.startsWith('{')) {
    try {
      return JSON.stringify(withoutChance(JSON.parse(text)));
    } catch {
      // It only looks like JSON.
    }
  }
  return text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '00000000-0000-0000-0000-000000000000');
}

function answerIn(event: HistoryEvent | undefined): Answer {
  const { output } = event?.taskSucceededEventDetails ?? {};
  if (output !== undefined) return { result: (JSON.parse(output) as { Payload: unknown }).Payload };
  const { error, cause = '{}' } = event?.taskFailedEventDetails ?? {};
  if (error === undefined || /^(?:Lambda|States)\./.test(error)) return { lost: true };
  return failure(error, (JSON.parse(cause) as { errorMessage: string }).errorMessage);
}

function failure(error: string, errorMessage: string): Answer {
  try {
    const { message: _, ...reason } = JSON.parse(errorMessage) as Record<string, unknown>;
    return { error, reason };
  } catch {
    return { error };
  }
}
