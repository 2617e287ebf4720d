// A write whose payload is over Step Functions' limit. The plan refuses such requests, so here the definition itself adds to the
// payload: its puts are undone all the same, and not before they have settled.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { assembleMutant } from './mutants.ts';
import { NOTHING_LOST, page, Stage } from './one-item.ts';

const stage = new Stage();
let assembly = '';

beforeAll(async () => {
  const padding = {
    path: 'States.WriteItem.Arguments.Payload.padding',
    from: undefined,
    to: '{% [1..60000] %}',
  };
  assembly = await assembleMutant(inject('assembly'), [{ machine: 'Create', ...padding }]);
  await stage.open({ assembly });
});
beforeEach(() => stage.reset());
afterAll(async () => {
  await stage.close();
  await rm(assembly, { recursive: true, force: true });
});

const UNDONE = ['WriteItem', 'AnythingPut?', 'DeleteCreatedObjects', 'RolledBack'];

it('is undone', async () => {
  const run = await stage.start('create', page('X'));
  expect(await stage.store.passUntilEnd(run)).toMatchObject({
    error: 'RolledBack.InputTooLarge',
    states: ['Plan', 'PutObjects', 'PutObject', ...UNDONE],
  });
  expect(await stage.losses()).toEqual(NOTHING_LOST);
});

it('lets a put settle that was tried twice, and is undone then', async () => {
  stage.fault({ service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError' });
  const run = await stage.start('create', page('X'));
  expect(await stage.store.passUntilEnd(run)).toMatchObject({
    error: 'RolledBack.InputTooLarge',
    states: [
      ...['Plan', 'PutObjects', 'PutObject', 'WriteItem', 'AnythingPut?'],
      ...['LetRequestsExpire', 'EndUnfinishedUploads', ...UNDONE],
    ],
  });
  expect(await stage.losses()).toEqual(NOTHING_LOST);
});
