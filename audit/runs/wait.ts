// Waits for the end of a run.

import { type AuditContext, sleep } from '../context.ts';
import { describeRun } from './resolve.ts';
import { type RunSummary, summaryOf } from './summary.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/** The run once it has ended. @throws the signal's reason; the run goes on */
export async function waitForRun(
  context: AuditContext,
  executionArn: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RunSummary> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const run = summaryOf(await describeRun(context, executionArn, { signal }), context.store);
    if (run.outcome !== 'running') return run;
    await sleep(pause, signal);
  }
}
