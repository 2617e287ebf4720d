// A look at the newest runs, for a list that is kept current: it must be cheap, so it looks back so far and no further.

import { type AuditContext, type ListOptions, listRuns, type RunSummary } from '../../audit/index.ts';

export interface Newest {
  readonly entries: readonly RunSummary[];
  /** Runs that started after this were looked at; missing when all were. */
  readonly reached?: Date;
}

/** A listing page of each state machine. */
const MAX_SCANNED = 1000;

export async function lookAtNewest(
  context: AuditContext,
  { limit, signal, ...filter }: ListOptions & { readonly limit: number; readonly signal: AbortSignal },
): Promise<Newest> {
  const farEnough = new AbortController();
  const entries: RunSummary[] = [];
  let reached: Date | undefined;
  const options: ListOptions = {
    ...filter,
    signal: AbortSignal.any([signal, farEnough.signal]),
    onProgress: (progress) => {
      if (progress.scanned < MAX_SCANNED && progress.found < limit) return;
      reached = progress.reached;
      if (progress.found < limit) farEnough.abort();
    },
  };
  try {
    for await (const run of listRuns(context, { ...options, limit })) entries.push(run);
  } catch (error) {
    if (!farEnough.signal.aborted) throw error;
  }
  return { entries, ...(reached && { reached }) };
}
