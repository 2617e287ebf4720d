// Schedules of the explorer's as the local cloud can drive them; on-local-cloud-all.test.ts drives some.

import { describe, expect, it } from 'vitest';
import { drive } from '../../explorer/on-local-cloud/drive.ts';
import { NotExpressible, scriptOf } from '../../explorer/on-local-cloud/script.ts';
import { replay } from '../../explorer/schedules/replay.ts';
import type { LocalCloud } from '../../local/index.ts';
import { modelOf } from './explored.ts';

describe('what the fault API cannot express is refused by name', () => {
  it.each([
    [
      'update||update',
      [
        'e:update Plan GetItem -> ok (v1 by init of init views=0 A=A/X/init)',
        'e:update PutObject PutObject(A/Y/e) -> ok',
      ],
      'f:update Plan GetItem -> ok (v1 by init of init views=0 A=A/X/init)',
      /f:update Plan GetItem.*: while e goes on; the local cloud's faults hold no call back/,
    ],
    [
      'one create',
      ['e:create Plan GetItem -> ok (none)'],
      'e:create PutObject PutObject(A/X/e) times out, IN FLIGHT',
      /IN FLIGHT: the fault API has no such fault/,
    ],
    [
      'one create',
      ['e:create Plan GetItem -> ok (none)'],
      'e:create PutObject PutObject(A/X/e) FAILS, not applied (5xx)',
      /FAILS, not applied .*: its retry comes after a pause of random length there/,
    ],
    [
      'create||SWEEP',
      ['e:create Plan GetItem -> ok (none)', 'e:create PutObject PutObject(A/X/e) -> ok'],
      'sweep: lists {A/X/e}',
      /sweep: lists {A\/X\/e}: only runs, other programs/,
    ],
    ['client: create', [], 'client e/1 begins', /client e\/1 begins: only runs/],
  ])('%s: %j, %s', async (name, before, label, message) => {
    const model = await modelOf(name);
    const driven = drive({} as LocalCloud, model, [...before, label]);
    await expect(driven).rejects.toThrow(NotExpressible);
    await expect(driven).rejects.toThrow(message);
  });

  it.each([
    ['C9 throttled once, then refused', /the configuration's refusesWrites/],
    ['C1 legacy update B||putPlain STREAM', /pynamodb_mate/],
  ])('%s', async (name, message) => {
    await expect(drive({} as LocalCloud, await modelOf(name), [])).rejects.toThrow(message);
  });
});

it('faults are those of the calls that the schedule names', async () => {
  const labels = [
    'e:create Plan GetItem -> ok (none)',
    'e:create PutObject PutObject(A/X/e) -> ok',
    'e:create PutObject PutObject(B/Y/e) -> ok',
    'e:create WriteItem Transact(Put) APPLIED, but answered 5xx',
    'e:create is STOPPED at WriteItem',
    'e:create is REDRIVEN a day later at WriteItem',
    'e:create waits 15 s in WriteItem',
  ];
  const model = await modelOf('one create AB', { faults: 3 });
  const { states } = await replay(model, labels);
  const write = { service: 'dynamodb', operation: 'TransactWriteItems' };
  expect(scriptOf(model, labels, states)).toEqual([
    {
      kind: 'start',
      run: 'e',
      faults: [{ ...write, when: 'after', error: 'InternalServerError', status: 500, skip: 0 }],
      until: { at: ['WriteItem'], retries: 1 },
    },
    { kind: 'stop', run: 'e' },
    { kind: 'redrive', run: 'e', aDayLater: true, faults: [], until: { at: ['WriteItem'], retries: 1 } },
    { kind: 'pass', run: 'e', seconds: 15, faults: [], until: { at: ['WriteItem'], retries: 1 } },
  ]);
});
