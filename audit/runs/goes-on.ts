// Which execution of the Standard lane tells what became of an Express run.

import { continuedName } from '../../core/keys/run.ts';
import type { AuditContext, CallOptions } from '../context.ts';
import { idOf, isRun } from '../logs/logged-run.ts';
import { continuationIn } from './continuation.ts';
import { describe } from './list.ts';
import { executionArn as arnOf, parsed, type RunSummary } from './summary.ts';

/**
 * The ARN of the execution that goes on with an Express run, or settles it; undefined where the run's own end is all, or where it may be
 * another execution of its name that goes on.
 * @param isOnly - whether the log tells of no other execution of its name
 */
export async function goesOnAs(
  context: AuditContext,
  run: RunSummary,
  { isOnly, signal }: CallOptions & { readonly isOnly: boolean },
): Promise<string | undefined> {
  const { executionArn, operation, outcome } = run;
  const id = idOf(executionArn, context);
  // That one is running says that its log does not tell the end.
  if (id === undefined || !['continued', 'unknown', 'running'].includes(outcome)) return undefined;
  const name = continuedName(id);
  const found = await describe(context, arnOf(context.store, operation, name), signal);
  const { continues, settles } = continuationIn(name, parsed(found?.input));
  if (continues === undefined && settles === undefined) return undefined;
  const told = continues?.run ?? parsed(found?.output)?.run;
  // Who settles says of all executions of the id that none has written, or which one has.
  const fits = typeof told === 'string' ? isRun(run, told) : 'yes';
  return fits === 'yes' || (fits === 'maybe' && isOnly) ? found?.executionArn : undefined;
}
