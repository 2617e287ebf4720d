// Schedules that the explorer finds, driven on the local cloud: the deployed product does there what was found.

import { afterEach, describe, expect, inject, it } from 'vitest';
import { drive, type LocalEnd } from '../../explorer/on-local-cloud/drive.ts';
import { STANDSTILL } from '../../explorer/on-local-cloud/own-cloud.ts';
import { reordered } from '../../explorer/on-local-cloud/reorder.ts';
import { NotExpressible, scriptOf } from '../../explorer/on-local-cloud/script.ts';
import { replay } from '../../explorer/schedules/replay.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { withAssembly } from '../e2e/synthesize.ts';
import { explored, modelOf } from './explored.ts';

let cloud: LocalCloud | undefined;
afterEach(async () => {
  await cloud?.stop();
  cloud = undefined;
});

async function driven(name: string, promise: RegExp, assembly = inject('assembly')): Promise<LocalEnd> {
  const { violations } = await explored(name);
  const violation = violations.find((one) => promise.test(one.promise));
  if (violation === undefined) throw new Error(`${name} breaks no such promise: ${promise}`);
  const model = await modelOf(name);
  const labels = await reordered(model, violation.schedule, violation.promise);
  cloud = await startLocalCloud({ assembly, timeScale: STANDSTILL, warmUp: false });
  return drive(cloud, model, labels);
}

describe('what the explorer finds happens on the local cloud', () => {
  it('an item whose old state another program saves at last dangles', async () => {
    const { dangling, runs } = await driven('needed: programs that put no pointers back', /^dangling/);
    expect([dangling, runs.e?.status]).toEqual([['A/X/init'], 'SUCCEEDED']);
  });

  it('C2: a delete is applied again, to an item that was created since', async () => {
    const { item, runs } = await driven('C2 delete unmanaged||putPlain, stopped and redriven late', /2 times/);
    expect([item, runs.e?.status]).toEqual([undefined, 'SUCCEEDED']);
  });

  it('C3: a delete succeeds, and the item is there', async () => {
    const { item, runs } = await driven('C3 delete||dropSaga, stopped and redriven late', /never took effect/);
    expect([item, runs.e?.status]).toEqual([expect.anything(), 'SUCCEEDED']);
  });

  it('C1: the item points at what the clean-up has deleted', async () => {
    const { dangling, runs } = await withAssembly({ cleanUpForeignDeletes: true }, (assembly) =>
      driven('C1 adopt||putPlain STREAM, stopped and redriven late', /^dangling/, assembly),
    );
    expect([dangling, runs.e?.status]).toEqual([['A/Y/e'], 'SUCCEEDED']);
  });
});

describe('what the fault API cannot express is refused by name', () => {
  it.each([
    [
      'update||update',
      ['e:update Plan GetItem -> ok (v1 by init of init views=0 A=A/X/init)', 'e:update PutObject PutObject(A/Y/e) -> ok'],
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
    'e:create PutObject PutObject(B/Y/e) APPLIED, but answered 5xx',
    'e:create PutObject PutObject(B/Y/e) REFUSED (403)',
    'e:create is STOPPED at LetRequestsExpire',
    'e:create is REDRIVEN a day later at LetRequestsExpire',
    'e:create waits 0 s in LetRequestsExpire',
  ];
  const model = await modelOf('one create AB', { faults: 3 });
  const { states } = await replay(model, labels);
  const put = { service: 's3', operation: 'PutObject', match: 'attr=B/' };
  expect(scriptOf(model, labels, states)).toEqual([
    {
      kind: 'start',
      run: 'e',
      faults: [
        { ...put, when: 'after', error: 'InternalServerError', status: 500, skip: 0 },
        { ...put, when: 'before', error: 'AccessDeniedException', status: 403, skip: 1 },
      ],
    },
    { kind: 'stop', run: 'e' },
    { kind: 'redrive', run: 'e', aDayLater: true, faults: [] },
    { kind: 'pass', run: 'e', seconds: 0, faults: [] },
  ]);
});
