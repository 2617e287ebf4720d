// How a list that has been read so far takes what a look at the newest runs shows.

import type { NewestRuns, RunSummary } from '../../api.ts';

export interface Merged {
  /** Newest start first, as the server lists them. */
  readonly runs: readonly RunSummary[];
  /** Runs that were not known. */
  readonly added: number;
}

export function merge(known: readonly RunSummary[], { entries, reached }: NewestRuns): Merged {
  const current = new Set(entries.map(({ executionArn }) => executionArn));
  // Within what was looked at, a run that is missing matches the filter no more.
  const isLookedAt = ({ startedAt }: RunSummary) => reached === undefined || startedAt > reached;
  const kept = known.filter((run) => !current.has(run.executionArn) && !isLookedAt(run));
  const knownArns = new Set(known.map(({ executionArn }) => executionArn));
  const added = entries.filter(({ executionArn }) => !knownArns.has(executionArn)).length;
  return { runs: [...entries, ...kept].sort(newestFirst), added };
}

/** The list as it was, with what is newer of its own runs: nothing moves. */
export function refresh(known: readonly RunSummary[], { entries }: NewestRuns): readonly RunSummary[] {
  const current = new Map(entries.map((run) => [run.executionArn, run]));
  return known.map((run) => current.get(run.executionArn) ?? run);
}

/** How many runs a look must show, so that every run known as running is among them. */
export function liveWindow(known: readonly RunSummary[]): number {
  const deepest = known.findLastIndex(({ outcome }) => outcome === 'running');
  return Math.min(Math.max(SMALLEST_WINDOW, deepest + 10), LARGEST_WINDOW);
}

const SMALLEST_WINDOW = 50;
const LARGEST_WINDOW = 500;

/** ISO 8601 times are in order as texts. */
function newestFirst(one: RunSummary, other: RunSummary): number {
  if (one.startedAt === other.startedAt) return 0;
  return one.startedAt < other.startedAt ? 1 : -1;
}
