// History events as the tree builder reads them: what an event does to its state, and the details it carries.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { causeMessage } from '../core/errors/cause-message.ts';

/** What an event means for the state, the Map or the execution that it belongs to. */
export type EventMeaning =
  | 'entered'
  | 'exited'
  | 'attempt'
  | 'attempt failed'
  | 'attempt succeeded'
  | 'iteration'
  | 'composite ended'
  | 'execution failed'
  | 'execution redriven'
  | 'other';

/** Why something failed: the error's name, and the message in its cause. Empty where AWS does not tell. */
export interface Failure {
  readonly error: string;
  readonly message: string;
}

/** The members that the many kinds of event details share. */
export interface EventDetails {
  readonly name?: string;
  readonly index?: number;
  readonly input?: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Of a failed evaluation: the state's name. */
  readonly state?: string;
}

/** By the names of AWS's event types (API reference, HistoryEvent). */
const MEANINGS: readonly (readonly [RegExp, EventMeaning])[] = [
  [/StateEntered$/, 'entered'],
  [/StateExited$/, 'exited'],
  [/^(?:Task|LambdaFunction|Activity)Scheduled$|^(?:MapState|ParallelState|MapRun)Started$/, 'attempt'],
  [/^(?:Task|LambdaFunction|Activity)(?:Submit|Schedule|Start)?(?:Failed|TimedOut)$/, 'attempt failed'],
  [/^(?:EvaluationFailed|MapRunFailed)$/, 'attempt failed'],
  [/^(?:Task|LambdaFunction|Activity)Succeeded$/, 'attempt succeeded'],
  [/^MapIteration/, 'iteration'],
  [/^(?:MapState|ParallelState)(?:Succeeded|Failed|Aborted)$/, 'composite ended'],
  [/^ExecutionFailed$/, 'execution failed'],
  [/^ExecutionRedriven$/, 'execution redriven'],
];

export function meaningOf({ type }: HistoryEvent): EventMeaning {
  return MEANINGS.find(([pattern]) => pattern.test(type ?? ''))?.[1] ?? 'other';
}

/** The details, under whatever name this type of event has them. */
export function detailsOf(event: HistoryEvent): EventDetails {
  const entry = Object.entries(event).find(([member]) => member.endsWith('EventDetails'));
  return (entry?.[1] as EventDetails | undefined) ?? {};
}

export function failureOf(event: HistoryEvent): Failure {
  const { error = '', cause = '' } = detailsOf(event);
  const isTimeout = error === '' && event.type?.endsWith('TimedOut') === true;
  return { error: isTimeout ? 'States.Timeout' : error, message: causeMessage(cause) };
}

export function timeOf({ timestamp }: HistoryEvent): Date {
  return timestamp ?? new Date(0);
}
