// Which execution of the Standard lane tells what became of an Express run.

import { continuedName } from '../../core/keys/run.ts';
import type { AuditContext, CallOptions } from '../context.ts';
import { idOf } from '../logs/logged-run.ts';
import { continuationIn } from './continuation.ts';
import { describe } from './list.ts';
import { executionArn as arnOf, parsed, type RunSummary } from './summary.ts';

/** The ARN of the execution that goes on with an Express run, or settles it; undefined where the run's own end is all. */
export async function goesOnAs(
  context: AuditContext,
  { executionArn, operation, outcome, run }: RunSummary,
  { signal }: CallOptions,
): Promise<string | undefined> {
  const id = idOf(executionArn, context);
  if (id === undefined || (outcome !== 'continued' && outcome !== 'unknown')) return undefined;
  const name = continuedName(id);
  const found = await describe(context, arnOf(context.store, operation, name), signal);
  const { continues, settles } = continuationIn(name, parsed(found?.input));
  const isIts =
    settles !== undefined || (continues !== undefined && (run ?? continues.run) === continues.run);
  return isIts ? found?.executionArn : undefined;
}
