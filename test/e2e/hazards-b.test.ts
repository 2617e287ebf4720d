// HAZARDS, part B: what a careful saga loses when one rule of the protocol is left out. Each shortest schedule is
// staged here with the rule in place.

import { describe, expect, it } from 'vitest';
import { taskFailures } from './harness.ts';
import { NOTHING_LOST, page, useStage } from './one-item.ts';

const stage = useStage();

describe('B1: own unused objects are deleted after success', () => {
  it('two identical updates: the second re-plans, finds the content in place and writes the version only', async () => {
    await stage.commit('create', page('X'));
    const second = await stage.startHeld('update', page('Y'), 'WriteItem');
    await stage.commit('update', page('Y'));

    const ended = await stage.store.passUntilEnd(second);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 3 } });
    expect(ended.states).toContain('PauseBeforeReplan');
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('Y');
  });
});

describe('B2: a re-plan that finds no item compensates', () => {
  it('the item is deleted between the put and the write of an update', async () => {
    await stage.commit('create', page('X'));
    const update = await stage.startHeld('update', page('Y'), 'WriteItem');
    await stage.commit('delete');

    const ended = await stage.store.passUntilEnd(update);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RolledBack.NotFound' });
    expect(ended.states).toContain('DeleteCreatedObjects');
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B3: createdBy is part of the condition', () => {
  it('an update planned on a deleted item does not pass on its successor of the same version', async () => {
    await stage.commit('create', { attributes: { owner: 'first' }, ...page('X') });
    const update = await stage.startHeld('update', page('Y'), 'WriteItem');
    await stage.commit('delete');
    await stage.commit('create', { attributes: { owner: 'second' }, ...page('Z') });

    const ended = await stage.store.passUntilEnd(update);
    expect(ended.states).toContain('PauseBeforeReplan');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2 } });
    expect(await stage.item()).toMatchObject({ owner: { S: 'second' } });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B4: a create that is written again carries its token', () => {
  it('applied, reported failed, deleted by another run: the retry does not create again', async () => {
    stage.writeFault({ when: 'after', error: 'InternalServerError' });
    const create = await stage.start('create', page('X'));
    await create.until(taskFailures(1));
    await stage.commit('delete');

    expect(await stage.store.passUntilEnd(create)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.item()).toBeUndefined();
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B5: no answer counts before a write in flight has landed or died', () => {
  it('a create lands late, after another one took the key and before its own retry', async () => {
    stage.writeFault({ when: 'late', error: 'InternalServerError', lateSeconds: 14 });
    const late = await stage.start('create', page('X'));
    await late.until(taskFailures(1));
    await stage.commit('create', page('Y'));

    expect(await stage.store.passUntilEnd(late)).toMatchObject({ error: 'RolledBack.AlreadyExists' });
    await stage.commit('delete');
    stage.store.pass(60);
    expect(await stage.item()).toBeUndefined();
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });

  it('a redrive pauses before its first attempt', async () => {
    stage.writeFault({ when: 'late', error: 'InternalServerError', lateSeconds: 14 });
    const create = await stage.start('create', page('X'));
    await create.until(taskFailures(1));
    await create.stop();
    await create.end();
    await create.redrive();
    await create.until(taskFailures(2));

    const failures = (await create.history()).flatMap((event) => event.taskFailedEventDetails?.cause ?? []);
    expect(failures.at(-1)).toContain('before the redrive');
    expect(await stage.store.passUntilEnd(create)).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: 1 },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B6: doubt survives a crash of the task', () => {
  const denied = { when: 'before', error: 'AccessDeniedException', status: 400 } as const;

  it('a write lands late; its retry is refused: not compensated', async () => {
    stage.writeFault({ when: 'late', error: 'InternalServerError', lateSeconds: 20 });
    stage.writeFault(denied);
    const create = await stage.start('create', page('X'));

    const ended = await stage.store.passUntilEnd(create);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).not.toContain('DeleteCreatedObjects');
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('the task crashes with its write in flight; the run is stopped, redriven and refused: not compensated', async () => {
    stage.fault({
      service: 'lambda',
      operation: 'Invoke',
      when: 'late',
      error: 'Runtime.ExitError',
      match: 'WriteItem',
      lateSeconds: 10,
    });
    const create = await stage.start('create', page('X'));
    await create.until(taskFailures(1));
    await create.stop();
    await create.end();
    await create.redrive();
    await create.until(taskFailures(2));
    stage.store.pass(12);
    await expect.poll(() => stage.item()).toBeDefined();
    stage.writeFault(denied);

    const ended = await stage.store.passUntilEnd(create);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).not.toContain('DeleteCreatedObjects');
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });

  it('control: a refusal of the first attempt is definite and compensated', async () => {
    stage.writeFault(denied);

    expect(await (await stage.start('create', page('X'))).end()).toMatchObject({
      error: 'RolledBack.WriteRefused',
      cause: { code: 'AccessDeniedException' },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B7: a delete is done when the item is gone, not when its old pointers are', () => {
  it('an update comes between the plan and the write of a delete', async () => {
    await stage.commit('create', page('X'));
    const remove = await stage.startHeld('delete', {}, 'WriteItem');
    await stage.commit('update', page('Y'));

    expect(await stage.store.passUntilEnd(remove)).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: null },
    });
    expect(await stage.item()).toBeUndefined();
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B8: compensation begins when no put can land any more', () => {
  it('one put is refused while an attempt of the other is still in flight', async () => {
    const put = { service: 's3', operation: 'PutObject' } as const;
    stage.fault({ ...put, when: 'before', error: 'AccessDenied', status: 403, match: 'attr=picture' });
    stage.fault({ ...put, when: 'late', error: 'InternalError', match: 'attr=page', lateSeconds: 14 });
    const create = await stage.start('create', {
      largeAttributes: { page: { text: 'X' }, picture: { base64: 'AAAA' } },
    });

    const ended = await stage.store.passUntilEnd(create);
    expect(ended).toMatchObject({ error: 'RolledBack.PutRefused' });
    stage.store.pass(60);
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B11: arithmetic is applied once', () => {
  it.each([
    ['add', { add: { views: 5 } }],
    [
      'an update expression',
      {
        updateExpression: {
          expression: 'ADD #views :five SET tags = list_append(tags, :more)',
          names: { '#views': 'views' },
          values: { ':five': 5, ':more': ['b'] },
        },
      },
    ],
  ])('%s, written again after it was applied and reported failed', async (_, input) => {
    await stage.commit('create', { attributes: { views: 1, tags: ['a'] } });
    stage.writeFault({ when: 'after', error: 'InternalServerError', times: 3 });

    expect(await stage.store.passUntilEnd(await stage.start('update', input))).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: 2 },
    });
    const tags = 'updateExpression' in input ? [{ S: 'a' }, { S: 'b' }] : [{ S: 'a' }];
    expect(await stage.item()).toMatchObject({ views: { N: '6' }, tags: { L: tags } });
  });
});
