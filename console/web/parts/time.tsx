// Times: how long ago, with the exact time at hand; and how long something takes while it goes on.

import { useEffect, useState } from 'react';
import type { RunSummary } from '../../api.ts';
import { useVisible } from '../data/use-visible.ts';
import { formatAgo, formatDuration, formatTime } from '../format.ts';

/** The time now, renewed every so often while the page is seen. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  const isVisible = useVisible();
  useEffect(() => {
    if (!isVisible) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isVisible]);
  return now;
}

export function Ago({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatAgo(at, now)}
    </time>
  );
}

type Timed = Pick<RunSummary, 'durationMs' | 'outcome' | 'startedAt' | 'startUnknown'>;

/** The duration of a run that has ended, or that of one under way up to now. The log of an Express run may tell neither. */
export function Duration({ run: { durationMs, outcome, startedAt, startUnknown } }: { run: Timed }) {
  if (durationMs !== undefined) return formatDuration(durationMs);
  if (outcome === 'running' && !startUnknown) return <Running since={startedAt} />;
  return <span title="Its log does not tell when it started, or when it ended.">not told</span>;
}

function Running({ since }: { since: string }) {
  const now = useNow(1000);
  return <>{formatDuration(Math.max(0, now - Date.parse(since)))}</>;
}
