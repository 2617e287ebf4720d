// One run as a row. Its link holds the focus; a click anywhere in the row follows it.

import { memo, type RefObject, useEffect, useRef } from 'react';
import type { RunSummary } from '../../api.ts';
import { Link } from '../parts/link.tsx';
import { OutcomeBadge } from '../parts/outcome.tsx';
import { Ago, Duration } from '../parts/time.tsx';
import { navigate, runAddress } from '../router.ts';
import { useKeyText } from '../session.ts';

/** What names a run in its row: its item, or in a list of one item's runs its own name. */
export type NamedBy = 'item' | 'name';

export function HeadRow({ namedBy }: { namedBy: NamedBy }) {
  return (
    <div className="row head" role="row" aria-rowindex={1}>
      <span role="columnheader">Outcome</span>
      <span role="columnheader">Operation</span>
      <span role="columnheader">{namedBy === 'item' ? 'Item' : 'Run'}</span>
      <span role="columnheader">Version</span>
      <span role="columnheader">What happened</span>
      <span role="columnheader" className="right">
        Duration
      </span>
      <span role="columnheader" className="right">
        Started
      </span>
    </div>
  );
}

interface RunRowProps {
  readonly run: RunSummary;
  readonly index: number;
  readonly now: number;
  readonly top: number;
  /** Whether it is the row that Tab comes to. */
  readonly isActive: boolean;
  /** Counts the steps of the walk through the list, and the last one after which a row has taken the focus. */
  readonly turn: number;
  readonly handled: RefObject<number>;
  readonly onActive: (index: number) => void;
  readonly namedBy: NamedBy;
}

export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { run, index, now, top, isActive, turn, handled, onActive, namedBy } = props;
  const link = useRef<HTMLAnchorElement>(null);
  const keyText = useKeyText();
  useEffect(() => {
    if (!isActive || turn === handled.current) return;
    handled.current = turn;
    link.current?.focus({ preventScroll: true });
  }, [isActive, turn, handled]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its link takes the keys
    <div
      className="row run"
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        if (!(event.target as Element).closest('a')) openRun(run);
      }}
    >
      <span role="cell" className="outcome">
        <OutcomeBadge outcome={run.outcome} />
      </span>
      <span role="cell" className="operation muted">
        {run.operation}
      </span>
      <span role="cell" className="item">
        <Link
          ref={link}
          to={runAddress(run)}
          tabIndex={isActive ? 0 : -1}
          onFocus={() => onActive(index)}
          title={run.name}
        >
          {namedBy === 'item' && run.key ? keyText(run.key) : run.name}
        </Link>
      </span>
      <span role="cell" className="version muted number">
        {run.version === undefined ? '' : `v${run.version}`}
      </span>
      <span role="cell" className="what">
        <What run={run} />
      </span>
      <span role="cell" className="duration right number muted">
        <Duration run={run} />
      </span>
      <span role="cell" className="started right number muted">
        <Ago at={run.startedAt} now={now} />
      </span>
    </div>
  );
});

/** What a click anywhere in a row does, unless text was selected in it. */
function openRun(run: RunSummary): void {
  if (getSelection()?.isCollapsed !== false) navigate(runAddress(run));
}

function What({ run }: { run: RunSummary }) {
  const { reason, message, because, replayOf, redriveCount, continues, settles } = run;
  const notes = [
    ...(continues === undefined ? [] : [`goes on with an Express run at ${continues.at}`]),
    ...(settles === undefined ? [] : ['settles an Express run']),
    ...(replayOf === undefined ? [] : [`replays ${replayOf}`]),
    ...(redriveCount === 0 ? [] : [`redriven ${redriveCount}×`]),
  ];
  return (
    <>
      {run.lane === 'express' && (
        <>
          <span className="lane">Express</span>{' '}
        </>
      )}
      {because && (
        <>
          <b>{because.error}</b>, then{' '}
        </>
      )}
      {reason !== undefined && <b>{reason}</b>}
      {reason !== undefined && message !== undefined && message !== '' && ': '}
      {message}
      {notes.length > 0 && `${reason === undefined ? '' : ' · '}${notes.join(' · ')}`}
    </>
  );
}
