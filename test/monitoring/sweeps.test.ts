// Each alarm on scheduled sweeps goes off when what it is about happens, by itself.

import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { expect, it } from 'vitest';
import type { FaultInput } from '../../local/index.ts';
import { page } from '../e2e/one-item.ts';
import { useWatched } from './watched.ts';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const stage = useWatched({
  sweep: { schedule: ScheduleExpression.rate(Duration.days(1)), alarmAbove: 1 },
});

/** Leaves objects that nothing points at, and lets them get old enough to be swept. */
async function leaveOrphans(texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await stage.commit('update', { ...page(text), cleanUp: { whenSucceeded: false } });
  }
  stage.store.pass(DAY + HOUR);
}

async function sweep(): Promise<void> {
  const found = stage.measured('Orphans');
  expect(await stage.sweep()).toMatchObject({ status: 'SUCCEEDED' });
  await found;
}

it('overdue: two days without one, until one succeeds', async () => {
  expect(stage.alarms()).toEqual(['sweep-overdue']);
  await sweep();
  expect(stage.alarms()).toEqual([]);
  stage.store.pass(DAY);
  expect(stage.alarms()).toEqual([]);
});

it('orphans: more than there may be, until a sweep finds fewer', async () => {
  await stage.commit('create', page('first'));
  await leaveOrphans(['A']);
  await sweep();
  expect(stage.alarms()).toEqual([]);
  await leaveOrphans(['B', 'C']);
  await sweep();
  expect(stage.alarms()).toEqual(['orphans']);
  stage.store.pass(DAY + HOUR);
  expect(stage.alarms()).toEqual(['orphans']);
  await sweep();
  expect(stage.alarms()).toEqual([]);
});

it('failed: no batch could be looked at', async () => {
  await stage.commit('create', page('first'));
  await sweep();
  const denied = { service: 'dynamodb', operation: 'BatchGetItem', when: 'before', status: 400 } as const;
  stage.fault({ ...denied, error: 'AccessDeniedException', times: 'always' });
  const incomplete = stage.measured('Failed');
  expect(await stage.sweep()).toMatchObject({ status: 'FAILED', error: 'NothingSwept' });
  await incomplete;
  expect(stage.alarms()).toEqual(['sweep-failed', 'sweep-incomplete']);
  stage.store.pass(2 * HOUR);
  expect(stage.alarms()).toEqual(['sweep-incomplete']);
});

it('incomplete: an object could not be deleted, until a sweep leaves none out', async () => {
  await stage.commit('create', page('first'));
  await leaveOrphans(['A']);
  const denied: FaultInput = {
    service: 's3',
    operation: 'DeleteObjects',
    when: 'before',
    error: 'AccessDenied',
  };
  stage.fault({ ...denied, status: 403, times: 'always' });
  await sweep();
  expect(stage.alarms()).toEqual(['sweep-incomplete']);
  stage.store.cloud.faults.clear();
  stage.store.pass(2 * HOUR);
  expect(stage.alarms()).toEqual(['sweep-incomplete']);
  await sweep();
  expect(stage.alarms()).toEqual([]);
});
