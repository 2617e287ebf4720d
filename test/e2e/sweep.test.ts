// Whole sweeps: what they find, delete, report and leave alone, over batches and pages, and when something fails.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import type { SweepInput } from '../../core/sweep/contract.ts';
import type { SweepOutput } from '../../core/sweep/output.ts';
import type { ReportedObject } from '../../core/sweep/sweep.ts';
import type { Item } from '../../core/values/attributes.ts';
import { LargeItemStack } from '../../lib/index.ts';
import type { EndedRun } from './harness.ts';
import { assembleMutant, type Mutation } from './mutants.ts';
import { page, Stage } from './one-item.ts';

const DAY = 24 * 60 * 60;
const stage = new Stage();
/** So that few objects make several batches; sweep-many.test.ts has batches as large as the product's. */
const BATCH = 100;
const SMALL_BATCHES: Mutation = {
  machine: 'Sweep/Machine',
  path: 'States.SweepList.ItemBatcher.MaxItemsPerBatch',
  from: 1000,
  to: BATCH,
};
let assembly = '';
let mutant = '';

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'twinwrite-sweep-'));
  synthesise(assembly);
  mutant = await assembleMutant(assembly, [SMALL_BATCHES]);
  await stage.open({ assembly: mutant });
});
beforeEach(async () => {
  stage.reset();
  for (const prefix of ['items/', 'sweeps/']) {
    for (const key of await stage.store.objects(prefix)) await stage.store.deleteObject(key);
  }
});
afterAll(async () => {
  await stage.close();
  for (const folder of [assembly, mutant]) await rm(folder, { recursive: true });
});

/** Sweeps are scheduled, but for so late that none starts by itself. Nobody may delete objects of the item `locked`. */
function synthesise(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const schedule = ScheduleExpression.rate(Duration.days(10_000));
  const { store } = new LargeItemStack(app, 'Twinwrite', { store: { sweep: { schedule } } });
  const bucket = store.bucket as Bucket;
  bucket.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:DeleteObject'],
      resources: [bucket.arnForObjects('items/pk=locked/*')],
    }),
  );
  app.synth();
}

async function sweep(input: SweepInput = {}): Promise<EndedRun & { readonly totals: SweepOutput }> {
  const ended = await stage.sweep(input);
  return { ...ended, totals: ended.output as SweepOutput };
}

function totals(counts: Partial<SweepOutput>): Partial<SweepOutput> {
  const zero = { referenced: 0, tooYoung: 0, redrivable: 0, orphans: 0, deleted: 0, failed: 0, foreign: 0 };
  return { ...zero, failedBatches: 0, ...counts };
}

/** Keys of objects that no item points at, of a run that has succeeded; not put yet. */
function orphanKeys(count: number, item: Item = stage.typedKey): readonly string[] {
  const run = createdBy();
  return Array.from({ length: count }, (_, at) =>
    objectKey(stage.store.descriptor, item, 'page', at.toString(16).padStart(64, '0'), run),
  );
}

let created = '';
const createdBy = () => created;

/** An item with its object, days old. */
async function commitItem(): Promise<string> {
  await stage.commit('create', page('live'));
  const item = await stage.item();
  const saga = item?._saga as { M: { createdBy: { S: string } } };
  created = saga.M.createdBy.S;
  const [live = ''] = await stage.objects();
  return live;
}

async function putAll(keys: readonly string[], body = 'orphan'): Promise<void> {
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => stage.store.putObject(key, body)));
  }
}

async function reported(): Promise<readonly ReportedObject[]> {
  const files = (await stage.store.objects('sweeps/')).filter((key) => key.endsWith('.jsonl'));
  const lines = (await Promise.all(files.map((key) => stage.store.content(key)))).join('').trim().split('\n');
  return lines.flatMap((line) => JSON.parse(line).objects);
}

