// Runs of both lanes, as the audit tells them: Express runs by their log at level ERROR, and by the executions that go on with them.

import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { ulid } from 'ulid';
import { describe, expect, it, vi } from 'vitest';
import { RunStates } from '../../../audit/fsck/runs.ts';
import {
  type AuditContext,
  describeItem,
  type ListOptions,
  listRuns,
  previewReplay,
  type RunSummary,
  readRun,
  replay,
  resolveRun,
  stopRun,
} from '../../../audit/index.ts';
import { continuedName, type Operation, parseRun } from '../../../core/keys/run.ts';
import { page, useStage } from '../../e2e/one-item.ts';
import { CANNOT_DELETE, IN_DOUBT, REFUSED } from '../staged-runs.ts';

const stage = useStage({ lane: 'express' });

function audit(): AuditContext {
  const { descriptor: store, sfn, s3, dynamodb, cloud } = stage.store;
  const { endpoint, region, credentials } = cloud;
  return {
    store,
    sfn,
    s3,
    dynamodb,
    logs: async () => new CloudWatchLogs({ endpoint, region, credentials }),
  };
}

async function list(options: ListOptions = {}): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const run of listRuns(audit(), options)) runs.push(run);
  return runs;
}

async function express(operation: Operation, input: object = {}, id = ulid()) {
  const name = `${operation}-doc-${id}`;
  const run = await stage.store.runExpress(operation, { key: stage.key, ...input }, name);
  return { ...run, name, id };
}

/** What comes of it while time passes, a second at a time: an Express run has five minutes. */
async function passing<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  await vi.waitUntil(
    () => {
      if (!isDone) stage.store.cloud.clock.advanceToNext(1000);
      return isDone;
    },
    { interval: 10, timeout: 30_000 },
  );
  return done;
}

/** An Express run whose write got no answer, and the Standard run that goes on with it, ended. */
async function continued(fault: object = { when: 'after', error: 'InternalServerError' }) {
  stage.writeFault(fault as typeof IN_DOUBT);
  const begun = await express('create', page('A'));
  const goesOn = stage.store.runOf(String(begun.cause.executionArn));
  await stage.store.passUntilEnd(goesOn);
  return { ...begun, goesOn, run: String(begun.cause.run) };
}

describe('a list', () => {
  it('has the runs of both lanes, of Express ones those that failed, newest first', async () => {
    await express('create', page('A'));
    const refused = await express('create', page('B'));
    const standard = await stage.store.start('update', { key: stage.key, ...page('C') });
    await stage.store.passUntilEnd(standard);
    const missing = await express('update', { key: { id: 'nobody' }, ...page('D') });

    const runs = await list({ limit: 3 });
    expect(
      runs.map(({ lane, outcome, reason, executionArn }) => [lane, outcome, reason, executionArn]),
    ).toEqual([
      ['express', 'rejected', 'NotFound', missing.arn],
      ['standard', 'committed', undefined, standard.arn],
      ['express', 'rejected', 'AlreadyExists', refused.arn],
    ]);
    expect(runs[2]).toMatchObject({
      name: refused.name,
      operation: 'create',
      status: 'FAILED',
      key: stage.key,
      message: 'an item with this key exists',
      startUnknown: true,
      stoppedAt: expect.any(Date),
    });
    expect(runs[2]).not.toHaveProperty('durationMs');
  });

  it('is of one lane where that is asked for, and of one operation', async () => {
    const refused = await express('update', page('A'));
    expect((await list({ lanes: ['express'], limit: 1 })).map((run) => run.executionArn)).toEqual([
      refused.arn,
    ]);
    expect(new Set((await list({ lanes: ['standard'] })).map(({ lane }) => lane))).toEqual(
      new Set(['standard']),
    );
    const deletes = await list({ lanes: ['express'], operations: ['delete'] });
    expect(deletes.filter(({ executionArn }) => executionArn === refused.arn)).toEqual([]);
  });

  it('has a run that goes on once, where its Standard part is asked for, too', async () => {
    const { arn, goesOn, run } = await continued();
    const isOfRun = ({ executionArn }: RunSummary): boolean => [arn, goesOn.arn].includes(executionArn);
    const [standard] = (await list()).filter(isOfRun);
    const both = await Promise.all([
      list(),
      list({ lanes: ['express'] }),
      list({ outcomes: ['continued'] }),
      list({ until: standard?.startedAt }),
    ]);
    expect(both.map((runs) => runs.filter(isOfRun).map(({ lane }) => lane))).toEqual([
      ['standard'],
      ['express'],
      ['express'],
      ['express'],
    ]);
    const [begun] = (await list({ lanes: ['express'] })).filter(isOfRun);
    expect(begun).toMatchObject({ executionArn: arn, outcome: 'continued', continuedBy: goesOn.arn, run });
    expect(begun?.startedAt.toISOString()).toBe(parseRun(run)?.startTime);
    expect(standard).toMatchObject({
      executionArn: goesOn.arn,
      lane: 'standard',
      outcome: 'committed',
      continues: { run, at: 'WriteItem' },
    });
  });

  it('counts the Express runs whose item is not told, other than those that go on', async () => {
    const { goesOn } = await continued();
    stage.writeFault(REFUSED);
    await express('update', page('B'));
    let nameless: number | undefined;
    const onProgress = (progress: { readonly nameless?: number }): void => {
      nameless = progress.nameless;
    };
    const ofItem = await list({ key: stage.key, onProgress });
    expect(ofItem.map(({ executionArn }) => executionArn)).toEqual([goesOn.arn]);
    expect(nameless).toBe(1);
  });
});

