// Replays and stops of runs.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { listRuns, previewReplay, readRun, replay, stopRun } from '../../../audit/index.ts';
import { page } from '../../e2e/one-item.ts';
import { CANNOT_DELETE, REFUSED, useStagedRuns } from '../staged-runs.ts';

const { stage, audit, ended, rolledBack, stuck, replayed, endOf, statusOf } = useStagedRuns();
const DAY = 24 * 3600;

describe('a replay', () => {
  it('starts a rolled-back run anew, with the same input and under a name that says so', async () => {
    const run = await rolledBack();

    const { executionArn, kind } = await replayed(run);

    expect(kind).toBe('new-execution');
    expect(await endOf(executionArn)).toMatchObject({
      ...{ name: `${run.name}-replay-1`, outcome: 'committed', version: 1, replayOf: run.name },
    });
    const [first, second] = await Promise.all([run.arn, executionArn].map((arn) => readRun(audit(), arn)));
    expect(second?.input).toEqual(first?.input);
    expect(first?.replayedBy?.executionArn).toBe(executionArn);
    expect(await stage.page()).toBe('X');
  });

  it('made many times, at once and later, starts one run', async () => {
    const run = await rolledBack();
    const previews = await Promise.all([1, 2, 3].map(() => previewReplay(audit(), run.arn)));

    const made = await Promise.all(previews.map((preview) => replay(audit(), preview)));
    const [first] = made;
    await endOf(first?.executionArn ?? '');
    made.push(await replay(audit(), previews[0] as (typeof previews)[number]));

    expect(new Set(made.map(({ executionArn }) => executionArn)).size).toBe(1);
    expect(await previewReplay(audit(), run.arn)).toMatchObject({
      kind: 'refused',
      code: 'already-replayed',
    });
    const ofItem: string[] = [];
    for await (const { name } of listRuns(audit(), { key: stage.key })) ofItem.push(name);
    expect(ofItem).toEqual([`${run.name}-replay-1`, run.name]);
  });

  it('of a replay is the next one', async () => {
    const run = await rolledBack();
    stage.writeFault(REFUSED);
    const first = await replayed(run);
    expect(await endOf(first.executionArn)).toMatchObject({ outcome: 'rolled-back' });
    expect(await previewReplay(audit(), run.arn)).toMatchObject({ code: 'already-replayed' });

    const second = await replay(audit(), await previewReplay(audit(), first.executionArn));

    expect(await endOf(second.executionArn)).toMatchObject({
      ...{ outcome: 'committed', name: `${run.name}-replay-2`, replayOf: `${run.name}-replay-1` },
    });
  });

  it('of a name too long to be repeated is found all the same', async () => {
    const name = `import-${stage.key.id}-${'x'.repeat(60)}`;
    const run = await rolledBack(page('X'), name);

    const { executionArn } = await replayed(run);

    expect(await endOf(executionArn)).toMatchObject({ outcome: 'committed', replayOf: name });
  });

  it('redrives a stuck run once, however often it is asked at once', async () => {
    const run = await stuck();
    const previews = await Promise.all([1, 2, 3].map(() => previewReplay(audit(), run.arn)));

    const made = await Promise.all(previews.map((preview) => replay(audit(), preview)));

    expect(made).toEqual([1, 2, 3].map(() => ({ executionArn: run.arn, kind: 'redrive' })));
    expect(await endOf(run.arn)).toMatchObject({ outcome: 'committed', redriveCount: 1 });
    expect(await replay(audit(), previews[0] as (typeof previews)[number])).toEqual(made[0]);
    expect(await endOf(run.arn)).toMatchObject({ redriveCount: 1 });
    expect(await stage.page()).toBe('X');
  });

  it('does not redrive again a run that got stuck again', async () => {
    stage.fault(CANNOT_DELETE);
    const run = await rolledBack();
    const preview = await previewReplay(audit(), run.arn);
    await replay(audit(), preview);
    expect(await endOf(run.arn)).toMatchObject({ outcome: 'stuck', redriveCount: 1 });

    await replay(audit(), preview);

    expect(await endOf(run.arn)).toMatchObject({ outcome: 'stuck', redriveCount: 1 });
  });

  it('lets a stopped run go on', async () => {
    const run = await stage.startHeld('create', page('X'), 'WriteItem');
    expect(await stopRun(audit(), run.arn, { cause: 'a test' })).toMatchObject({
      ...{ outcome: 'aborted', reason: 'Stopped', message: 'a test' },
    });
    await expect(stopRun(audit(), run.arn, { cause: 'again' })).rejects.toThrow(
      `${run.name} has ended: it is aborted`,
    );

    await replayed(run);

    expect(await endOf(run.arn)).toMatchObject({ outcome: 'committed' });
  });

  it('is refused when the item has moved on, unless forced', async () => {
    await ended('create', page('X'));
    const run = await stuck('update', page('Y'));
    stage.store.pass(60);
    await ended('update', page('Z'));

    const preview = await previewReplay(audit(), run.arn);
    expect(preview).toMatchObject({
      kind: 'refused',
      code: 'item-moved-on',
      details: { versionThen: 1, versionNow: 2 },
    });
    await expect(replay(audit(), preview)).rejects.toMatchObject({
      name: 'ReplayRefused',
      code: 'item-moved-on',
    });
    expect(await stage.page()).toBe('Z');

    await replayed(run, true);
    expect(await endOf(run.arn)).toMatchObject({ outcome: 'committed', version: 3 });
    expect(await stage.page()).toBe('Y');
  });

  it('is refused when the item has moved on since the preview', async () => {
    const run = await rolledBack();
    const preview = await previewReplay(audit(), run.arn, { force: true });
    await ended('create', page('Z'));

    await expect(replay(audit(), preview)).rejects.toMatchObject({ name: 'ReplayRefused' });
    expect(await statusOf(run.arn)).toBe('FAILED');
    expect(await stage.page()).toBe('Z');
  });

  it('is refused when the upload is gone', async () => {
    const key = `staging/${stage.key.id}`;
    await stage.store.putObject(key, 'staged');
    const sha256 = createHash('sha256').update('staged').digest('hex');
    const run = await rolledBack({ largeAttributes: { page: { staged: { key, sha256, size: 6 } } } });
    expect(await previewReplay(audit(), run.arn)).toMatchObject({
      kind: 'new-execution',
      details: { staged: [{ state: 'there' }] },
    });
    await stage.store.putObject(key, 'another');
    expect(await previewReplay(audit(), run.arn)).toMatchObject({
      code: 'staged-content-gone',
      details: { staged: [{ state: 'changed' }] },
    });
    await stage.store.deleteObject(key);

    expect(await previewReplay(audit(), run.arn, { force: true })).toMatchObject({
      ...{ kind: 'refused', code: 'staged-content-gone' },
      reason: `the upload of page (${key}) is gone: write the content again`,
    });
  });

  it('is not advised when its upload was gone', async () => {
    const key = `staging/${stage.key.id}`;
    await stage.store.putObject(key, 'staged');
    const sha256 = createHash('sha256').update('staged').digest('hex');
    stage.store.cloud.faults.inject({
      ...({ service: 's3', operation: 'CopyObject', when: 'before' } as const),
      ...{ error: 'NoSuchKey', status: 404 },
    });
    const run = await ended('create', { largeAttributes: { page: { staged: { key, sha256, size: 6 } } } });
    const { summary, nextSteps } = await readRun(audit(), run.arn);
    expect(summary).toMatchObject({ outcome: 'rolled-back', reason: 'StagedObjectMissing' });
    expect(nextSteps).toContain('Write the content again in a new run: a replay would copy the same upload.');
  });

  it('is refused for input that can never be taken', async () => {
    const run = await ended('create', { attributes: { _saga: 1 } });

    expect(await previewReplay(audit(), run.arn)).toMatchObject({
      ...{ kind: 'refused', code: 'invalid-input' },
      reason: expect.stringContaining('attributes._saga: _saga is already written by the store itself'),
    });
  });

  it('is refused 14 days after a stop, unless a person decides for a new run', async () => {
    const run = await stuck();
    stage.store.pass(15 * DAY);

    expect(await previewReplay(audit(), run.arn)).toMatchObject({
      ...{ kind: 'refused', code: 'not-redrivable', forceable: true },
      reason: expect.stringContaining('Execution redrivable period exceeded'),
    });
    const { executionArn, kind } = await replayed(run, true);
    expect(kind).toBe('new-execution');
    expect(await endOf(executionArn)).toMatchObject({ outcome: 'committed', replayOf: run.name });
  });

  it('passes on why Step Functions itself refuses a redrive', async () => {
    const run = await stuck();
    const preview = await previewReplay(audit(), run.arn);
    stage.fault({
      service: 'states',
      operation: 'RedriveExecution',
      when: 'before',
      error: 'ExecutionNotRedrivable',
      status: 400,
    });

    await expect(replay(audit(), preview)).rejects.toMatchObject({
      ...{ name: 'ReplayRefused', code: 'not-redrivable' },
      message: expect.stringContaining('it cannot be redriven: '),
    });
  });

  it.each(['running', 'committed'] as const)('of a run that is %s is refused', async (code) => {
    const run =
      code === 'running' ? await stage.startHeld('create', page('X'), 'WriteItem') : await ended('create');

    const preview = await previewReplay(audit(), run.arn, { force: true });

    expect(preview).toMatchObject({ kind: 'refused', code, forceable: false });
    await expect(replay(audit(), preview)).rejects.toMatchObject({ name: 'ReplayRefused', code });
  });
});
