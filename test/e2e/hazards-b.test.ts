// HAZARDS, part B: what a careful saga loses when one rule of the protocol is left out. Each shortest schedule is
// staged here with the rule in place; controls.ts stages the same without it.

import { describe, expect, it } from 'vitest';
import { taskFailures } from './harness.ts';
import { NOTHING_LOST, page, useStage } from './one-item.ts';
import {
  ADD,
  arithmeticReportedFailed,
  crashedAndRefused,
  crashedLandedAndRefused,
  deletedBeforeRetry,
  deletedBeforeUpdate,
  EXPRESSION,
  identicalUpdates,
  keyTakenBeforeRedrive,
  keyTakenMeanwhile,
  putInFlight,
  putInFlightAtDelete,
  putInFlightAtRedrive,
  refusedInDoubt,
  successorOfTheSameVersion,
  sweptBeforeRedrive,
  sweptBeforeWrite,
  updatedBeforeDelete,
} from './schedules-b.ts';

const stage = useStage();

describe('B1: own unused objects are deleted after success', () => {
  it('two identical updates: the second re-plans, finds the content in place and writes the version only', async () => {
    const { ended, losses, page } = await identicalUpdates(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 3 } });
    expect(ended.states).toContain('PauseBeforeReplan');
    expect(losses).toEqual(NOTHING_LOST);
    expect(page).toBe('Y');
  });
});

describe('B2: a re-plan that finds no item compensates', () => {
  it('the item is deleted between the put and the write of an update', async () => {
    const { ended, losses } = await deletedBeforeUpdate(stage);

    expect(ended).toMatchObject({ status: 'FAILED', error: 'RolledBack.NotFound' });
    expect(ended.states).toContain('DeleteCreatedObjects');
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('B3: createdBy is part of the condition', () => {
  it('an update planned on a deleted item does not pass on its successor of the same version', async () => {
    const { ended, item, losses } = await successorOfTheSameVersion(stage);

    expect(ended.states).toContain('PauseBeforeReplan');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2 } });
    expect(item).toMatchObject({
      owner: { S: 'second' },
      _saga: { M: { large: { L: [{ S: 'page' }, { S: 'picture' }] } } },
    });
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('B4: a create that is written again carries its token', () => {
  it('applied, reported failed, deleted by another run: the retry does not create again', async () => {
    const { ended, item, losses } = await deletedBeforeRetry(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(item).toBeUndefined();
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('B5: no answer counts before a write in flight has landed or died', () => {
  it.each([
    ['its own retry', keyTakenMeanwhile],
    ['its redrive', keyTakenBeforeRedrive],
  ])('a create lands late, after another one took the key and before %s', async (_, schedule) => {
    const { ended, item, losses } = await schedule(stage);

    expect(ended).toMatchObject({ error: 'RolledBack.AlreadyExists' });
    expect(item).toBeUndefined();
    expect(losses).toEqual(NOTHING_LOST);
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
  it.each([
    ['a write lands late; its retry is refused', refusedInDoubt],
    [
      'the task crashes with its write in flight; the run is stopped, redriven and refused',
      crashedAndRefused,
    ],
    ['the same, and the write has landed before it is refused', crashedLandedAndRefused],
  ])('%s: not compensated', async (_, schedule) => {
    const { ended, losses, page } = await schedule(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).not.toContain('DeleteCreatedObjects');
    expect(losses).toEqual(NOTHING_LOST);
    expect(page).toBe('X');
  });

  it('control: a refusal of the first attempt is definite and compensated', async () => {
    stage.writeFault({ when: 'before', error: 'AccessDeniedException', status: 400 });

    expect(await (await stage.start('create', page('X'))).end()).toMatchObject({
      error: 'RolledBack.WriteRefused',
      cause: { code: 'AccessDeniedException' },
    });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('B7: a delete is done when the item is gone, not when its old pointers are', () => {
  it('an update comes between the plan and the write of a delete', async () => {
    const { ended, item, losses } = await updatedBeforeDelete(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: null } });
    expect(item).toBeUndefined();
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('B8: objects are deleted when no put can land any more', () => {
  it.each([
    ['one put is refused while an attempt of the other is still in flight', putInFlight],
    ['a run is stopped with its put in flight, redriven and refused', putInFlightAtRedrive],
  ])('%s', async (_, schedule) => {
    const { ended, losses } = await schedule(stage);

    expect(ended).toMatchObject({ error: 'RolledBack.PutRefused' });
    expect(losses).toEqual(NOTHING_LOST);
  });

  it('an attempt of a put is in flight when the next one succeeds; the item is deleted afterwards', async () => {
    const { ended, losses, item } = await putInFlightAtDelete(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).toContain('LetRequestsExpire');
    expect(item).toBeUndefined();
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('B9: what a run may still write is not swept', () => {
  it.each([
    [
      'a run is stopped; a sweep comes at the end of its redrive period; it is redriven',
      sweptBeforeRedrive,
      'Y',
    ],
    ['a run has put and is about to write', sweptBeforeWrite, 'X'],
  ] as const)('%s', async (_, schedule, content) => {
    const { ended, losses, page } = await schedule(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(losses).toEqual(NOTHING_LOST);
    expect(page).toBe(content);
  });
});

describe('B11: arithmetic is applied once', () => {
  it.each([
    ['add', ADD, [{ S: 'a' }]],
    ['an update expression', EXPRESSION, [{ S: 'a' }, { S: 'b' }]],
  ])('%s, written again after it was applied and reported failed', async (_, input, tags) => {
    const { ended, item } = await arithmeticReportedFailed(input)(stage);

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2 } });
    expect(item).toMatchObject({ views: { N: '6' }, tags: { L: tags } });
  });
});
