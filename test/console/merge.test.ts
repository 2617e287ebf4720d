import { describe, expect, it } from 'vitest';
import type { Outcome, RunSummary } from '../../console/api.ts';
import { liveWindow, merge, refresh } from '../../console/web/data/merge.ts';

/** A run that started at this minute. */
function run(minute: number, outcome: Outcome = 'committed'): RunSummary {
  const startedAt = `2026-11-20T12:${String(minute).padStart(2, '0')}:00.000Z`;
  const name = `run-${minute}`;
  const status = outcome === 'running' ? 'RUNNING' : 'SUCCEEDED';
  return {
    executionArn: `arn:${name}`,
    name,
    operation: 'update',
    status,
    outcome,
    startedAt,
    redriveCount: 0,
  };
}

const names = (runs: readonly RunSummary[]) => runs.map(({ name, outcome }) => `${name} ${outcome}`);

describe('a list and a look at its beginning', () => {
  it('takes new runs, newest first, and what has become of those that it knows', () => {
    const known = [run(5, 'running'), run(4), run(3)];
    const { runs, added } = merge(known, {
      entries: [run(7), run(5, 'stuck'), run(4)],
      reached: run(4).startedAt,
    });
    expect(names(runs)).toEqual(['run-7 committed', 'run-5 stuck', 'run-4 committed', 'run-3 committed']);
    expect(added).toBe(1);
  });

  it('drops what does not match the filter any more, within what was looked at', () => {
    const known = [run(5, 'running'), run(4, 'running'), run(2, 'running')];
    expect(names(merge(known, { entries: [run(4, 'running')], reached: run(3).startedAt }).runs)).toEqual([
      'run-4 running',
      'run-2 running',
    ]);
    expect(merge(known, { entries: [] }).runs).toEqual([]);
  });

  it('keeps a run that started at the very time to which was looked', () => {
    expect(names(merge([run(3)], { entries: [], reached: run(3).startedAt }).runs)).toEqual([
      'run-3 committed',
    ]);
  });

  it('can be brought up to date without moving', () => {
    expect(names(refresh([run(5, 'running'), run(4)], { entries: [run(6), run(5)] }))).toEqual([
      'run-5 committed',
      'run-4 committed',
    ]);
  });

  it('is looked at as deep as runs are under way, within bounds', () => {
    const many = Array.from({ length: 900 }, () => run(1));
    expect(liveWindow(many)).toBe(50);
    expect(liveWindow(many.with(100, run(2, 'running')))).toBe(110);
    expect(liveWindow(many.with(880, run(2, 'running')))).toBe(500);
  });
});
