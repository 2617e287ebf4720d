// Reports of runs, and of an item with all that belongs to it.

import { describe, expect, it } from 'vitest';
import { describeItem, readRun } from '../../../audit/index.ts';
import { page } from '../../e2e/one-item.ts';
import { CANNOT_DELETE, REFUSED, useStagedRuns } from '../staged-runs.ts';

const { stage, audit, ended, rolledBack, stuck } = useStagedRuns();
const DAY = 24 * 3600;

describe('a report', () => {
  it('of a rolled-back run says what is left, and that a replay is possible', async () => {
    const run = await rolledBack();

    expect(await readRun(audit(), run.arn)).toMatchObject({
      summary: { outcome: 'rolled-back', reason: 'WriteRefused' },
      written: 'no',
      objects: [{ role: 'created', put: 'yes', exists: 'no', wanted: false }],
      compensations: [{ kind: 'compensation', status: 'succeeded', left: [] }],
      item: { now: { kind: 'absent' }, carriesThisWrite: false },
      nextSteps: [
        expect.stringContaining('every object that the run put is deleted'),
        expect.stringContaining('Replay it'),
      ],
    });
  });

  it('of a run stuck in its compensation names what it could not delete', async () => {
    stage.fault(CANNOT_DELETE);
    const run = await rolledBack();

    expect(await readRun(audit(), run.arn)).toMatchObject({
      summary: { reason: expect.not.stringContaining('WriteRefused'), because: { error: 'WriteRefused' } },
      phase: 'compensation',
      objects: [{ exists: 'yes', size: 1 }],
      compensations: [{ status: 'failed', left: [expect.stringContaining('attr=page')] }],
      nextSteps: [
        'It stopped in the compensation; the item was not written.',
        expect.stringContaining('redrives the same run'),
      ],
    });
  });

  it('of one that began since a put was refused names that, not what the write says of it', async () => {
    stage.fault({
      service: 's3',
      operation: 'PutObject',
      when: 'before',
      error: 'AccessDenied',
      status: 403,
    });
    stage.fault(CANNOT_DELETE);
    const run = await ended('create', page('X'));

    expect(await readRun(audit(), run.arn)).toMatchObject({
      summary: { outcome: 'stuck', because: { error: 'PutRefused' } },
      phase: 'compensation',
      written: 'no',
    });
  });

  it("of an update that wrote nothing says that the item's objects are still the item's", async () => {
    await ended('create', { largeAttributes: { page: { text: 'X' }, note: { text: 'N' } } });
    stage.writeFault(REFUSED);
    const largeAttributes = { page: { text: 'Y' }, note: { text: 'N' } };
    const run = await ended('update', { largeAttributes });

    const { objects } = await readRun(audit(), run.arn);

    const roles = objects.map(({ attribute, role, exists, wanted }) => [attribute, role, exists, wanted]);
    expect(roles).toEqual([
      ['page', 'created', 'no', false],
      ['note', 'untouched', 'yes', true],
      ['page', 'untouched', 'yes', true],
    ]);
  });

  it('of an update whose write is in doubt says that they are at stake', async () => {
    await ended('create', page('X'));
    const run = await stuck('update', page('Y'));

    const { objects } = await readRun(audit(), run.arn);

    expect(objects.map(({ role }) => role)).toEqual(['created', 'at-stake']);
  });

  it('names what a delete has let go of', async () => {
    const { bucket } = stage.store.descriptor;
    await stage.store.putObject('items/shared/logo.png', 'png');
    await stage.store.putForeign({ ...stage.typedKey, logo: { S: `s3://${bucket}/items/shared/logo.png` } });
    const run = await ended('delete');

    const { objects } = await readRun(audit(), run.arn);

    expect(objects).toMatchObject([{ key: 'items/shared/logo.png', role: 'let-go', exists: 'yes' }]);
  });

  it('tells a pointer whose object is gone', async () => {
    const run = await ended('create', page('X'));
    for (const key of await stage.objects()) await stage.store.deleteObject(key);

    const { item, nextSteps } = await readRun(audit(), run.arn);

    expect(item?.carriesThisWrite).toBe(true);
    expect(nextSteps).toContain('The item points at page, which is gone: write the content again.');
  });

  it('is not given of a run that AWS has forgotten', async () => {
    const run = await ended('create');
    stage.store.pass(91 * DAY);

    await expect(readRun(audit(), run.arn)).rejects.toMatchObject({
      name: 'RunNotFound',
      message: `${run.name}: there is no such run; Step Functions forgets runs 90 days after they end`,
    });
  });
});

describe('an item', () => {
  it('is described with its pointers, and all objects below its prefix by the runs that put them', async () => {
    const first = await ended('create', page('X'));
    stage.fault(CANNOT_DELETE);
    const second = await ended('update', page('Y'));
    stage.store.cloud.faults.clear();

    const item = await describeItem(audit(), stage.key);

    expect(item).toMatchObject({
      key: stage.key,
      state: { kind: 'saga', version: 2 },
      pointers: [
        { attribute: 'page', exists: 'yes', size: 1, run: { name: second.name, executionArn: second.arn } },
      ],
      truncated: false,
    });
    expect(item.objects.map(({ run, referenced }) => [run?.name, referenced]).sort()).toEqual(
      [
        [first.name, false],
        [second.name, true],
      ].sort(),
    );
  });

  it('that does not exist has nothing', async () => {
    expect(await describeItem(audit(), stage.key)).toEqual({
      ...{ key: stage.key, state: { kind: 'absent' }, pointers: [], objects: [], truncated: false },
    });
  });
});
