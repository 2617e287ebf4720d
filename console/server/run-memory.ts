// The runs that were listed before. The list is looked at every few seconds, and AWS allows few descriptions a second:
// a run that has ended is described once, and again only after a redrive.

import type { KnownRuns, RunSummary } from '../../audit/index.ts';

/** Summaries are small: this many take about 30 MB. */
const KEPT_RUNS = 25_000;

/** What both a listing and a description tell of an execution, and what differs once it has been redriven. */
interface Ended {
  readonly status: string | undefined;
  readonly redriveCount: number | undefined;
  readonly at: Date | undefined;
}

export function createRunMemory(): KnownRuns {
  const runs = new Map<string, { readonly run: RunSummary; readonly ending: string }>();
  return {
    find({ executionArn = '', status, redriveCount, stopDate }) {
      const kept = runs.get(executionArn);
      return kept?.ending === endingOf({ status, redriveCount, at: stopDate }) ? kept.run : undefined;
    },
    keep(run) {
      const { executionArn, status, redriveCount, stoppedAt } = run;
      runs.delete(executionArn);
      if (stoppedAt === undefined) return;
      runs.set(executionArn, { run, ending: endingOf({ status, redriveCount, at: stoppedAt }) });
      const [oldest] = runs.keys();
      if (runs.size > KEPT_RUNS && oldest !== undefined) runs.delete(oldest);
    },
  };
}

function endingOf({ status, redriveCount = 0, at }: Ended): string {
  return `${status} ${redriveCount} ${at?.getTime()}`;
}
