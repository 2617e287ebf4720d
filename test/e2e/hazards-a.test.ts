// HAZARDS, part A: the schedules by which plain dual writes lose data. Each is staged on the sagas, and nothing
// is lost: no pointer dangles, no object is orphaned.

import { describe, expect, it } from 'vitest';
import { entered } from './harness.ts';
import { NOTHING_LOST, page, useStage } from './one-item.ts';

const stage = useStage();

describe('without any fault', () => {
  it('A1: two updates to the same new content', async () => {
    await stage.commit('create', page('X'));
    const slow = await stage.startHeld('update', page('Y'), 'WriteItem');
    await stage.commit('update', page('Y'));

    expect(await stage.store.passUntilEnd(slow)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('Y');
  });

  it('A2: an update from X to Y, and one back to X', async () => {
    await stage.commit('create', page('X'));
    const toY = await stage.startHeld('update', page('Y'), 'DeleteObjects');
    await stage.commit('update', page('X'));

    expect(await stage.store.passUntilEnd(toY)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A3: an update with unchanged content, and a delete', async () => {
    await stage.commit('create', page('X'));
    const update = await stage.startHeld('update', page('X'), 'WriteItem');
    await stage.commit('delete');

    expect(await stage.store.passUntilEnd(update)).toMatchObject({ error: 'RolledBack.NotFound' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.item()).toBeUndefined();
  });

  it('A4: a create and a delete, the same content', async () => {
    await stage.commit('create', page('X'));
    const remove = await stage.startHeld('delete', {}, 'DeleteObjects');
    await stage.commit('create', page('X'));

    expect(await stage.store.passUntilEnd(remove)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A5: a create, and an update to the same content', async () => {
    const create = await stage.startHeld('create', page('X'), 'WriteItem');
    expect(await stage.store.run('update', { key: stage.key, ...page('X') })).toMatchObject({
      error: 'Rejected.NotFound',
    });
    expect(await stage.store.passUntilEnd(create)).toMatchObject({ status: 'SUCCEEDED' });
    await stage.commit('update', page('X'));

    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A6: a create over an existing item', async () => {
    await stage.commit('create', page('X'));

    expect(await stage.store.run('create', { key: stage.key, ...page('Y') })).toMatchObject({
      error: 'Rejected.AlreadyExists',
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A7: two updates to different content', async () => {
    await stage.commit('create', page('X'));
    const slow = await stage.startHeld('update', page('Y'), 'WriteItem');
    await stage.commit('update', page('Z'));

    expect(await stage.store.passUntilEnd(slow)).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: 3 },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('Y');
  });

  it('A8: an update, and a delete with stale pointers', async () => {
    await stage.commit('create', page('X'));
    const remove = await stage.startHeld('delete', {}, 'WriteItem');
    await stage.commit('update', page('Y'));

    expect(await stage.store.passUntilEnd(remove)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.item()).toBeUndefined();
  });

  it('A9: a delete, and a create in between', async () => {
    await stage.commit('create', page('X'));
    const remove = await stage.startHeld('delete', {}, 'WriteItem');
    await stage.commit('delete');
    await stage.commit('create', page('Y'));

    expect(await stage.store.passUntilEnd(remove)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('with one fault', () => {
  it('A10: two creates of the same content, one refused', async () => {
    stage.writeFault({
      when: 'before',
      error: 'AccessDeniedException',
      status: 400,
    });
    const refused = await stage.startHeld('create', page('X'), 'DeleteObjects');
    await stage.commit('create', page('X'));

    expect(await stage.store.passUntilEnd(refused)).toMatchObject({ error: 'RolledBack.WriteRefused' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A11: a create that is applied but reported failed', async () => {
    stage.writeFault({
      when: 'after',
      error: 'InternalServerError',
    });
    const create = await stage.start('create', page('X'));

    expect(await stage.store.passUntilEnd(create)).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: 1 },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A12: a create whose write lands late', async () => {
    stage.writeFault({
      when: 'late',
      error: 'InternalServerError',
      lateSeconds: 10,
    });
    const create = await stage.start('create', page('X'));

    expect(await stage.store.passUntilEnd(create)).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: 1 },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.page()).toBe('X');
  });

  it('A13: the clean-up of the replaced object fails', async () => {
    await stage.commit('create', page('X'));
    const [old] = await stage.objects();
    stage.fault({
      service: 's3',
      operation: 'DeleteObjects',
      when: 'before',
      error: 'InternalError',
      times: 'always',
    });
    const update = await stage.start('update', page('Y'));

    expect(await stage.store.passUntilEnd(update)).toMatchObject({
      status: 'SUCCEEDED',
      output: { cleanup: 'deferred' },
    });
    expect(await stage.losses()).toEqual({ dangling: [], orphans: [old] });
    expect(await stage.page()).toBe('Y');
  });

  it('A14: the put succeeds and its process dies', async () => {
    stage.fault({
      service: 'lambda',
      operation: 'Invoke',
      when: 'after',
      error: 'Runtime.ExitError',
      match: 'PutInline',
    });
    const create = await stage.start('create', page('X'));

    expect(await stage.store.passUntilEnd(create)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });

  it('A14: the run is stopped after the put, and redriven', async () => {
    const create = await stage.startHeld('create', page('X'), 'WriteItem');
    await create.stop();
    expect(await create.end()).toMatchObject({ status: 'ABORTED' });
    await create.redrive();

    expect(await stage.store.passUntilEnd(create)).toMatchObject({
      status: 'SUCCEEDED',
      output: { version: 1 },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });

  it('A14: the item is deleted and the process dies', async () => {
    await stage.commit('create', page('X'));
    stage.fault({
      service: 'lambda',
      operation: 'Invoke',
      when: 'after',
      error: 'Runtime.ExitError',
      match: 'WriteItem',
    });
    const remove = await stage.start('delete');

    expect(await stage.store.passUntilEnd(remove)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.item()).toBeUndefined();
  });

  it('A14: the second put of two fails', async () => {
    stage.fault({
      service: 's3',
      operation: 'PutObject',
      when: 'before',
      error: 'AccessDenied',
      status: 403,
      match: 'attr=picture',
    });
    const create = await stage.start('create', {
      largeAttributes: { page: { text: 'X' }, picture: { base64: 'AAAA' } },
    });

    const ended = await stage.store.passUntilEnd(create);
    expect(ended).toMatchObject({ error: 'RolledBack.PutRefused', cause: { attribute: 'picture' } });
    expect(ended.states).toContain('DeleteCreatedObjects');
    expect(await stage.losses()).toEqual(NOTHING_LOST);
    expect(await stage.item()).toBeUndefined();
  });
});

it('control: a run held before its write has put its object already', async () => {
  const create = await stage.startHeld('create', page('X'), 'WriteItem');

  expect(entered('WriteItem')(await create.history())).toBe(true);
  expect(await stage.losses()).toMatchObject({
    dangling: [],
    orphans: [expect.stringContaining('attr=page')],
  });
});