it('a dry run deletes nothing and reports what a sweep then deletes', async () => {
  const live = await commitItem();
  const [orphan = ''] = orphanKeys(1);
  await putAll([orphan, 'items/notes.txt', 'staging/upload']);
  const held = await stage.store.start('create', { key: { id: `${stage.key.id}-2` }, ...page('going on') });
  await held.end();
  stage.store.pass(2 * DAY);

  const dry = await sweep({ dryRun: true });
  const expected = totals({ scanned: 4, referenced: 2, foreign: 1, orphans: 1, bytes: 6 });
  expect(dry).toMatchObject({ status: 'SUCCEEDED', totals: { ...expected, dryRun: true, batches: 1 } });
  expect(dry.states.at(-1)).toBe('Swept');
  expect(dry.totals.report).toMatch(/^s3:\/\/[^/]+\/sweeps\/[^/]+\/manifest\.json$/);
  expect(await reported()).toEqual([
    { key: orphan, size: 6, outcome: 'orphan' },
    { key: 'items/notes.txt', size: 6, outcome: 'foreign' },
  ]);
  expect(await stage.store.objects()).toHaveLength(4);

  expect((await sweep()).totals).toMatchObject({ ...expected, deleted: 1, dryRun: false });
  expect(await stage.store.objects()).toEqual(expect.arrayContaining([live, 'items/notes.txt']));
  expect(await stage.store.objects()).not.toContain(orphan);
  expect(await stage.store.objects('staging/')).toEqual(['staging/upload']);
  expect((await sweep()).totals).toMatchObject(totals({ scanned: 3, referenced: 2, foreign: 1 }));
});

it('what is younger than the grace stays until it is not', async () => {
  await commitItem();
  await putAll(orphanKeys(1));
  expect((await sweep()).totals).toMatchObject(totals({ scanned: 2, referenced: 1, tooYoung: 1 }));
  stage.store.pass(DAY - 60);
  expect((await sweep({ grace: '24h' })).totals).toMatchObject({ tooYoung: 1 });
  stage.store.pass(120);
  expect((await sweep({ grace: '24h' })).totals).toMatchObject({ tooYoung: 0, deleted: 1 });
});

it('an empty store is swept in no time', async () => {
  expect(await sweep()).toMatchObject({ status: 'SUCCEEDED', totals: { scanned: 0, batches: 0 } });
});

describe('a stopped run', () => {
  it('keeps its objects for as long as it can be redriven and a day, then they go, and so does the redrive', async () => {
    await commitItem();
    const update = await stage.startHeld('update', page('stopped'), 'WriteItem');
    await update.stop();
    await update.end();
    for (const days of [1, 12.9, 0.5]) {
      stage.store.pass(days * DAY);
      expect((await sweep()).totals).toMatchObject(totals({ scanned: 2, referenced: 1, redrivable: 1 }));
    }
    stage.store.pass(DAY);
    expect((await sweep()).totals).toMatchObject(
      totals({ scanned: 2, referenced: 1, orphans: 1, deleted: 1 }),
    );
    await expect(update.redrive()).rejects.toThrow(/redrivable period exceeded/);
  });
});

it('a run that is unknown here keeps its objects for more than a year', async () => {
  await commitItem();
  created = created.replace(/^create\.[^.]+/, 'create.of-another-machine');
  await putAll(orphanKeys(1));
  stage.store.pass(200 * DAY);
  expect((await sweep()).totals).toMatchObject({ redrivable: 1, deleted: 0 });
  stage.store.pass(182 * DAY);
  expect((await sweep()).totals).toMatchObject({ redrivable: 0, deleted: 1 });
});

