// A schedule starts sweeps by itself, and what it cannot start is kept in its queue, which an alarm watches.

import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { expect, it, vi } from 'vitest';
import { useWatched } from './watched.ts';

const HOUR = 60 * 60;
const schedule = ScheduleExpression.rate(Duration.days(3));
const stage = useWatched({ sweep: { schedule } }, { startsSweeps: true });

/** Hour by hour, until something shows. */
async function passUntil(shows: () => boolean): Promise<void> {
  const look = (): boolean => {
    stage.store.pass(HOUR);
    return shows();
  };
  await vi.waitUntil(look, { timeout: 60_000, interval: 10 });
}

it('starts a sweep when its time has come, which is not overdue then', async () => {
  await passUntil(() => stage.count('ExecutionsStarted') > 0);
  await vi.waitUntil(() => stage.count('ExecutionsSucceeded') > 0, { timeout: 60_000, interval: 10 });
  expect(stage.alarms()).toEqual([]);
});

it('not started: what the schedule has tried for a day is in its queue', async () => {
  const refused = { service: 'states', operation: 'StartExecution', when: 'before', status: 400 } as const;
  stage.fault({ ...refused, error: 'AccessDeniedException', times: 'always' });
  await passUntil(() => stage.alarms().includes('sweep-not-started'));
  stage.store.cloud.faults.clear();
  expect(stage.alarms()).not.toContain('sweep-failed');
});
