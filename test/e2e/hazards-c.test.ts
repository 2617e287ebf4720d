// HAZARDS, part C: a run's outcome that is looked for late, other programs that write the item, and functions and requests
// that go on after everybody has given them up.

import { rm } from 'node:fs/promises';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { COPIES_IN_SMALL_PARTS, PART_BYTES } from './large-copies.ts';
import { assembleMutant } from './mutants.ts';
import { NOTHING_LOST, page, Stage, useStage } from './one-item.ts';
import { putInFlightAtRedrive } from './schedules-b.ts';
import {
  appliedAndStopped,
  copyUnanswered,
  createdAnewByAProgram,
  createdOnceMore,
  neverTaken,
  putLost,
  redrivenLate,
  sagaDropped,
  savedAgain,
  throttledAndRefused,
  uploadUnanswered,
  writeLost,
} from './schedules-c.ts';

/** What {@link Stage.outcome} lets pass. */
const SECONDS_AFTER_THE_END = 20 * 60;

const stage = useStage();

describe('C1: what another program saves again is no proof that the write was not applied', () => {
  it("the run's object was cleaned up since: it was written, and is not written again", async () => {
    const { ended, losses, page, item } = await savedAgain({ add: { views: 1 } }, { cleanedUp: true })(stage);
    expect(ended).toMatchObject({ error: 'OutcomeUnknown' });
    expect(losses.dangling).toEqual([]);
    expect(page).toBe('X');
    expect(item).toMatchObject({ views: { N: '1' } });
  });

  it.each([
    ['the same without add', {}, { cleanedUp: true }, 'undone since'],
    ['arithmetic', { add: { views: 1 } }, { cleanedUp: false }, 'must not be added twice'],
    [
      'a program that drops _saga',
      {},
      { cleanedUp: false, dropsSaga: true },
      'another program writes the item',
    ],
    ['the same, cleaned up', {}, { cleanedUp: true, dropsSaga: true }, 'another program writes the item'],
  ] as const)('%s: unknown, and nothing is deleted', async (_, input, how, message) => {
    const { ended, losses, page } = await savedAgain(input, how)(stage);
    expect(ended).toMatchObject({
      error: 'OutcomeUnknown',
      cause: { message: expect.stringContaining(message) },
    });
    expect(ended.cause.message).toContain('--force');
    expect(losses.dangling).toEqual([]);
    expect(page).toBe('X');
  });

  it('what may be repeated is written again, under a key of its own', async () => {
    const { ended, losses, page, item } = await savedAgain(
      { set: { title: 'Y' } },
      { cleanedUp: false },
    )(stage);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2 } });
    expect(item?.page).toMatchObject({ S: expect.stringMatching(/\.2$/) });
    expect(losses).toEqual(NOTHING_LOST);
    expect(page).toBe('Y');
  });
});

describe('C2: an item without _saga may be another than the one that was deleted', () => {
  it('a program creates the key anew after the delete', async () => {
    const { ended, item } = await createdAnewByAProgram(stage);
    expect(ended).toMatchObject({ error: 'OutcomeUnknown' });
    expect(item).toMatchObject({ title: { S: 'new' } });
  });
});

describe('C3: a delete is not done because the item has lost its _saga', () => {
  it('a program saves the item without it', async () => {
    const { ended, item, losses, page } = await sagaDropped(stage);
    expect(ended).toMatchObject({ error: 'OutcomeUnknown' });
    expect(item).toMatchObject({ page: expect.anything() });
    expect(losses.dangling).toEqual([]);
    expect(page).toBe('X');
  });
});

describe('C4: nothing is concluded before a lost function is over', () => {
  it('of a write: it lands in vain, not after the run has given up', async () => {
    const { ended, item, losses } = await writeLost(stage);
    expect(ended).toMatchObject({ error: 'RolledBack.AlreadyExists' });
    expect(item).toBeUndefined();
    expect(losses).toEqual(NOTHING_LOST);
  });

  it('of a put: it lands before the compensation', async () => {
    const { ended, losses } = await putLost(stage);
    expect(ended).toMatchObject({ error: 'RolledBack.PutRefused' });
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('C5: what S3 copies by itself may take minutes', () => {
  it('a copy that was not answered lands before the compensation', async () => {
    const { ended, losses } = await copyUnanswered(stage);
    expect(ended).toMatchObject({ error: 'RolledBack.PutRefused' });
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('C6: an upload that began unseen does not stay', () => {
  const inParts = new Stage();
  let assembly = '';
  beforeAll(async () => {
    assembly = await assembleMutant(inject('assembly'), COPIES_IN_SMALL_PARTS);
    await inParts.open({ assembly, minPartBytes: PART_BYTES });
  });
  beforeEach(() => inParts.reset());
  afterAll(async () => {
    await inParts.close();
    await rm(assembly, { recursive: true, force: true });
  });

  it('behind a run that has succeeded', async () => {
    const { ended, losses } = await uploadUnanswered(inParts);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(losses).toEqual(NOTHING_LOST);
    const { s3, descriptor } = inParts.store;
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: descriptor.bucket }));
    expect(Uploads).toEqual([]);
  });
});

describe('C7: a create that DynamoDB never took can be finished for as long as it can be redriven', () => {
  it.each([
    ['at once', 0],
    ['eleven minutes later', 11 * 60],
    ['thirteen days later', 13 * 24 * 3600],
  ])('%s', async (_, seconds) => {
    const create = await neverTaken(stage);
    stage.store.pass(seconds);
    await create.redrive();
    const { ended, losses, page } = await stage.outcome(await stage.store.passUntilEnd(create));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 1 } });
    expect(losses).toEqual(NOTHING_LOST);
    expect(page).toBe('X');
  });

  it('but one that was applied and deleted since is not made again', async () => {
    const create = await appliedAndStopped(stage, 'create', page('X'));
    await stage.commit('delete');
    const { ended, item, losses } = await redrivenLate(stage, create);
    expect(ended).toMatchObject({ error: 'OutcomeUnknown' });
    expect(ended.cause.message).toContain('undone since');
    expect(item).toBeUndefined();
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('C8: what a run waits for is over in seconds, so most waits are short', () => {
  it('after a redrive inline content settles within two minutes', async () => {
    const began = stage.store.cloud.clock.now();
    const { ended } = await putInFlightAtRedrive(stage);
    expect(ended).toMatchObject({ error: 'RolledBack.PutRefused' });
    const seconds = (stage.store.cloud.clock.now() - began) / 1000;
    expect(seconds - SECONDS_AFTER_THE_END).toBeLessThan(120);
  });
});

describe('C9: throttling puts nothing in doubt', () => {
  it.each([1, 4])('a create that is throttled %i times and refused then is rolled back', async (times) => {
    const { ended, losses } = await throttledAndRefused(times)(stage);
    expect(ended).toMatchObject({ error: 'RolledBack.WriteRefused' });
    expect(losses).toEqual(NOTHING_LOST);
  });
});

describe('C10: a create that is made once more makes another item', () => {
  it('an update that was planned on the first one plans anew', async () => {
    const { created, updated } = await createdOnceMore(stage);
    expect(created).toMatchObject({ status: 'SUCCEEDED', output: { version: 1 } });
    expect(updated.ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2 } });
    expect(updated.page).toBe('Y');
    expect(updated.losses).toEqual(NOTHING_LOST);
  });
});
