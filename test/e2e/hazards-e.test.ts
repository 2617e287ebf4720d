// HAZARDS, part E: a put beside the writes, the sweep and the programs that it can meet, and updates that create. Nothing is
// lost: no pointer dangles, no object is orphaned, and each run says what it did.

import { describe, expect, it } from 'vitest';
import { NOTHING_LOST, page, useStage } from './one-item.ts';
import { redrivenLate, refusedAndStopped } from './schedules-c.ts';

const stage = useStage();
const put = (text: string) => ({ overwrite: true, ...page(text) });
const upsert = (text: string) => ({ createIfMissing: true, add: { views: 1 }, ...page(text) });
const TWO = { largeAttributes: { page: { text: 'X' }, note: { text: 'X' } } };

describe('E1: a put beside an update', () => {
  it('the update is planned on the old item: it plans again, on the new one', async () => {
    await stage.commit('create', TWO);
    const update = await stage.startHeld('update', page('Z'), 'WriteItem');
    await stage.commit('create', put('Y'));

    const outcome = await stage.outcome(await stage.store.passUntilEnd(update));
    expect(outcome).toMatchObject({ ended: { output: { version: 3 } }, page: 'Z', losses: NOTHING_LOST });
    expect(outcome.item).not.toHaveProperty('note');
  });

  it('the put is planned on the old item: it plans again, and replaces the new one too', async () => {
    await stage.commit('create', page('X'));
    const late = await stage.startHeld('create', put('Y'), 'WriteItem');
    await stage.commit('update', { largeAttributes: { page: { text: 'Z' }, note: { text: 'Z' } } });

    const outcome = await stage.outcome(await stage.store.passUntilEnd(late));
    expect(outcome).toMatchObject({ ended: { output: { version: 3 } }, page: 'Y', losses: NOTHING_LOST });
    expect(outcome.item).not.toHaveProperty('note');
  });

  it('of a version that the update has ended: it is rolled back', async () => {
    await stage.commit('create', page('X'));
    const late = await stage.startHeld('create', { ...put('Y'), expectedVersion: 1 }, 'WriteItem');
    await stage.commit('update', page('Z'));

    expect(await stage.outcome(await stage.store.passUntilEnd(late))).toMatchObject({
      ended: { error: 'RolledBack.VersionMismatch' },
      page: 'Z',
      losses: NOTHING_LOST,
    });
  });
});

describe('E2: a put beside a delete', () => {
  it('the item is gone when the put writes: it creates it', async () => {
    await stage.commit('create', TWO);
    const late = await stage.startHeld('create', put('Y'), 'WriteItem');
    await stage.commit('delete');

    expect(await stage.outcome(await stage.store.passUntilEnd(late))).toMatchObject({
      ended: { output: { version: 1, cleanup: 'done' } },
      page: 'Y',
      losses: NOTHING_LOST,
    });
  });

  it('the delete is planned on the old item: it deletes the new one, with its objects', async () => {
    await stage.commit('create', page('X'));
    const remove = await stage.startHeld('delete', {}, 'WriteItem');
    await stage.commit('create', put('Y'));

    const outcome = await stage.outcome(await stage.store.passUntilEnd(remove));
    expect(outcome).toMatchObject({ ended: { status: 'SUCCEEDED' }, losses: NOTHING_LOST });
    expect(outcome.item).toBeUndefined();
  });

  it('a put cleans up after the delete that has taken its item', async () => {
    await stage.commit('create', page('X'));
    const late = await stage.startHeld('create', put('Y'), 'DeleteObjects');
    await stage.commit('delete');

    const outcome = await stage.outcome(await stage.store.passUntilEnd(late));
    expect(outcome).toMatchObject({ ended: { status: 'SUCCEEDED' }, losses: NOTHING_LOST });
    expect(outcome.item).toBeUndefined();
  });
});

it('E3: a put that is stopped, and redriven after a sweep: what it has put stays, what it replaces is deleted once', async () => {
  await stage.commit('create', page('X'));
  const late = await stage.startHeld('create', put('Y'), 'WriteItem');
  await late.stop();
  await late.end();
  stage.store.pass(2 * 24 * 60 * 60);
  await stage.sweep();
  expect(await stage.objects()).toHaveLength(2);

  expect(await redrivenLate(stage, late)).toMatchObject({
    ended: { output: { version: 2, cleanup: 'done' } },
    page: 'Y',
    losses: NOTHING_LOST,
  });
});

it('E4: a put adopts an item; a delete that was planned on it, redriven late, does not take it for its own success', async () => {
  await stage.store.putForeign({ ...stage.typedKey, title: { S: 'by a program' } });
  const remove = await refusedAndStopped(stage, 'delete');
  await stage.commit('create', put('Y'));

  expect(await redrivenLate(stage, remove)).toMatchObject({
    ended: { error: 'OutcomeUnknown' },
    item: { _saga: { M: { adopted: { BOOL: true } } } },
    page: 'Y',
    losses: NOTHING_LOST,
  });
});

describe('E5: updates that create', () => {
  it('two at once: one creates, the other changes what it has created', async () => {
    const late = await stage.startHeld('update', upsert('X'), 'WriteItem');
    await stage.commit('update', upsert('Y'));

    expect(await stage.outcome(await stage.store.passUntilEnd(late))).toMatchObject({
      ended: { output: { version: 2 } },
      item: { views: { N: '2' } },
      page: 'X',
      losses: NOTHING_LOST,
    });
  });

  it('the item is deleted meanwhile: it is created', async () => {
    await stage.commit('create', page('X'));
    const late = await stage.startHeld('update', upsert('Y'), 'WriteItem');
    await stage.commit('delete');

    expect(await stage.outcome(await stage.store.passUntilEnd(late))).toMatchObject({
      ended: { output: { version: 1 } },
      item: { views: { N: '1' } },
      page: 'Y',
      losses: NOTHING_LOST,
    });
  });
});