it('an object that the item mentions in another attribute, or another item of the batch mentions, stays', async () => {
  await commitItem();
  const [renamed = '', copied = '', gone = ''] = orphanKeys(3);
  await putAll([renamed, copied, gone]);
  const { bucket } = stage.store.descriptor;
  const item = (await stage.item()) ?? {};
  const former = { L: [{ S: formatPointer(bucket, renamed) }] };
  await stage.store.putForeign({ ...item, former });
  const second = { key: { id: `${stage.key.id}-copy` } };
  await stage.store.run('create', { ...second, ...page('own') });
  const copy = (await stage.store.item({ id: { S: second.key.id } })) ?? {};
  await stage.store.putForeign({ ...copy, original: { S: formatPointer(bucket, copied) } });
  stage.store.pass(2 * DAY);

  expect((await sweep()).totals).toMatchObject({ orphans: 1, deleted: 1 });
  expect(await stage.store.objects()).toEqual(expect.arrayContaining([renamed, copied]));
  expect(await stage.store.objects()).not.toContain(gone);
});

describe('objects of pynamodb_mate', () => {
  const legacyKey = (content: string) => `items/pk=${stage.key.id}/attr=page/md5=${content.repeat(32)}`;

  it('are counted and left alone, unless they are asked for: then what its item does not point at goes', async () => {
    const { bucket } = stage.store.descriptor;
    const [live, old] = [legacyKey('a'), legacyKey('b')];
    await putAll([live, old]);
    await stage.store.putForeign({ ...stage.typedKey, page: { S: formatPointer(bucket, live) } });
    stage.store.pass(2 * DAY);
    expect((await sweep()).totals).toMatchObject(totals({ scanned: 2, foreign: 2 }));
    expect((await sweep({ legacy: true, dryRun: true })).totals).toMatchObject(
      totals({ scanned: 2, referenced: 1, orphans: 1 }),
    );
    expect((await sweep({ legacy: true })).totals).toMatchObject({ referenced: 1, deleted: 1, foreign: 0 });
    expect(await stage.store.objects()).toEqual([live]);
  });

  it('have the grace alone to protect them while their item is yet to be written', async () => {
    const { bucket } = stage.store.descriptor;
    const put = legacyKey('c');
    await putAll([put]);
    stage.store.pass(60 * 60 - 60);
    expect((await sweep({ legacy: true, grace: '1h' })).totals).toMatchObject({ tooYoung: 1, deleted: 0 });
    await stage.store.putForeign({ ...stage.typedKey, page: { S: formatPointer(bucket, put) } });
    stage.store.pass(DAY);
    expect((await sweep({ legacy: true })).totals).toMatchObject({ referenced: 1, deleted: 0 });
  });
});

