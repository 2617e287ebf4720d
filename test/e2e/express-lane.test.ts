// The Express lane as it is deployed: its state machines do with their rights what the sagas do, and hand over to the Standard ones.

import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { continuedName, type Operation } from '../../core/keys/run.ts';
import { page, useStage } from './one-item.ts';

const stage = useStage({ lane: 'express' });

const express = (operation: Operation, input: object = {}) =>
  stage.store.runExpress(operation, { key: stage.key, ...input }, `${operation}-${stage.key.id}-${ulid()}`);

it('creates, updates and deletes an item and its objects', async () => {
  expect(await express('create', page('A'))).toMatchObject({ status: 'SUCCEEDED', output: { version: 1 } });
  expect(await stage.page()).toBe('A');
  expect(await express('update', page('B'))).toMatchObject({
    status: 'SUCCEEDED',
    output: { version: 2, cleanup: 'done' },
  });
  expect(await stage.page()).toBe('B');
  expect(await express('delete')).toMatchObject({ status: 'SUCCEEDED' });
  expect(await stage.objects()).toEqual([]);
  expect(await stage.item()).toBeUndefined();
});

it('refuses by itself', async () => {
  expect(await express('update', page('A'))).toMatchObject({ status: 'FAILED', error: 'Rejected.NotFound' });
});

it('hands a write in doubt over to the Standard state machine, which ends it', async () => {
  stage.writeFault({ when: 'after', error: 'InternalServerError' });
  const handedOver = await express('create', page('A'));
  expect(handedOver).toMatchObject({ status: 'FAILED', error: 'Continued' });
  const run = stage.store.runOf(String(handedOver.cause.executionArn));
  expect(await stage.store.passUntilEnd(run)).toMatchObject({
    status: 'SUCCEEDED',
    output: { run: handedOver.cause.run },
  });
  expect(await stage.page()).toBe('A');
});

it('has a run settled whose answer was lost: what it has put is deleted, and nothing else', async () => {
  await express('create', page('A'));
  await express('update', page('B'));
  const [live = ''] = await stage.objects();
  const id = ulid();
  const left = live.replace(/[^/]+$/, `update.x.${id}.0123456789ab.20260101T000000000Z`);
  await stage.store.putObject(left, 'left');
  const input = { key: stage.key, settles: { id, inline: true } };
  const settling = await stage.store.start('update', input, continuedName(id));
  // It is not told how the item was before.
  expect(await stage.store.passUntilEnd(settling, 60)).toMatchObject({ error: 'OutcomeUnknown' });
  expect(await stage.objects()).toEqual([live]);
  expect(await stage.page()).toBe('B');
});
