// Wait states: until a moment of the cloud's time.

import type { WaitState } from '../definition/types.ts';
import { evaluateAs, evaluateInteger, QueryError } from '../expressions/template.ts';
import { MAX_TIMEOUT_SECONDS } from '../limits.ts';
import { parseRfc3339 } from '../timestamp.ts';
import { asleep } from './thread.ts';
import { evaluating, leave, scopeOf, type Visit } from './visit.ts';

/** A Wait that a redrive goes on with keeps its end: past it, the state is left at once. */
export async function runWait(visit: Visit<WaitState>): Promise<void> {
  const { state, thread } = visit;
  const { frame, run } = thread;
  visit.decidedAfter = frame.lastEventId;
  frame.waitUntil ??= await evaluating(visit, endOf(visit));
  const remainingMs = frame.waitUntil - run.clock.now();
  if (remainingMs > 0) await asleep(thread, remainingMs);
  await leave(visit, state, frame.input);
}

async function endOf(visit: Visit<WaitState>): Promise<number> {
  const { state, thread } = visit;
  const scope = scopeOf(visit);
  if ('seconds' in state.until) {
    return (
      thread.frame.enteredAt +
      1000 * (await evaluateInteger(state.until.seconds, scope, 0, MAX_TIMEOUT_SECONDS))
    );
  }
  const text = await evaluateAs('string', state.until.timestamp, scope);
  const end = parseRfc3339(text);
  if (end !== undefined) return end;
  throw new QueryError(
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
    'Timestamp',
  );
}
