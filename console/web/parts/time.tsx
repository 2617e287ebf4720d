// Times: how long ago, with the exact time at hand; and how long something takes while it goes on.

import { useEffect, useState } from 'react';
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

/** The duration of a run that has ended, or that of one under way up to now. */
export function Duration({ ms, since }: { ms: number | undefined; since: string }) {
  return ms === undefined ? <Running since={since} /> : formatDuration(ms);
}

function Running({ since }: { since: string }) {
  const now = useNow(1000);
  return <>{formatDuration(Math.max(0, now - Date.parse(since)))}</>;
}
