// The alarm on runs of the Express lane that end without saying how goes off when that happens; what ends otherwise raises none, but
// roll-backs, which count with those of the Standard lane.

import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import type { Operation } from '../../core/keys/run.ts';
import { page } from '../e2e/one-item.ts';
import { useWatched } from './watched.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const stage = useWatched({ express: true });

const start = (operation: Operation, input: object) =>
  stage.store.runExpress(operation, { key: stage.key, ...input }, ulid());

it('none: a run that commits, one that is rejected, one that goes on in the Standard lane', async () => {
  expect(await start('create', page('A'))).toMatchObject({ status: 'SUCCEEDED' });
  expect(await start('create', page('B'))).toMatchObject({ error: 'Rejected.AlreadyExists' });
  stage.writeFault({ when: 'after', error: 'InternalServerError' });
  const { error, cause } = await start('update', page('C'));
  expect(error).toBe('Continued');
  const goesOn = stage.store.runOf(String(cause.executionArn));
  expect(await stage.store.passUntilEnd(goesOn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(stage.alarms()).toEqual([]);
  expect(stage.count('ExpressRejected')).toBe(1);
  expect(stage.count('ExpressContinued')).toBe(1);
});

it('unsettled: a run that could not hand over, for an hour', async () => {
  stage.writeFault({ when: 'before', error: 'InternalServerError' });
  const refused = { error: 'AccessDeniedException', status: 400, times: 'always' } as const;
  stage.fault({ service: 'states', operation: 'StartExecution', when: 'before', ...refused });
  const answer = start('create', page('A'));
  await stage.measured('ExpressUnsettled', 1, () => stage.store.pass(1));
  expect((await answer).status).toBe('FAILED');
  expect(stage.alarms()).toEqual(['unsettled']);
  stage.store.pass(HOUR + 5 * MINUTE);
  expect(stage.alarms()).toEqual([]);
});

it('rolled back: five of a few', async () => {
  for (let runs = 1; runs <= 5; runs += 1) {
    expect(stage.alarms()).toEqual([]);
    stage.writeFault({ when: 'before', error: 'AccessDeniedException', status: 400 });
    expect(await start('create', page('X'))).toMatchObject({ error: 'RolledBack.WriteRefused' });
  }
  expect(stage.alarms()).toEqual(['rolled-back']);
});
