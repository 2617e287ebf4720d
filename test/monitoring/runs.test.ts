// Each alarm on runs and tasks goes off when what it is about happens, by itself.

import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../local/index.ts';
import type { EndedRun, Run } from '../e2e/harness.ts';
import { page } from '../e2e/one-item.ts';
import { useWatched } from './watched.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const stage = useWatched({});

const DELETES_FAIL: FaultInput = {
  ...{ service: 's3', operation: 'DeleteObjects', when: 'before', error: 'InternalError' },
  times: 'always',
};

async function end(run: Run): Promise<EndedRun> {
  return stage.store.passUntilEnd(run);
}

/** A write that is in doubt until it is stuck. */
async function stuckInDoubt(): Promise<Run> {
  stage.writeFault({ when: 'before', error: 'InternalServerError', times: 'always' });
  const run = await stage.start('create', page('X'));
  expect(await end(run)).toMatchObject({ status: 'FAILED', error: 'WriteInDoubt' });
  stage.store.cloud.faults.clear();
  return run;
}

describe('what is answered as it should be raises none', () => {
  it('a run that commits, one that is rejected, and one that meets another write', async () => {
    await stage.commit('create', page('A'));
    expect(await end(await stage.start('create', page('B')))).toMatchObject({
      error: 'Rejected.AlreadyExists',
    });
    const held = await stage.startHeld('update', page('C'), 'WriteItem');
    await stage.commit('update', page('D'));
    expect(await end(held)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.alarms()).toEqual([]);
    const { monitoring } = stage.store.cloud;
    const failed = monitoring.metrics().filter(({ name }) => name === 'Failed');
    expect(failed.map(({ dimensions }) => dimensions)).toEqual([{ Outcome: 'Rejected' }]);
    const passed = monitoring.metrics().find(({ name }) => name === 'UpdatePassed');
    expect(passed?.dimensions).toEqual({ State: 'PauseBeforeReplan' });
  });

  it('a write that says which way its saga takes', async () => {
    for (let time = 0; time < 5; time += 1) {
      expect(await end(await stage.start('delete'))).toMatchObject({ status: 'SUCCEEDED' });
    }
    const put = { service: 's3', operation: 'PutObject', when: 'before' } as const;
    stage.fault({ ...put, error: 'InternalError' });
    expect((await end(await stage.start('create', page('A')))).states).toContain('LetRequestsExpire');
    stage.fault({ ...put, error: 'AccessDenied', status: 403 });
    expect(await end(await stage.start('update', page('B')))).toMatchObject({
      error: 'RolledBack.PutRefused',
    });
    expect(stage.alarms()).toEqual([]);
    const counted = stage.store.cloud.monitoring.metrics().map(({ name }) => name);
    expect(counted).not.toContain('TaskErrors');
  });

  it('fewer than five attempts that crash', async () => {
    stage.fault({ ...CRASH, times: 4 });
    expect(await end(await stage.start('create', page('A')))).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.alarms()).toEqual([]);
  });
});

const CRASH: FaultInput = {
  ...{ service: 'lambda', operation: 'Invoke', when: 'before', error: 'Runtime.ExitError', match: 'Plan' },
};
const THROTTLED = { ...CRASH, error: 'TooManyRequestsException', times: 5 };

describe('runs', () => {
  it('stuck', async () => {
    await stuckInDoubt();
    expect(stage.alarms()).toEqual(['stuck']);
    stage.store.pass(HOUR + 5 * MINUTE);
    expect(stage.alarms()).toEqual([]);
  });

  it('outcome unknown', async () => {
    const run = await stuckInDoubt();
    stage.store.pass(2 * HOUR);
    await stage.store.putForeign({ ...stage.typedKey, title: { S: 'of another program' } });
    await run.redrive();
    expect(await end(run)).toMatchObject({ error: 'OutcomeUnknown' });
    expect(stage.alarms()).toEqual(['outcome-unknown']);
  });

  it('stopped', async () => {
    const run = await stage.startHeld('create', page('X'), 'WriteItem');
    await run.stop();
    await run.end();
    expect(stage.alarms()).toEqual(['stopped']);
    expect(stage.count('ExecutionsAborted')).toBe(1);
  });

  it('rolled back: five of a few, and not four', async () => {
    const refusals = { when: 'before', error: 'AccessDeniedException', status: 400 } as const;
    for (let runs = 1; runs <= 5; runs += 1) {
      expect(stage.alarms()).toEqual([]);
      stage.writeFault(refusals);
      expect(await end(await stage.start('create', page('X')))).toMatchObject({
        error: 'RolledBack.WriteRefused',
      });
    }
    expect(stage.alarms()).toEqual(['rolled-back']);
    stage.store.pass(16 * MINUTE);
    expect(stage.alarms()).toEqual([]);
  });

  it('clean-ups deferred: in three hours of a day', async () => {
    await stage.commit('create', page('A'));
    stage.fault(DELETES_FAIL);
    for (const text of ['B', 'C', 'D']) {
      expect(stage.alarms()).toEqual([]);
      stage.store.pass(2 * HOUR);
      expect(await end(await stage.start('update', page(text)))).toMatchObject({
        output: { cleanup: 'deferred' },
      });
      stage.store.pass(16 * MINUTE); // the errors of the task itself are over
    }
    expect(stage.alarms()).toEqual(['clean-ups-deferred']);
  });
});

describe('tasks', () => {
  it('errors: five attempts that crash, though the run commits', async () => {
    stage.fault({ ...CRASH, times: 5 });
    expect(await end(await stage.start('create', page('A')))).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.alarms()).toEqual(['task-errors']);
  });

  it('throttles: ten attempts', async () => {
    for (const operation of ['create', 'update'] as const) {
      expect(stage.alarms()).toEqual([]);
      stage.fault(THROTTLED);
      expect(await end(await stage.start(operation, page(operation)))).toMatchObject({ status: 'SUCCEEDED' });
    }
    expect(stage.alarms()).toEqual(['task-throttles']);
  });
});
