import { describe, expect, test } from 'vitest';
import { objectKey } from '../../../core/keys/object-key.ts';
import { formatRun, type Run } from '../../../core/keys/run.ts';
import { EXPRESS_OVER_SECONDS } from '../../../core/saga/waits.ts';
import {
  isInObjectSpace,
  legacyObject,
  ownObject,
  type SweptStore,
} from '../../../core/sweep/named-object.ts';
import {
  hasEndedForGood,
  type RunDescription,
  type SweepCalls,
  sweepBatch,
} from '../../../core/sweep/sweep.ts';
import { run, SHA256, STORE } from '../fixtures.ts';
import { keyOf } from '../items.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STARTED = Date.parse(run('create').startTime);
const SWEPT: SweptStore = { ...STORE, reportPrefix: 'sweeps' };

function listed(key: string, lastModified = STARTED) {
  return { key, size: 10, lastModified };
}

describe('ownObject', () => {
  const sk = { name: 'at', type: 'N' } as const;
  test.each([
    ['a string', { partitionKey: { name: 'id', type: 'S' } }, { id: { S: 'a/b c%=' } }],
    [
      'a number and a sort key',
      { partitionKey: { name: 'n', type: 'N' }, sortKey: sk },
      { n: { N: '-1.5' }, at: { N: '0' } },
    ],
    ['binary', { partitionKey: { name: 'b', type: 'B' } }, { b: { B: '+/8=' } }],
    ['binary of whole groups', { partitionKey: { name: 'b', type: 'B' } }, { b: { B: 'AAAA' } }],
  ] as const)('finds the item of %s and the run that the key names', (_, key, item) => {
    const store = { ...SWEPT, key };
    const made = objectKey(store, item, 'page', SHA256.x, formatRun(run('update')));
    expect(ownObject(listed(made), store)).toEqual({ ...listed(made), item, run: run('update') });
  });

  test.each([
    ['no key of a saga', 'items/readme.txt'],
    ['without a run', `items/pk=1/attr=page/sha256=${SHA256.x}/`],
    ['of the layout with shared keys', `items/pk=1/attr=page/md5=${'0'.repeat(32)}`],
    [
      'with a sort key that the table does not have',
      keyOf('page', 'x', 'create').replace('/attr', '/sk=2/attr'),
    ],
  ])('a key %s is foreign', (_, key) => {
    expect(ownObject(listed(key), SWEPT)).toBeUndefined();
  });

  test('a key whose number or binary DynamoDB would refuse is foreign: it would spoil a whole read', () => {
    const key = keyOf('page', 'x', 'create').replace('pk=1', 'pk=one');
    for (const type of ['N', 'B'] as const) {
      const store = { ...SWEPT, key: { partitionKey: { name: 'id', type } } };
      expect(ownObject(listed(type === 'B' ? key.replace('one', 'a.b') : key), store)).toBeUndefined();
    }
  });

  test.each([
    ['N', '1.0'],
    ['N', '1E999'],
    ['N', '1'.repeat(39)],
    ['B', 'AB'],
  ] as const)('a key of type %s in a spelling that no saga uses is foreign: %s', (type, pk) => {
    const key = keyOf('page', 'x', 'create').replace('pk=1', `pk=${pk}`);
    expect(ownObject(listed(key), { ...SWEPT, key: { partitionKey: { name: 'id', type } } })).toBeUndefined();
  });

  test('a key that two of its templates read differently is foreign: it may be of an item that was not asked', () => {
    const key = { partitionKey: { name: 'a', type: 'S' }, sortKey: { name: 'b', type: 'S' } } as const;
    const former = { ...SWEPT, key };
    const store = {
      ...former,
      objectKeyTemplate: '{prefix}/pk={sk}/sk={pk}/attr={attr}/sha256={sha256}/{run}',
    };
    const item = { a: { S: '1' }, b: { S: '2' } };
    const made = objectKey(former, item, 'page', SHA256.x, formatRun(run('create')));
    expect(ownObject(listed(made), former)).toMatchObject({ item });
    expect(ownObject(listed(made), store)).toBeUndefined();
  });
});

