// Redriving: a closed execution goes on from the states that did not succeed.

import { ServiceError } from '../service.ts';
import type { Execution } from './execution.ts';
import { drive, type Environment } from './executions.ts';
import { MAX_HISTORY_EVENTS, REDRIVE_PERIOD_MS, REDRIVE_TOKEN_MS, REDRIVE_TOKENS } from './limits.ts';
import { resumable } from './run/frame.ts';

/** Why the execution cannot be redriven now, in the words of DescribeExecution; undefined if it can. */
export function redriveObstacle(execution: Execution, now: number): string | undefined {
  if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') {
    return `Execution is ${execution.status} and cannot be redriven`;
  }
  if (execution.history.events.length >= MAX_HISTORY_EVENTS - 1)
    return 'Execution history event limit exceeded';
  if (now - (execution.stoppedAt ?? now) > REDRIVE_PERIOD_MS) return 'Execution redrivable period exceeded';
  return undefined;
}

/**
 * Goes on from the states that did not succeed, with the same input, definition and variables. Which events follow
 * ExecutionRedriven is not documented. Here a state that was entered is not entered again, as "the execution
 * reschedules and then reruns the Task state" suggests, except Fail, which "reenters".
 * @param token one of the last 10, used within 15 minutes, makes no new redrive
 * @returns when the redrive was made
 * @throws {ServiceError} ExecutionNotRedrivable
 */
export function redrive(environment: Environment, execution: Execution, token?: string): number {
  const now = environment.clock.now();
  const repeated = execution.redriveTokens
    .slice(-REDRIVE_TOKENS)
    .find((used) => used.token === token && now - used.redrivenAt <= REDRIVE_TOKEN_MS);
  if (repeated !== undefined) return repeated.redrivenAt;
  const obstacle = redriveObstacle(execution, now);
  if (obstacle !== undefined) throw new ServiceError('ExecutionNotRedrivable', obstacle);
  if (token !== undefined) execution.redriveTokens.push({ token, redrivenAt: now });
  execution.redriveCount += 1;
  execution.redrivenAt = now;
  execution.status = 'RUNNING';
  execution.stoppedAt = undefined;
  execution.error = undefined;
  execution.cause = undefined;
  execution.root = resumable(execution.root);
  execution.root.lastEventId = execution.history.add('ExecutionRedriven', execution.history.events.length, {
    redriveCount: execution.redriveCount,
  });
  drive(environment, execution, JSON.parse(execution.inputText));
  return now;
}
