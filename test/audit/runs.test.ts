// Lists, reports, replays and stops of runs on a local cloud, through the AWS SDK alone.

import { createHash } from 'node:crypto';
import { DescribeExecutionCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it, vi } from 'vitest';
import {
  type AuditContext,
  describeItem,
  followRuns,
  type ListOptions,
  listRuns,
  previewReplay,
  type RunSummary,
  readRun,
  replay,
  resolveRun,
  stopRun,
} from '../../audit/index.ts';
import type { Operation } from '../../core/run.ts';
import type { Run } from '../e2e/harness.ts';
import { page, useStage } from '../e2e/one-item.ts';

const stage = useStage();
const DAY = 24 * 3600;
const REFUSED = { when: 'before', error: 'ValidationException', status: 400 } as const;
const CANNOT_DELETE = {
  ...({ service: 's3', operation: 'DeleteObjects', when: 'before' } as const),
  ...({ error: 'InternalError', status: 500, times: 'always' } as const),
};
const IN_DOUBT = { when: 'before', error: 'InternalServerError', status: 500, times: 'always' } as const;

function audit(): AuditContext {
  const { descriptor: store, sfn, s3, dynamodb } = stage.store;
  return { store, sfn, s3, dynamodb };
}

async function list(options: ListOptions = {}): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const run of listRuns(audit(), options)) runs.push(run);
  return runs;
}

async function ended(operation: Operation, input: object = {}, name?: string): Promise<Run> {
  const run = await stage.store.start(operation, { key: stage.key, ...input }, name);
  await stage.store.passUntilEnd(run);
  return run;
}

/** A run that DynamoDB refused. */
function rolledBack(input: object = page('X'), name?: string): Promise<Run> {
  stage.writeFault(REFUSED);
  return ended('create', input, name);
}

/** A run whose write never got a definite answer. */
async function stuck(operation: Operation = 'create', input: object = page('X')): Promise<Run> {
  stage.writeFault(IN_DOUBT);
  const run = await ended(operation, input);
  stage.store.cloud.faults.clear();
  return run;
}

async function replayed(run: Run, force = false) {
  return replay(audit(), await previewReplay(audit(), run.arn, { force }));
}

async function endOf(executionArn: string): Promise<RunSummary> {
  const run: Run = {
    ...stage.store,
    arn: executionArn,
    name: '',
    end: async () => ({ status: 'SUCCEEDED', error: undefined, cause: {}, output: {}, states: [] }),
    history: async () => [...(await readRun(audit(), executionArn)).events],
  } as unknown as Run;
  await stage.store.passUntilEnd(run);
  return (await readRun(audit(), executionArn)).summary;
}