describe('over several pages and batches', () => {
  const COUNT = 2.5 * BATCH;

  /** Leaves old orphans beside an item; the function that looks at the last of them crashes, so many times. */
  async function leaveOrphansAndCrashOnLast(times: number): Promise<string> {
    await commitItem();
    const keys = orphanKeys(COUNT);
    await putAll(keys);
    stage.store.pass(2 * DAY);
    const last = keys.at(-1) ?? '';
    stage.fault({
      service: 'lambda',
      operation: 'Invoke',
      when: 'before',
      error: 'Runtime.ExitError',
      match: last,
      times,
    });
    return last;
  }

  it('finds every orphan, whichever batch it is in', async () => {
    const moreThanAPage = 1_100;
    const live = await commitItem();
    await putAll(orphanKeys(moreThanAPage));
    stage.store.pass(2 * DAY);
    const { totals: found } = await sweep();
    expect(found).toMatchObject(
      totals({ scanned: moreThanAPage + 1, referenced: 1, orphans: moreThanAPage, deleted: moreThanAPage }),
    );
    expect(found.batches).toBeGreaterThan(1);
    expect(await stage.store.objects()).toEqual([live]);
  });

  it('a batch that fails does not end the sweep: it is counted, and the end says so', async () => {
    const last = await leaveOrphansAndCrashOnLast(2);
    const ended = await sweep();
    const { failed, deleted, batches } = ended.totals;
    expect(ended).toMatchObject({ status: 'SUCCEEDED', totals: { scanned: COUNT + 1, failedBatches: 1 } });
    expect(ended.states.at(-1)).toBe('SweptInPart');
    expect(batches).toBeGreaterThan(1);
    expect(deleted).toBeGreaterThan(0);
    expect(deleted + failed).toBeGreaterThanOrEqual(COUNT);
    expect(await stage.store.objects()).toContain(last);
    expect(await sweep()).toMatchObject({ states: expect.arrayContaining(['Swept']) });
    expect(await stage.store.objects()).toHaveLength(1);
  });

  it('stopped in the middle and redriven, it goes on with what is left', async () => {
    await leaveOrphansAndCrashOnLast(1);
    const run = await stage.store.startSweep({ dryRun: false, maxConcurrency: 1 });
    await expect.poll(() => stage.store.cloud.faults.list().map(({ fired }) => fired)).toEqual([1]);
    await run.stop();
    await run.end();
    const left = await stage.store.objects();
    expect(left.length).toBeGreaterThan(1);
    expect(left.length).toBeLessThan(COUNT);

    await run.redrive();
    const ended = await stage.store.passUntilSwept(run);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { scanned: COUNT + 1, deleted: COUNT } });
    expect(await stage.store.objects()).toHaveLength(1);
  });

  it('two sweeps at once delete the same objects, and nothing else', async () => {
    const live = await commitItem();
    await putAll(orphanKeys(COUNT));
    stage.store.pass(2 * DAY);
    const runs = await Promise.all([1, 2].map(() => stage.store.startSweep({ dryRun: false })));
    for (const run of runs) {
      expect(await stage.store.passUntilSwept(run)).toMatchObject({
        status: 'SUCCEEDED',
        output: { failed: 0 },
      });
    }
    expect(await stage.store.objects()).toEqual([live]);
  });
});

describe('what AWS refuses', () => {
  it('for single keys is counted and reported with its reason; the others go', async () => {
    await commitItem();
    const [locked = ''] = orphanKeys(1, { id: { S: 'locked' } });
    await putAll([locked, ...orphanKeys(2)]);
    stage.store.pass(2 * DAY);
    expect((await sweep()).totals).toMatchObject(
      totals({ scanned: 4, referenced: 1, orphans: 3, deleted: 2, failed: 1 }),
    );
    expect(await reported()).toContainEqual({
      key: locked,
      size: 6,
      outcome: 'failed',
      reason: 'AccessDenied',
    });
  });

  it('of the questions about runs leaves their objects to the next sweep', async () => {
    await commitItem();
    await putAll(orphanKeys(1));
    stage.store.pass(2 * DAY);
    stage.fault({
      service: 'states',
      operation: 'DescribeExecution',
      when: 'before',
      error: 'AccessDeniedException',
      status: 400,
      times: 2,
    });
    expect(await sweep()).toMatchObject({ status: 'FAILED', error: 'NothingSwept' });
    expect((await sweep()).totals).toMatchObject({ deleted: 1 });
  });

  it('altogether ends as a failure that names the report', async () => {
    await commitItem();
    stage.fault({
      service: 'lambda',
      operation: 'Invoke',
      when: 'before',
      error: 'Runtime.ExitError',
      match: 'FindOrphans',
      times: 'always',
    });
    const ended = await sweep();
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'NothingSwept',
      cause: { message: 'all 1 batches failed' },
    });
    expect(ended.cause.report).toMatch(/manifest\.json$/);
  });
});

describe('the input', () => {
  it.each<[string, object, object]>([
    ['a grace that is too short', { grace: '10m' }, { field: 'grace', value: '10m' }],
    ['a field that there is not', { dry: true }, { field: 'dry' }],
    [
      'an inventory that is not there',
      { inventory: { bucket: 'nowhere', key: 'manifest.json' } },
      { field: 'inventory' },
    ],
  ])('%s is refused before anything is looked at', async (_, input, cause) => {
    const ended = await sweep(input as SweepInput);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Rejected.InvalidInput', cause });
    expect(ended.states).toEqual(['PlanSweep', 'Rejected']);
  });
});