describe('an Express run', () => {
  it('is found by its name, its ARN and a link, and shown as its log tells it', async () => {
    const refused = await express('update', page('A'));
    for (const text of [
      refused.name,
      refused.arn,
      `https://x/#/express-executions/details/${refused.arn}?startDate=1`,
    ]) {
      expect(await resolveRun(audit(), text)).toBe(refused.arn);
    }
    const report = await readRun(audit(), refused.arn);
    expect(report).toMatchObject({
      summary: { executionArn: refused.arn, outcome: 'rejected', reason: 'NotFound' },
      input: null,
      written: 'no',
      phase: 'ended',
      objects: [],
      redrive: { possible: false },
      express: { isWhole: false, gap: expect.stringContaining('some of its events only'), others: [] },
      item: { now: { kind: 'absent' } },
    });
    expect(report.events.map(({ type }) => type)).toEqual([
      'TaskFailed',
      'FailStateEntered',
      'ExecutionFailed',
    ]);
    expect(report.nextSteps.join(' ')).toContain('an Express run is not replayed');
  });

  it('that went well is not to be found, and the message says why', async () => {
    const fine = await express('create', page('A'));
    for (const find of [() => resolveRun(audit(), fine.name), () => readRun(audit(), fine.arn)]) {
      await expect(find()).rejects.toMatchObject({ name: 'RunNotFound', message: /level ERROR/ });
    }
  });

  it('is neither stopped nor replayed', async () => {
    const refused = await express('update', page('A'));
    await expect(stopRun(audit(), refused.arn, { cause: 'x' })).rejects.toMatchObject({
      name: 'IsExpressRun',
      message: expect.stringContaining(`${refused.name} is an Express run, which cannot be stopped`),
    });
    const preview = await previewReplay(audit(), refused.arn);
    expect(preview).toMatchObject({ kind: 'refused', code: 'express-run', forceable: false });
    await expect(replay(audit(), preview)).rejects.toMatchObject({
      name: 'ReplayRefused',
      code: 'express-run',
    });
  });

  it('whose name was started twice is told by its ARN alone', async () => {
    const id = ulid();
    const [one, other] = [await express('update', page('A'), id), await express('update', page('A'), id)];
    await expect(resolveRun(audit(), one.name)).rejects.toMatchObject({ name: 'InvalidRun' });
    expect((await readRun(audit(), one.arn)).express?.others).toEqual([other.arn]);
  });

  it('cannot be told where its log cannot be read', async () => {
    const refused = await express('update', page('A'));
    const { logs: _, ...blind } = audit();
    await expect(readRun(blind, refused.arn)).rejects.toMatchObject({ name: 'LogsUnreadable' });
    stage.fault({
      service: 'logs',
      operation: 'FilterLogEvents',
      when: 'before',
      error: 'AccessDeniedException',
      status: 400,
    });
    await expect(readRun(audit(), refused.arn)).rejects.toMatchObject({
      name: 'LogsUnreadable',
      message: expect.stringContaining('logs:FilterLogEvents'),
    });
  });
});

