// Lists of runs, the run that is meant, and runs as they end.

import { DescribeExecutionCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it, vi } from 'vitest';
import { followRuns, readRun, resolveRun } from '../../../audit/index.ts';
import { page } from '../../e2e/one-item.ts';
import { useStagedRuns } from '../staged-runs.ts';

const { stage, audit, list, ended, rolledBack } = useStagedRuns();

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

  it('ends by an asynchronous onProgress that rejects', async () => {
    await ended('create');
    const onProgress = async () => {
      await new Promise(setImmediate);
      throw new Error('no more room');
    };
    await expect(list({ onProgress })).rejects.toThrow('no more room');
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

  it.each([
    [{ since: new Date(2000), until: new Date(1000) }, 'since: is not before until'],
    [{ since: new Date(1000), until: new Date(1000) }, 'since: is not before until'],
    [{ since: new Date('yesterday') }, 'since: expected a time, got "Invalid Date"'],
    [{ until: new Date(Number.POSITIVE_INFINITY) }, 'until: expected a time, got "Invalid Date"'],
    [{ since: '2026-11-23' as unknown as Date }, 'since: expected a time, got "2026-11-23"'],
    [{ limit: Number.NaN }, 'limit: expected a number'],
  ])('refuses %j', async (options, message) => {
    const send = vi.spyOn(stage.store.sfn, 'send');
    await expect(list(options)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining(message),
    });
    expect(send).not.toHaveBeenCalled();
    send.mockRestore();
  });

  it('takes a time ahead of this clock for no mistake: clocks differ', async () => {
    await ended('create');
    expect(await list({ since: new Date(stage.store.cloud.clock.now() + 3_600_000) })).toEqual([]);
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
    await vi.waitUntil(() => looks > 1, { timeout: 60_000 });

    const quick = await ended('update', { set: { a: 1 } }, 'quick');
    await vi.waitUntil(() => seen.length === 1, { timeout: 60_000 });
    await held.stop();
    await vi.waitUntil(() => seen.length === 2, { timeout: 60_000 });
    await stage.store.sfn.send(new RedriveExecutionCommand({ executionArn: held.arn }));
    await stage.store.passUntilEnd(held);
    await vi.waitUntil(() => seen.length === 3, { timeout: 60_000 });
    const before = looks;
    await vi.waitUntil(() => looks > before + 2, { timeout: 60_000 });
    controller.abort();
    await following;

    expect(seen).toEqual([`${quick.name} rejected`, `${held.name} aborted`, `${held.name} committed`]);
  });

  // A timer takes what is too long for it for a millisecond.
  it.each([Number.POSITIVE_INFINITY, 2 ** 31, -1, Number.NaN])(
    'refuses to look each %s ms',
    async (intervalMs) => {
      await expect(followRuns(audit(), { intervalMs }).next()).rejects.toThrow(
        'intervalMs: expected 0 to 3600000',
      );
    },
  );
});
