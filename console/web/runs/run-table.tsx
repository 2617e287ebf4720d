// The rows of a list of runs. Only those in view are in the document, however many there are.

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { Session } from '../../api.ts';
import type { Runs } from '../data/use-runs.ts';
import { formatCount } from '../format.ts';
import { Notice, Problem } from '../parts/problem.tsx';
import { useNow } from '../parts/time.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import { HeadRow, type NamedBy, RunRow } from './run-row.tsx';

const ROW_HEIGHT = { wide: 36, narrow: 60 };
/** The next page is asked for when so few rows are left. */
const READ_AHEAD = 40;
const PAGE_STEP = 15;

interface RunTableProps {
  readonly runs: Runs;
  readonly session: Session;
  readonly namedBy?: NamedBy;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  /** Shows the Standard lane alone, where the log of the other cannot be read. */
  readonly onStandard?: () => void;
  /** Told whether the list's beginning is in view. */
  readonly onTop: (isAtTop: boolean) => void;
}

export function RunTable(props: RunTableProps) {
  const { runs: listing, session, namedBy = 'item', isFiltered, onClear, onTop } = props;
  const { runs, isLoading, hasMore, error, waiting, pages, loadMore } = listing;
  const scroller = useRef<HTMLDivElement>(null);
  const [{ active, turn }, setWalk] = useState({ active: 0, turn: 0 });
  const handled = useRef(0);
  const now = useNow(10_000);
  const height = useNarrow() ? ROW_HEIGHT.narrow : ROW_HEIGHT.wide;
  const virtualizer = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => runs[index]?.executionArn ?? index,
    overscan: 10,
    scrollPaddingStart: 40,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when their height changes
  useEffect(() => virtualizer.measure(), [height]);
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page that was read, however little it showed
  useEffect(() => {
    if (hasMore && error === undefined && last >= runs.length - READ_AHEAD) loadMore();
  }, [hasMore, error, last, runs.length, pages, loadMore]);

  const setActive = useCallback((index: number) => setWalk((walk) => ({ ...walk, active: index })), []);
  const move = (to: number) => {
    const next = Math.min(Math.max(to, 0), runs.length - 1);
    setWalk({ active: next, turn: turn + 1 });
    virtualizer.scrollToIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Runs that came since may have moved the row that has the focus.
    const row = (event.target as Element).closest('.run')?.getAttribute('aria-rowindex');
    const target = MOVES[event.key]?.(row ? Number(row) - 2 : active, runs.length);
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(target);
  };
  useFirstKey(() => move(active));

  if (error !== undefined && runs.length === 0)
    return <Problem error={error} onRetry={listing.retry} onStandard={props.onStandard} level={2} />;
  if (isLoading) return <Loading />;
  if (runs.length === 0 && !hasMore) {
    return <Empty session={session} isFiltered={isFiltered} onClear={onClear} />;
  }
  return (
    <div className="list">
      {waiting > 0 && (
        <button
          type="button"
          className="button primary fresh"
          onClick={() => {
            listing.showWaiting();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          {formatCount(waiting)} new {waiting === 1 ? 'run' : 'runs'}
        </button>
      )}
      <div
        className="scroller"
        ref={scroller}
        onScroll={(event) => onTop(event.currentTarget.scrollTop < height)}
        role="table"
        aria-label="Runs, newest first"
        aria-rowcount={hasMore ? -1 : runs.length + 1}
        aria-describedby="list-state"
        onKeyDown={onKeyDown}
      >
        <HeadRow namedBy={namedBy} />
        <div className="rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ index, start, key }) => {
            const run = runs[index];
            return (
              run && (
                <RunRow
                  key={key}
                  run={run}
                  index={index}
                  now={now}
                  top={start}
                  isActive={index === Math.min(active, runs.length - 1)}
                  turn={turn}
                  handled={handled}
                  onActive={setActive}
                  namedBy={namedBy}
                />
              )
            );
          })}
        </div>
      </div>
      <ListState listing={listing} />
    </div>
  );
}

/** While nothing has the focus, the first key of a walk goes to the list. */
function useFirstKey(enter: () => void): void {
  const latest = useRef(enter);
  latest.current = enter;
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const isFree = document.activeElement === document.body || document.activeElement?.id === 'main';
      if (!isFree || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!['j', 'k', 'ArrowDown', 'ArrowUp'].includes(event.key)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

const MOVES: Readonly<Record<string, (from: number, count: number) => number>> = {
  ArrowDown: (from) => from + 1,
  j: (from) => from + 1,
  ArrowUp: (from) => from - 1,
  k: (from) => from - 1,
  PageDown: (from) => from + PAGE_STEP,
  PageUp: (from) => from - PAGE_STEP,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function ListState({ listing: { runs, hasMore, error, retry } }: { listing: Runs }) {
  return (
    <div className="list-state" id="list-state">
      {error !== undefined ? (
        <>
          <span role="alert">The list ends here for now: {error instanceof Error ? error.message : ''}</span>
          <button type="button" className="button" onClick={retry}>
            List again
          </button>
        </>
      ) : (
        <span role="status">{stateText(runs.length, hasMore)}</span>
      )}
    </div>
  );
}

function stateText(count: number, hasMore: boolean): string {
  if (hasMore)
    return count === 0 ? 'Looking for runs that match…' : `${formatCount(count)} runs read, there are more`;
  return count === 1 ? '1 run' : `${formatCount(count)} runs`;
}

function Loading() {
  return (
    <div className="list" aria-busy="true">
      <p className="visually-hidden" role="status">
        Loading runs
      </p>
      {Array.from({ length: 12 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div className="skeleton" key={at} />
      ))}
    </div>
  );
}

function Empty({ session, isFiltered, onClear }: Pick<RunTableProps, 'session' | 'isFiltered' | 'onClear'>) {
  if (isFiltered) {
    return (
      <Notice title="No run matches" level={2}>
        <p>Step Functions remembers a run for 90 days after its end.</p>
        <div className="actions">
          <button type="button" className="button" onClick={onClear}>
            Clear the filters
          </button>
        </div>
      </Notice>
    );
  }
  return (
    <Notice title="No runs yet" level={2}>
      <p>
        Every create, update and delete on <code>{session.store.table}</code> will show up here as a run.
      </p>
    </Notice>
  );
}
