// Rule 7 against everything that can happen beside a sweep: real runs, stops, redrives and other sweeps, each of them in
// every gap between the steps of one batch. And what is lost when a step is left out.

import { describe, expect, it } from 'vitest';
import type { SweptStore } from '../../core/sweep/named-object.ts';
import { type SweepCalls, sweepBatch } from '../../core/sweep/sweep.ts';
import { sweepCalls } from '../../lambdas/sweep-calls.ts';
import { type Run, taskFailures } from './harness.ts';
import { NOTHING_LOST, page, useStage } from './one-item.ts';

const stage = useStage();
const DAY = 24 * 60 * 60;

const GAPS = [
  'the first read',
  'the question',
  'the second read',
  'the deletion',
  'everything else',
] as const;
type Gap = (typeof GAPS)[number];
type LeftOut = 'the second read' | 'the question' | `the ${'question' | 'second read'} and the grace`;

/** One batch of all the item's objects; in the gap before a step something happens. */
async function sweepWith(before: Gap, happens: () => Promise<void>, leftOut?: LeftOut): Promise<void> {
  const { descriptor, s3, dynamodb, sfn, cloud } = stage.store;
  const { table, bucket, prefix, stagingPrefix, key, stateMachines } = descriptor;
  const store: SweptStore = { table, bucket, prefix, stagingPrefix, key, reportPrefix: 'sweeps' };
  const now = cloud.clock.now();
  const objects = await stage.listed();
  const passed = new Set<Gap>();
  const at = async (gap: Gap) => {
    if (gap === before && !passed.has(gap)) await happens();
    passed.add(gap);
  };
  const real = sweepCalls({ store, s3, dynamodb, sfn, stateMachines });
  let reads = 0;
  const calls: SweepCalls = {
    referenced: async (own) => {
      reads += 1;
      await at(reads === 1 ? 'the first read' : 'the second read');
      return reads === 2 && leftOut?.startsWith('the second read') === true
        ? new Set()
        : real.referenced(own);
    },
    describe: async (run) => {
      await at('the question');
      if (leftOut?.startsWith('the question') !== true) return real.describe(run);
      return { status: 'SUCCEEDED', startDate: Date.parse(run.startTime), stopDate: now, redriveStatus: '' };
    },
    remove: async (keys) => {
      await at('the deletion');
      return real.remove(keys);
    },
  };
  const cutoff = leftOut?.endsWith('and the grace') === true ? Number.POSITIVE_INFINITY : now - DAY * 1000;
  await sweepBatch({ objects, dryRun: false, legacy: false, cutoff, now }, store, calls);
  if (!passed.has(before)) await happens(); // the step was not needed
}

async function finish(run: Run): Promise<void> {
  expect(await stage.store.passUntilEnd(run)).toMatchObject({ status: 'SUCCEEDED' });
}

/** A run that has put its object, and not written yet. */
async function heldUpdate(): Promise<Run> {
  await stage.commit('create', page('first'));
  return stage.startHeld('update', page('held'), 'WriteItem');
}

async function stoppedUpdate(): Promise<Run> {
  const run = await heldUpdate();
  await run.stop();
  await run.end();
  return run;
}

/** An update leaves what it replaced: S3 refuses to delete, until the faults are cleared. */
async function leaveAnOrphan(): Promise<void> {
  await stage.commit('create', page('old'));
  stage.fault({
    service: 's3',
    operation: 'DeleteObjects',
    when: 'before',
    error: 'SlowDown',
    status: 503,
    times: 'always',
  });
  const update = await stage.start('update', page('new'));
  expect(await stage.store.passUntilEnd(update)).toMatchObject({ output: { cleanup: 'deferred' } });
  stage.store.cloud.faults.clear();
}

/** By name, what is there before the sweep; it answers what then happens. */
const SITUATIONS: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  'a create has put its object days ago, reported failed; it goes on': async () => {
    stage.fault({ service: 's3', operation: 'PutObject', when: 'after', error: 'InternalError' });
    const create = await stage.start('create', page('put'));
    await create.until(taskFailures(1));
    stage.store.pass(3 * DAY);
    return () => finish(create);
  },
  'an update has put its object days ago; it goes on': async () => {
    const update = await heldUpdate();
    stage.store.pass(3 * DAY);
    return () => finish(update);
  },
  'an update was stopped; it is redriven in the last minute': async () => {
    const update = await stoppedUpdate();
    stage.store.pass(14 * DAY - 60);
    return async () => {
      await update.redrive();
      await finish(update);
    };
  },
  'a clean-up was deferred; the old content is written anew': async () => {
    await leaveAnOrphan();
    stage.store.pass(3 * DAY);
    return () => stage.commit('update', page('old'));
  },
  'a clean-up was deferred; the item is deleted and created anew with the old content': async () => {
    await leaveAnOrphan();
    stage.store.pass(3 * DAY);
    return async () => {
      await stage.commit('delete');
      await stage.commit('create', page('old'));
    };
  },
  'another writer has taken the pointer away; an update that was to keep the content goes on': async () => {
    await stage.commit('create', page('kept'));
    stage.store.pass(3 * DAY);
    const update = await stage.startHeld('update', page('kept'), 'WriteItem');
    const { page: _, ...item } = (await stage.item()) ?? {};
    await stage.store.putForeign(item);
    return () => finish(update);
  },
  'a clean-up was deferred; another sweep comes': async () => {
    await leaveAnOrphan();
    stage.store.pass(3 * DAY);
    return async () => {
      await stage.sweep();
    };
  },
};

describe.each(Object.entries(SITUATIONS))('%s', (_, prepare) => {
  it.each(GAPS)('before %s', async (gap) => {
    const happens = await prepare();
    await sweepWith(gap, happens);

    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBeDefined();
  });
});

describe('controls: what is lost without', () => {
  /** A run that goes on later than its token lives looks for its objects before it concludes anything (C1). */
  it.each<[LeftOut, Gap, keyof typeof SITUATIONS]>([
    ['the second read', 'the question', 'an update has put its object days ago; it goes on'],
    ['the question', 'the deletion', 'an update has put its object days ago; it goes on'],
  ])('%s: nothing of a late run, before %s, %s', async (leftOut, gap, situation) => {
    const happens = await SITUATIONS[situation]?.();
    await sweepWith(gap, happens ?? expect.fail, leftOut);
    expect((await stage.losses()).dangling).toEqual([]);
  });

  it('the second read and the grace: before the question, an update goes on', async () => {
    const update = await heldUpdate();
    await sweepWith('the question', () => finish(update), 'the second read and the grace');
    expect((await stage.losses()).dangling).toEqual([expect.any(String)]);
  });

  it.each<[string, LeftOut, readonly unknown[]]>([
    ['not the grace: it covers for the question while an object is young', 'the question', []],
    ['the grace as well', 'the question and the grace', [expect.any(String)]],
  ])('%s', async (_, leftOut, dangling) => {
    const update = await heldUpdate();
    await sweepWith('everything else', () => finish(update), leftOut);
    expect((await stage.losses()).dangling).toEqual(dangling);
  });
});