describe('a continued run', () => {
  it('is one, by whatever names it', async () => {
    const { arn, name, goesOn, run, id } = await continued();
    for (const text of [arn, name, run]) {
      const report = await readRun(audit(), await resolveRun(audit(), text));
      expect(report).toMatchObject({
        summary: { executionArn: goesOn.arn, outcome: 'committed', continues: { run } },
        written: 'yes',
        item: { carriesThisWrite: true },
        objects: [{ role: 'created', put: 'yes', exists: 'yes' }],
        express: { summary: { executionArn: arn, outcome: 'continued' }, isWhole: false },
      });
    }
    const byStandard = await readRun(audit(), await resolveRun(audit(), continuedName(id)));
    expect(byStandard.express?.events.map(({ type }) => type)).toEqual([
      'TaskFailed',
      'FailStateEntered',
      'ExecutionFailed',
    ]);
  });

  it('is told without its Express part where the log cannot be read', async () => {
    const { goesOn } = await continued();
    const { logs: _, ...blind } = audit();
    expect(await readRun(blind, goesOn.arn)).toMatchObject({
      summary: { outcome: 'committed' },
      express: { events: [], isWhole: false, gap: expect.stringContaining('is not read here') },
    });
  });

  it('is stuck where its plan cannot be called, and redriven once it can', async () => {
    const uncalled = { service: 'lambda', operation: 'Invoke', when: 'before', times: 'always' } as const;
    stage.fault({ ...uncalled, error: 'TooManyRequestsException', match: '"continues"' });
    const { goesOn } = await continued();
    expect(await readRun(audit(), goesOn.arn)).toMatchObject({
      summary: { outcome: 'stuck', continues: { at: 'WriteItem' } },
      phase: 'writing',
      written: 'maybe',
    });
    stage.store.cloud.faults.clear();
    await replay(audit(), await previewReplay(audit(), goesOn.arn));
    expect(await stage.store.passUntilEnd(goesOn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.page()).toBe('A');
  });

  it('that is stuck again is redriven, by whatever names it', async () => {
    const { arn, goesOn } = await continued(IN_DOUBT);
    expect(await readRun(audit(), arn)).toMatchObject({
      summary: { outcome: 'stuck' },
      phase: 'writing',
      written: 'maybe',
    });
    stage.store.cloud.faults.clear();
    const preview = await previewReplay(audit(), arn);
    expect(preview).toMatchObject({ kind: 'redrive', run: { executionArn: goesOn.arn } });
    await replay(audit(), preview);
    expect(await stage.store.passUntilEnd(goesOn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.page()).toBe('A');
  });

  it('that was rolled back is replayed with the input of the Express run', async () => {
    stage.writeFault(REFUSED);
    stage.fault(CANNOT_DELETE);
    const begun = await passing(express('create', page('A')));
    const goesOn = stage.store.runOf(String(begun.cause.executionArn));
    await stage.store.passUntilEnd(goesOn);
    expect(await readRun(audit(), goesOn.arn)).toMatchObject({
      summary: {
        outcome: 'stuck',
        because: { error: 'WriteRefused' },
        continues: { at: 'DeleteCreatedObjects' },
      },
      phase: 'compensation',
      written: 'no',
      objects: [{ exists: 'yes' }],
    });
    stage.store.cloud.faults.clear();
    await replay(audit(), await previewReplay(audit(), goesOn.arn));
    await stage.store.passUntilEnd(goesOn);
    expect(await readRun(audit(), begun.arn)).toMatchObject({
      summary: { outcome: 'rolled-back', reason: 'WriteRefused' },
      written: 'no',
      objects: [{ role: 'created', exists: 'no' }],
    });

    const preview = await previewReplay(audit(), begun.arn);
    const newName = `${continuedName(begun.id)}-replay-1`;
    expect(preview).toMatchObject({ kind: 'new-execution', newName });
    const { executionArn } = await replay(audit(), preview);
    const run = stage.store.runOf(executionArn);
    expect(await stage.store.passUntilEnd(run)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.page()).toBe('A');
    expect(await readRun(audit(), executionArn)).toMatchObject({
      summary: { replayOf: continuedName(begun.id) },
      input: { key: stage.key, ...page('A') },
    });
    expect(await previewReplay(audit(), goesOn.arn)).toMatchObject({ code: 'already-replayed' });
  });
});

describe('a run that settles an Express run', () => {
  it('says so, and is not replayed', async () => {
    const id = ulid();
    await express('create', page('A'));
    const settling = await stage.store.start(
      'update',
      { key: stage.key, settles: { id, inline: true } },
      continuedName(id),
    );
    await stage.store.passUntilEnd(settling, 100);
    expect(await readRun(audit(), settling.arn)).toMatchObject({
      summary: { outcome: 'unknown', settles: id },
      written: 'maybe',
      express: { events: [], gap: 'its log group has no event of it' },
      nextSteps: ['What became of the Express run cannot be proved.', expect.stringContaining('write again')],
    });
    expect(await previewReplay(audit(), settling.arn, { force: true })).toMatchObject({
      kind: 'refused',
      code: 'settles',
      reason: expect.stringContaining('look at the item'),
    });
  });

  it('and is stuck before it can, is redriven, whatever others have written since', async () => {
    await express('create', page('A'));
    const uncalled = { service: 'lambda', operation: 'Invoke', when: 'before', times: 'always' } as const;
    stage.fault({ ...uncalled, error: 'TooManyRequestsException', match: '"settles"' });
    const id = ulid();
    const input = { key: stage.key, settles: { id, inline: true } };
    const settling = await stage.store.start('update', input, continuedName(id));
    await stage.store.passUntilEnd(settling);
    stage.store.cloud.faults.clear();
    await stage.commit('update', page('B'));
    expect(await readRun(audit(), settling.arn)).toMatchObject({
      summary: { outcome: 'stuck', settles: id },
      phase: 'settling',
      written: 'maybe',
      nextSteps: [
        'It stopped while it settled an Express run.',
        expect.stringContaining('a replay redrives the same run'),
      ],
    });
    const preview = await previewReplay(audit(), settling.arn);
    expect(preview).toMatchObject({ kind: 'redrive' });
    await replay(audit(), preview);
    expect(await stage.store.passUntilEnd(settling, 100)).toMatchObject({ error: 'OutcomeUnknown' });
  });
});

describe('objects of Express runs', () => {
  it('name their run, whose ARN they do not tell', async () => {
    await express('create', page('A'));
    const { objects } = await describeItem(audit(), stage.key as Record<string, string>);
    expect(objects).toMatchObject([
      { referenced: true, run: { text: expect.stringMatching(/^create\.x\./) } },
    ]);
    expect(objects[0]?.run).not.toHaveProperty('executionArn');
  });

  it('are held while their run may go on, and for as long as what goes on with it can be redriven', async () => {
    const { run } = await continued(IN_DOUBT);
    const parsed = parseRun(run);
    if (parsed === undefined) throw new Error(`${run} is no run`);
    expect(await new RunStates(audit(), {}).of(parsed)).toEqual({
      kind: 'held',
      by: run,
      because: expect.stringMatching(/its Express run/),
    });
    const old = { ...parsed, startTime: '2026-01-01T00:00:00.000Z' };
    expect(await new RunStates(audit(), {}).of(old)).toMatchObject({
      kind: 'held',
      because: 'the run that goes on with its Express run is FAILED',
    });
    const [, id = ''] = parsed.name.split('.');
    const none = { ...old, name: parsed.name.replace(id, ulid()) };
    expect(await new RunStates(audit(), {}).of(none)).toEqual({ kind: 'ended' });
  });
});
