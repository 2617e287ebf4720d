// Stops a run half-way. It can be redriven for 14 days, and then goes on as if it had never stopped.

import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import { NotRunning } from '../errors.ts';
import { expressExecution } from '../logs/express-arn.ts';
import { describeRun, isExpress } from './resolve.ts';
import { type RunSummary, summaryOf } from './summary.ts';

export interface StopOptions extends CallOptions {
  /** What the run's description says of why. */
  readonly cause: string;
}

/** The error that a stopped run's description has. */
export const STOPPED = 'Stopped';

/**
 * @returns the run as it is then
 * @throws {NotRunning} when it has ended
 * @throws {RunNotFound} @throws {NotOfThisStore} @throws {IsExpressRun}
 */
export async function stopRun(
  context: AuditContext,
  executionArn: string,
  { cause, signal }: StopOptions,
): Promise<RunSummary> {
  if (expressExecution(executionArn, context.store) !== undefined) throw isExpress(executionArn, 'stopped');
  const before = summaryOf(await describeRun(context, executionArn, { signal }), context.store);
  if (before.outcome !== 'running') throw ended(before);
  const command = new StopExecutionCommand({ executionArn, error: STOPPED, cause });
  await patiently(() => context.sfn.send(command, { abortSignal: signal }), { signal });
  const after = summaryOf(await describeRun(context, executionArn, { signal }), context.store);
  // A stop that comes too late changes nothing and is no error of AWS.
  if (after.outcome !== 'aborted' && after.outcome !== 'running') throw ended(after);
  return after;
}

function ended({ name, outcome }: RunSummary): NotRunning {
  return new NotRunning(`${name} has ended: it is ${outcome}`);
}