describe('legacyObject', () => {
  const md5 = '0'.repeat(32);
  const sorted = { partitionKey: { name: 'id', type: 'S' }, sortKey: { name: 'at', type: 'N' } } as const;

  test.each([
    ['without a sort key', SWEPT.key, `items/pk=a b/c/attr=page/md5=${md5}`, { id: { S: 'a b/c' } }],
    ['with one', sorted, `items/pk=a/sk=7/attr=page/md5=${md5}`, { id: { S: 'a' }, at: { N: '7' } }],
    [
      'of a number as DynamoDB spells it',
      sorted,
      `items/pk=a/sk=7.0/attr=page/md5=${md5}`,
      { id: { S: 'a' }, at: { N: '7' } },
    ],
  ] as const)('finds the item %s, its key as it is', (_, key, name, item) => {
    expect(legacyObject(listed(name), { ...SWEPT, key })).toEqual({ ...listed(name), item, run: undefined });
  });

  test.each([
    ['that could be of two items', sorted, `items/pk=a/sk=7/sk=8/attr=page/md5=${md5}`],
    ['that could have a sort key', SWEPT.key, `items/pk=a/sk=7/attr=page/md5=${md5}`],
    ['without the sort key', sorted, `items/pk=a/attr=page/md5=${md5}`],
    ['with a sort key that is no number', sorted, `items/pk=a/sk=b/attr=page/md5=${md5}`],
    ['of a binary key', { partitionKey: { name: 'id', type: 'B' } }, `items/pk=AAAA/attr=page/md5=${md5}`],
    ['below another prefix', SWEPT.key, `items//pk=a/attr=page/md5=${md5}`],
    ['of an empty item', SWEPT.key, `items/pk=/attr=page/md5=${md5}`],
    ["that is a saga's", SWEPT.key, keyOf('page', 'x', 'create')],
  ] as const)('leaves a key %s', (_, key, name) => {
    expect(legacyObject(listed(name), { ...SWEPT, key })).toBeUndefined();
  });
});