async function statusOf(executionArn: string): Promise<string | undefined> {
  return (await stage.store.sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
}

describe('a list', () => {
  it('merges the state machines, newest first, with what each run came to', async () => {
    await ended('create', page('X'));
    await ended('update', page('Y'));
    await ended('create', page('Z'));
    await ended('delete');

    expect(
      (await list({ key: stage.key })).map(({ operation, outcome, reason, version }) => [
        operation,
        outcome,
        reason ?? version,
      ]),
    ).toEqual([
      ['delete', 'committed', undefined],
      ['create', 'rejected', 'AlreadyExists'],
      ['update', 'committed', 2],
      ['create', 'committed', 1],
    ]);
  });

  it('describes no run that its status rules out', async () => {
    const run = await rolledBack();
    await ended('create');
    const send = vi.spyOn(stage.store.sfn, 'send');
    const running = await list({ outcomes: ['running'] });
    expect(running).toEqual([]);
    expect(send.mock.calls.filter(([command]) => command instanceof DescribeExecutionCommand)).toEqual([]);

    const found = await list({ outcomes: ['rolled-back'], limit: 1 });
    send.mockRestore();

    expect(found.map(({ executionArn }) => executionArn)).toEqual([run.arn]);
  });

  it('stops at its limit, and tells of its progress', async () => {
    await ended('create');
    await ended('update', { set: { a: 1 } });
    const progress: number[] = [];

    const runs = await list({
      limit: 1,
      operations: ['update', 'create'],
      onProgress: ({ scanned }) => progress.push(scanned),
    });

    expect(runs).toHaveLength(1);
    expect(progress).toEqual([1]);
  });

  it('keeps to its times', async () => {
    await ended('create');
    stage.store.pass(3600);
    const since = new Date(stage.store.cloud.clock.now() - 1);
    const inner = await ended('update', { set: { a: 1 } });
    stage.store.pass(3600);
    const until = new Date(stage.store.cloud.clock.now() - 1);
    await ended('update', { set: { a: 2 } });

    expect((await list({ since, until })).map(({ executionArn }) => executionArn)).toEqual([inner.arn]);
  });

  it('calls again what is throttled', async () => {
    const run = await ended('create');
    for (const operation of ['ListExecutions', 'DescribeExecution', 'GetExecutionHistory']) {
      stage.fault({
        service: 'states',
        operation,
        when: 'before',
        error: 'ThrottlingException',
        status: 400,
        times: 2,
      });
    }

    expect(await list({ limit: 1 })).toMatchObject([{ executionArn: run.arn }]);
    expect((await readRun(audit(), run.arn)).events.length).toBeGreaterThan(5);
  });

  it('ends when its signal is aborted', async () => {
    await ended('create');
    await expect(list({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it("refuses a key that is not the table's", async () => {
    await expect(list({ key: { name: 'x' } })).rejects.toThrow(
      'key.name: not a key attribute of the table (id)',
    );
  });
});

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
      phase: 'compensation',
      objects: [{ exists: 'yes', size: 1 }],
      compensations: [{ status: 'failed', left: [expect.stringContaining('attr=page')] }],
      nextSteps: [
        'It stopped in the compensation; the item was not written.',
        expect.stringContaining('redrives the same run'),
      ],
    });
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

describe('the run that is meant', () => {
  it('is found by ARN, by name, by link, and as object keys name it', async () => {
    const run = await ended('create', page('X'));
    const report = await readRun(audit(), run.arn);
    const [object] = report.objects;

    for (const text of [
      run.arn,
      run.name,
      report.consoleUrl,
      encodeURI(report.consoleUrl),
      object?.key.split('/').at(-1),
    ]) {
      expect(await resolveRun(audit(), text as string)).toBe(run.arn);
    }
  });

  it.each([
    [
      'arn:aws:states:us-east-1:111122223333:execution:Foreign:x',
      'NotOfThisStore',
      'of account 111122223333',
    ],
    [
      'arn:aws:states:us-east-1:000000000000:execution:Foreign:x',
      'NotOfThisStore',
      'of state machine Foreign',
    ],
    ['arn:aws:states:us-east-1:000000000000:stateMachine:Foreign', 'InvalidRun', 'the ARN of an execution'],
    ['arn:aws:s3:::bucket', 'InvalidRun', 'the ARN of an execution'],
    ['https://example.com/', 'InvalidRun', 'the link names no execution'],
    ['two words', 'InvalidRun', 'ARN or name'],
    ['nowhere', 'RunNotFound', 'there is no such run'],
  ])('%s: %s', async (text, name, message) => {
    await expect(resolveRun(audit(), text)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
  });

  it('is not guessed where two have the name', async () => {
    await ended('create', {}, 'same-name');
    await ended('delete', {}, 'same-name');

    await expect(resolveRun(audit(), 'same-name')).rejects.toThrow('several runs have this name');
  });
});

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

describe('following', () => {
  it('tells of each end once, also of runs that were in flight before, and of redriven ones again', async () => {
    await ended('create', page('past'));
    stage.reset();
    const held = await stage.startHeld('create', page('X'), 'WriteItem');
    const controller = new AbortController();
    const seen: string[] = [];
    let looks = 0;
    const following = (async () => {
      const options = { key: stage.key, intervalMs: 5, signal: controller.signal, onLook: () => looks++ };
      for await (const { name, outcome } of followRuns(audit(), options)) seen.push(`${name} ${outcome}`);
    })();
    await vi.waitUntil(() => looks > 1);

    const quick = await ended('update', { set: { a: 1 } }, 'quick');
    await vi.waitUntil(() => seen.length === 1, { timeout: 10_000 });
    await held.stop();
    await vi.waitUntil(() => seen.length === 2, { timeout: 10_000 });
    await stage.store.sfn.send(new RedriveExecutionCommand({ executionArn: held.arn }));
    await stage.store.passUntilEnd(held);
    await vi.waitUntil(() => seen.length === 3, { timeout: 10_000 });
    const before = looks;
    await vi.waitUntil(() => looks > before + 2);
    controller.abort();
    await following;

    expect(seen).toEqual([`${quick.name} rejected`, `${held.name} aborted`, `${held.name} committed`]);
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
