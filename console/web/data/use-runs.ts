// The list of runs: read page by page as it is scrolled, and kept current at its beginning.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { NewestRuns, RunSummary, RunsPage } from '../../api.ts';
import { ApiError, get, type Query } from './http.ts';
import { liveWindow, merge, refresh } from './merge.ts';
import { useVisible } from './use-visible.ts';

const PAGE_SIZE = '100';
/** Shorter while something that is shown is under way. */
const POLL_MS = { running: 2000, idle: 10_000 };

export interface Runs {
  readonly runs: readonly RunSummary[];
  readonly isLoading: boolean;
  /** Whether there may be more runs than those read so far. */
  readonly hasMore: boolean;
  readonly error: unknown;
  /** Of the last look at the beginning. */
  readonly liveError: unknown;
  /** New runs that are held back while the list is scrolled. */
  readonly waiting: number;
  readonly isLive: boolean;
  /** Pages read so far: one may have shown nothing, and yet not be the last. */
  readonly pages: number;
  loadMore(): void;
  retry(): void;
  showWaiting(): void;
}

interface State {
  readonly key: string;
  readonly runs: readonly RunSummary[];
  readonly cursor?: string | undefined;
  readonly isStarted: boolean;
  readonly isReading: boolean;
  readonly error?: unknown;
  readonly liveError?: unknown;
  readonly held?: NewestRuns | undefined;
  readonly waiting: number;
  readonly looks: number;
  readonly pages: number;
}

function fresh(key: string): State {
  return { key, runs: [], isStarted: false, isReading: false, waiting: 0, looks: 0, pages: 0 };
}

/**
 * @param filter - of the API's `runs`
 * @param isAtTop - while false, new runs wait, so that nothing moves under the reader
 */
export function useRuns(filter: Query, isAtTop: boolean): Runs {
  const key = JSON.stringify(filter);
  const [state, setState] = useState<State>(() => fresh(key));
  const [attempt, setAttempt] = useState(0);
  const isVisible = useVisible();
  const current = state.key === key ? state : fresh(key);
  const latest = useRef(current);
  latest.current = current;
  const topRef = useRef(isAtTop);
  topRef.current = isAtTop;

  const update = useCallback(
    (change: (before: State) => Partial<State>) =>
      setState((before) => {
        const base = before.key === key ? before : fresh(key);
        return { ...base, ...change(base) };
      }),
    [key],
  );

  const read = useCallback(
    async (cursor: string | undefined, signal: AbortSignal) => {
      update(() => ({ isReading: true, error: undefined }));
      try {
        const query: Query = { ...JSON.parse(key), limit: PAGE_SIZE, cursor };
        const page = await get<RunsPage>('runs', query, signal);
        if (signal.aborted) return; // another list is shown by now
        update(({ runs, pages }) => ({
          pages: pages + 1,
          runs: cursor === undefined ? page.entries : appended(runs, page.entries),
          cursor: page.cursor,
          isStarted: true,
          isReading: false,
        }));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.problem.error === 'ListingGone')
          setAttempt((count) => count + 1);
        else update(() => ({ error, isReading: false, isStarted: true }));
      }
    },
    [key, update],
  );

  const controller = useRef<AbortController>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` reads anew
  useEffect(() => {
    const own = new AbortController();
    controller.current = own;
    void read(undefined, own.signal);
    return () => own.abort();
  }, [read, attempt]);

  const loadMore = useCallback(() => {
    const { cursor, isReading, error } = latest.current;
    if (cursor === undefined || isReading || error !== undefined || !controller.current) return;
    void read(cursor, controller.current.signal);
  }, [read]);

  const look = useCallback(
    async (signal: AbortSignal) => {
      const limit = String(liveWindow(latest.current.runs));
      try {
        const page = await get<NewestRuns>('runs', { ...JSON.parse(key), limit, once: 'true' }, signal);
        if (signal.aborted) return;
        update((before) => taken(before, page, topRef.current));
      } catch (error) {
        if (!signal.aborted) update(({ looks }) => ({ liveError: error, looks: looks + 1 }));
      }
    },
    [key, update],
  );

  const isRunning = current.runs.some(({ outcome }) => outcome === 'running');
  const isLive = isVisible && current.isStarted && current.error === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each look is followed by the next
  useEffect(() => {
    if (!isLive) return;
    const own = new AbortController();
    const timer = setTimeout(() => void look(own.signal), isRunning ? POLL_MS.running : POLL_MS.idle);
    return () => {
      clearTimeout(timer);
      own.abort();
    };
  }, [isLive, isRunning, look, current.looks]);

  const showWaiting = useCallback(() => {
    update((before) => (before.held ? taken(before, before.held, true) : {}));
  }, [update]);

  return {
    runs: current.runs,
    isLoading: !current.isStarted,
    hasMore: current.cursor !== undefined,
    error: current.error,
    liveError: current.liveError,
    waiting: current.waiting,
    isLive,
    pages: current.pages,
    loadMore,
    retry: () => setAttempt((count) => count + 1),
    showWaiting,
  };
}

/** What was listed anew may already have come by a fresh look at the beginning. */
function appended(runs: readonly RunSummary[], more: readonly RunSummary[]): readonly RunSummary[] {
  const known = new Set(runs.map(({ executionArn }) => executionArn));
  return [...runs, ...more.filter(({ executionArn }) => !known.has(executionArn))];
}

function taken(before: State, newest: NewestRuns, isAtTop: boolean): Partial<State> {
  const { runs, added } = merge(before.runs, newest);
  const seen = { looks: before.looks + 1, liveError: undefined };
  return added === 0 || isAtTop
    ? { ...seen, runs, waiting: 0, held: undefined }
    : { ...seen, runs: refresh(before.runs, newest), waiting: added, held: newest };
}