test('staged objects and reports are no objects of the store, with an empty prefix too', () => {
  const bare = { ...SWEPT, prefix: '' };
  expect(['staging/a', 'sweeps/a', 'pk=1', 'sweeps'].map((key) => isInObjectSpace(key, bare))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(['items/a', 'items', 'itemsx/a'].map((key) => isInObjectSpace(key, SWEPT))).toEqual([
    true,
    false,
    false,
  ]);
});

describe('hasEndedForGood', () => {
  const ended = (status: string, more: Partial<RunDescription> = {}): RunDescription => ({
    status,
    startDate: STARTED,
    stopDate: STARTED + HOUR,
    redriveStatus: 'NOT_REDRIVABLE',
    ...more,
  });
  const stopped = STARTED + HOUR;

  test.each<[string, RunDescription | undefined, number, boolean]>([
    ['succeeded', ended('SUCCEEDED'), STARTED + HOUR, true],
    ['runs', ended('RUNNING', { stopDate: undefined }), STARTED + 400 * DAY, false],
    ['waits for its redrive', ended('PENDING_REDRIVE'), STARTED + 400 * DAY, false],
    [
      'failed and can be redriven',
      ended('FAILED', { redriveStatus: 'REDRIVABLE' }),
      stopped + 20 * DAY,
      false,
    ],
    [
      'its redrive period is over, but a redrive at its end may not show yet',
      ended('FAILED'),
      stopped + 14 * DAY + 1,
      false,
    ],
    ['a day later', ended('FAILED'), stopped + 15 * DAY, true],
    ['a moment before that', ended('ABORTED'), stopped + 15 * DAY - 1, false],
    [
      'cannot be redriven for another reason, but may have a request in flight',
      ended('FAILED'),
      stopped,
      false,
    ],
    ['timed out long ago', ended('TIMED_OUT'), stopped + 15 * DAY, true],
    [
      'nothing is known of its redrive',
      ended('FAILED', { redriveStatus: undefined }),
      stopped + 20 * DAY,
      false,
    ],
    ['none, as if forgotten after its 90 days', undefined, STARTED + 105 * DAY, false],
    ['none, and no run lives so long', undefined, STARTED + (366 + 15) * DAY, true],
    [
      'another of its name, which a run may have after 90 days',
      ended('SUCCEEDED', { startDate: STARTED + 100 * DAY }),
      STARTED + 200 * DAY,
      false,
    ],
    ['its start in fewer digits', ended('SUCCEEDED', { startDate: STARTED - 123 }), STARTED + HOUR, true],
  ])('%s', (_, description, now, expected) => {
    expect(hasEndedForGood(run('create'), description, now)).toBe(expected);
  });

  const over = STARTED + EXPRESS_OVER_SECONDS * 1000 + DAY;
  test.each<[string, RunDescription | undefined, number, boolean]>([
    ['nothing goes on with it, but something may not show yet', undefined, over - 1, false],
    ['nothing goes on with it', undefined, over, true],
    ['what goes on with it runs', ended('RUNNING', { stopDate: undefined }), STARTED + 400 * DAY, false],
    ['that has succeeded, but another of its name may run on', ended('SUCCEEDED'), over - 1, false],
    [
      'that has succeeded, whenever it started',
      ended('SUCCEEDED', { startDate: STARTED + HOUR }),
      over,
      true,
    ],
    ['that can be redriven', ended('FAILED', { redriveStatus: 'REDRIVABLE' }), over + 10 * DAY, false],
    ['that cannot be redriven any more', ended('FAILED'), stopped + 15 * DAY, true],
  ])('of an Express run, by what goes on with it: %s', (_, description, now, expected) => {
    const express = run('create', 'x.01ARZ3NDEKTSV4RRFFQ69G5FAV.0123456789ab');
    expect(hasEndedForGood(express, description, now)).toBe(expected);
  });
});

describe('sweepBatch', () => {
  const SUCCEEDED = {
    status: 'SUCCEEDED',
    startDate: STARTED,
    stopDate: STARTED,
    redriveStatus: 'NOT_REDRIVABLE',
  };
  const orphan = keyOf('page', 'x', 'create');
  const other = keyOf('page', 'y', 'create');

  function calls(answers: Partial<SweepCalls> = {}): SweepCalls & { readonly log: string[] } {
    const log: string[] = [];
    const logged =
      <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) =>
      (...args: A): R => {
        log.push(name);
        return call(...args);
      };
    return {
      log,
      referenced: logged('referenced', answers.referenced ?? (async () => new Set<string>())),
      describe: logged('describe', answers.describe ?? (async () => SUCCEEDED)),
      remove: logged('remove', answers.remove ?? (async () => new Map<string, string>())),
    };
  }

  const batch = (objects: readonly ReturnType<typeof listed>[], more = {}) => ({
    objects,
    dryRun: false,
    legacy: false,
    cutoff: STARTED + HOUR,
    now: STARTED + 2 * DAY,
    ...more,
  });

  test('reads, asks, reads again, and only then deletes', async () => {
    const made = calls();
    expect(await sweepBatch(batch([listed(orphan)]), SWEPT, made)).toEqual({
      scanned: 1,
      referenced: 0,
      tooYoung: 0,
      redrivable: 0,
      orphans: 1,
      deleted: 1,
      failed: 0,
      foreign: 0,
      bytes: 10,
      objects: [{ key: orphan, size: 10, outcome: 'deleted' }],
    });
    expect(made.log).toEqual(['referenced', 'describe', 'referenced', 'remove']);
  });

  test('in a dry run deletes nothing, and tells the same', async () => {
    const made = calls();
    const report = await sweepBatch(batch([listed(orphan)], { dryRun: true }), SWEPT, made);
    expect(report).toMatchObject({
      orphans: 1,
      deleted: 0,
      bytes: 10,
      objects: [{ key: orphan, outcome: 'orphan' }],
    });
    expect(made.log).toEqual(['referenced', 'describe', 'referenced']);
  });

  test('what an item points at, at either read, stays', async () => {
    let reads = 0;
    const referenced = async () => new Set(reads++ === 0 ? [other] : [orphan]);
    const removed: string[] = [];
    const remove = async (keys: readonly string[]) => {
      removed.push(...keys);
      return new Map<string, string>();
    };
    const report = await sweepBatch(
      batch([listed(orphan), listed(other)]),
      SWEPT,
      calls({ referenced, remove }),
    );
    expect(report).toMatchObject({ scanned: 2, referenced: 2, orphans: 0, deleted: 0 });
    expect(removed).toEqual([]);
  });

  test('an object is as young as its put or its run, whichever is later', async () => {
    const report = await sweepBatch(
      batch([listed(orphan, STARTED + HOUR + 1), listed(other, 0)], { cutoff: STARTED - 1 }),
      SWEPT,
      calls(),
    );
    expect(report).toMatchObject({ tooYoung: 2, orphans: 0 });
  });

  test('asks about each run once', async () => {
    const asked: Run[] = [];
    const describeRun = async (each: Run) => {
      asked.push(each);
      return { ...SUCCEEDED, status: each.name === 'update' ? 'RUNNING' : 'SUCCEEDED' };
    };
    const keys = ['x', 'y', 'z'].flatMap((content) =>
      ['create', 'update'].map((by) => listed(keyOf('page', content as 'x', by))),
    );
    const report = await sweepBatch(batch(keys), SWEPT, calls({ describe: describeRun }));
    expect(asked.map(({ name }) => name)).toEqual(['create', 'update']);
    expect(report).toMatchObject({ orphans: 3, redrivable: 3 });
  });

  test("foreign keys are counted, some are named, none is touched; what is not the store's is not even counted", async () => {
    const foreign = Array.from({ length: 30 }, (_, at) => listed(`items/${at}`));
    const made = calls();
    const report = await sweepBatch(batch([...foreign, listed('staging/a'), listed('else')]), SWEPT, made);
    expect(report).toMatchObject({ scanned: 30, foreign: 30, orphans: 0, failed: 0 });
    expect(report.objects).toHaveLength(10);
    expect(made.log).not.toContain('describe');
  });

  test('counts what could not be asked about or deleted as failed, and names it with its reason', async () => {
    const describeRun = async ({ name }: Run) => (name === 'update' ? ('unchecked' as const) : SUCCEEDED);
    const remove = async () => new Map([[orphan, 'AccessDenied']]);
    const asked = keyOf('page', 'x', 'update');
    const objects = [listed(orphan), listed(other), listed(asked)];
    expect(await sweepBatch(batch(objects), SWEPT, calls({ describe: describeRun, remove }))).toMatchObject({
      orphans: 2,
      deleted: 1,
      failed: 2,
      bytes: 20,
      objects: [
        { key: orphan, outcome: 'failed', reason: 'AccessDenied' },
        { key: other, outcome: 'deleted' },
        { key: asked, outcome: 'failed', reason: 'unchecked' },
      ],
    });
  });
});
