// What the execution that goes on with an Express run, or settles it, was told of that run by its input (docs/lanes.md).

import { causeMessage } from '../../core/errors/cause-message.ts';
import { continuedId } from '../../core/keys/run.ts';
import type { Failure } from '../events.ts';

export interface Continuation {
  /** The Express run, as object keys name it. */
  readonly run: string;
  /** The state from which the execution goes on. */
  readonly at: string;
  /** The run's plan, unread. */
  readonly plan: object;
  /** Why the run compensates, if it did before it went on. */
  readonly failure?: Failure;
}

/** Neither, for every execution that does neither. */
export function continuationIn(
  executionName: string,
  input: unknown,
): { readonly continues?: Continuation; readonly settles?: string } {
  const id = continuedId(executionName);
  if (id === undefined || typeof input !== 'object' || input === null) return {};
  const { continues, settles } = input as Readonly<Record<string, unknown>>;
  if (typeof settles === 'object' && settles !== null) return { settles: id };
  if (typeof continues !== 'object' || continues === null) return {};
  const { at, plan, failure } = continues as Readonly<Record<string, unknown>>;
  const run = (plan as { readonly run?: unknown } | null | undefined)?.run;
  if (typeof at !== 'string' || typeof run !== 'string') return {};
  const because = failureIn(failure);
  return { continues: { run, at, plan: plan as object, ...(because && { failure: because }) } };
}

/** The input with which the Express run was started; the same for every other execution. */
export function originalInput(executionName: string, input: string): string {
  const parsed: unknown = JSON.parse(input);
  if (continuationIn(executionName, parsed).continues === undefined) return input;
  const { continues: _, ...own } = parsed as Readonly<Record<string, unknown>>;
  return JSON.stringify(own);
}

function failureIn(failure: unknown): Failure | undefined {
  const { name, cause } = (failure ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string') return undefined;
  return { error: name, message: typeof cause === 'string' ? causeMessage(cause) : '' };
}
