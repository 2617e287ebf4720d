// When a run is looked at: first when it is likely to have ended, then often for a while, then ever more rarely.

import { jittered } from '../calls/pause.ts';

/** After its start, milliseconds: most runs of one attribute have ended by then (bench/latency.ts). */
const FIRST_LOOK_MS = 250;
/** For so long after the first look the end is likely to be near, and worth a look so often. */
const LIKELY_MS = 1000;
const LIKELY_PAUSE_MS = 60;
/** Then pauses grow from the first to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
const GROWTH = 1.5;

/** The looks at one run. */
export interface Looks {
  /** Milliseconds until the first. */
  readonly first: number;
  /** Milliseconds until the next. */
  pause(): number;
  /** Whether the next one may well find the end: then it asks for all at once, instead of for the status alone. */
  readonly isLikely: boolean;
}

/**
 * @param startedAt - when the run was started, by `performance.now()`; undefined for one that may have ended long ago
 * @param intervalMs - the caller's own, in place of what is likely: from the start on
 */
export function looksAt(startedAt: number | undefined, intervalMs: number | undefined): Looks {
  const since = startedAt ?? performance.now();
  const elapsed = () => performance.now() - since;
  const isLikely = () => startedAt !== undefined && elapsed() < FIRST_LOOK_MS + LIKELY_MS;
  const shortest = intervalMs ?? FIRST_PAUSE_MS;
  let next = shortest;
  return {
    first: startedAt === undefined || intervalMs !== undefined ? 0 : Math.max(0, FIRST_LOOK_MS - elapsed()),
    get isLikely() {
      return isLikely();
    },
    pause() {
      // Around the pause: half and half again, as others are half and whole.
      if (intervalMs === undefined && isLikely()) return jittered((LIKELY_PAUSE_MS * 4) / 3);
      const pause = next;
      next = Math.max(shortest, Math.min(Math.max(pause, 1) * GROWTH, LONGEST_PAUSE_MS));
      return jittered(pause);
    },
  };
}
