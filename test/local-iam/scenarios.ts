// Runs of the product that need its grants between them, each with what comes out of it while it has them all.

import { createHash } from 'node:crypto';
import { ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ulid } from 'ulid';
import { readSaga, type SagaMetadata } from '../../core/item/item.ts';
import { continuedName, type Operation } from '../../core/keys/run.ts';
import { stageLarge } from '../e2e/large-copies.ts';
import { page, type Stage } from '../e2e/one-item.ts';
import { appliedAndStopped, redrivenLate } from '../e2e/schedules-c.ts';

export interface Scenario {
  run(stage: Stage): Promise<unknown>;
  readonly outcome: unknown;
}

const CONTENT = 'staged content';
const STAGED = 'staging/upload';
const staged = (key = STAGED) => ({
  largeAttributes: {
    page: {
      staged: { key, sha256: createHash('sha256').update(CONTENT).digest('hex'), size: CONTENT.length },
    },
  },
});

/** How a run ends, and what it leaves of the item's objects. */
async function end(stage: Stage, operation: Operation, input: object = {}) {
  const ended = await stage.store.passUntilEnd(await stage.start(operation, input));
  const { status, error, output } = ended;
  return { status, error, cleanup: output.cleanup, objects: (await stage.objects()).length };
}

const foreignItem = (stage: Stage): Promise<void> => stage.store.putForeign(stage.typedKey);
const stageContent = (stage: Stage): Promise<void> => stage.store.putObject(STAGED, CONTENT);
const done = (objects: number) => ({ status: 'SUCCEEDED', error: undefined, cleanup: 'done', objects });
const failed = (error: string) => ({ status: 'FAILED', error, cleanup: undefined, objects: 0 });

const SLOW_DOWN = { service: 's3', when: 'before', error: 'SlowDown', status: 503 } as const;

/** A create from a staged object that is copied in parts, in a stack with small ones. */
async function createLarge(stage: Stage, checksum?: 'SHA256') {
  const { s3, descriptor } = stage.store;
  const { largeAttributes } = await stageLarge(stage.store, STAGED, 5, checksum);
  const run = await stage.start('create', { largeAttributes });
  const { status, error, output } = await stage.store.passUntilEnd(run);
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: descriptor.bucket }));
  return {
    status,
    error,
    cleanup: output.cleanup,
    objects: (await stage.objects()).length,
    unfinished: Uploads.length,
    tries: (await run.history()).flatMap(({ taskFailedEventDetails }) => taskFailedEventDetails?.error ?? []),
  };
}

/** A sweep of what is left of the item's run, days later. */
async function sweepOrphan(stage: Stage) {
  await stage.commit('create', page('X'));
  const [live = ''] = await stage.objects();
  await stage.store.putObject(live.replace(/sha256=[0-9a-f]+/, `sha256=${'0'.repeat(64)}`), 'orphan');
  stage.store.pass(2 * 24 * 60 * 60);
  const { status, output } = await stage.sweep();
  return { status, failed: output.failed, objects: (await stage.objects()).length };
}

/** Somebody asks what became of an Express run that has put an object, and has not written the item. */
async function settle(stage: Stage, operation: Operation) {
  await stage.commit('create', page('X'));
  const [live = ''] = await stage.objects();
  const id = ulid();
  await stage.store.putObject(
    live.replace(/[^/]+$/, `${operation}.x.${id}.0123456789ab.20260101T000000000Z`),
    'left',
  );
  const before = readSaga((await stage.item()) ?? {});
  const input = { key: stage.key, settles: { id, inline: true, before: pick(before) } };
  const run = await stage.store.start(operation, input, continuedName(id));
  const { status, error } = await stage.store.passUntilEnd(run, 60);
  return { status, error, objects: (await stage.objects()).length };
}

const pick = (saga: SagaMetadata | undefined) => saga && { createdBy: saga.createdBy, version: saga.version };

export const SCENARIOS = {
  'a create that is settled': {
    run: (stage) => settle(stage, 'create'),
    outcome: { status: 'FAILED', error: 'RolledBack.NotWritten', objects: 1 },
  },
  'an update that is settled': {
    run: (stage) => settle(stage, 'update'),
    outcome: { status: 'FAILED', error: 'RolledBack.NotWritten', objects: 1 },
  },
  'a delete that is settled': {
    run: (stage) => settle(stage, 'delete'),
    outcome: { status: 'FAILED', error: 'Rejected.NotWritten', objects: 1 },
  },
  'a sweep': { run: sweepOrphan, outcome: { status: 'SUCCEEDED', failed: 0, objects: 1 } },

  create: { run: (stage) => end(stage, 'create', page('X')), outcome: done(1) },

  'a create that DynamoDB refuses': {
    async run(stage) {
      stage.writeFault({ when: 'before', error: 'ValidationException', status: 400 });
      return end(stage, 'create', page('X'));
    },
    outcome: failed('RolledBack.WriteRefused'),
  },
  'an update of a plain attribute': {
    async run(stage) {
      await foreignItem(stage);
      return end(stage, 'update', { set: { title: 'T' } });
    },
    outcome: done(0),
  },
  'an update that replaces an object': {
    async run(stage) {
      await foreignItem(stage);
      await end(stage, 'update', page('X'));
      return end(stage, 'update', page('Y'));
    },
    outcome: done(1),
  },
  'an update with the content that is there': {
    async run(stage) {
      await foreignItem(stage);
      await end(stage, 'update', page('X'));
      const before = await stage.objects();
      await end(stage, 'update', page('X'));
      const after = await stage.objects();
      return { puts: after.filter((key) => !before.includes(key)).length, version: await versionOf(stage) };
    },
    outcome: { puts: 0, version: 2 },
  },
  'an update with the content of an object that is lost': {
    async run(stage) {
      await foreignItem(stage);
      await end(stage, 'update', page('X'));
      for (const key of await stage.objects()) await stage.store.deleteObject(key);
      return end(stage, 'update', page('X'));
    },
    outcome: done(1),
  },
  'an update from the staging prefix': {
    async run(stage) {
      await foreignItem(stage);
      await stageContent(stage);
      const ended = await end(stage, 'update', staged());
      return { ...ended, left: (await stage.store.objects(STAGED)).length };
    },
    outcome: { ...done(1), left: 0 },
  },
  'an update from a staged object with tags': {
    async run(stage) {
      await foreignItem(stage);
      const { s3, descriptor } = stage.store;
      const tagged = { Bucket: descriptor.bucket, Key: STAGED, Body: CONTENT, Tagging: 'team=docs' };
      await s3.send(new PutObjectCommand(tagged));
      return end(stage, 'update', staged());
    },
    outcome: done(1),
  },
  'a create from what was never staged': {
    run: (stage) => end(stage, 'create', staged('staging/never')),
    outcome: failed('Rejected.InvalidInput'),
  },
  'a create whose staged object is lost before it is copied': {
    async run(stage) {
      await stageContent(stage);
      const held = await stage.startHeld('create', staged(), 'PutObject');
      await stage.store.deleteObject(STAGED);
      const { status, error } = await stage.store.passUntilEnd(held);
      return { status, error };
    },
    outcome: { status: 'FAILED', error: 'RolledBack.StagedObjectMissing' },
  },
  'a create whose large copy takes two attempts': {
    async run(stage) {
      stage.fault({ ...SLOW_DOWN, operation: 'UploadPartCopy', skip: 2 });
      return createLarge(stage);
    },
    outcome: { ...done(1), unfinished: 0, tries: ['CopyUnfinished', 'PutsUnsettled'] },
  },
  'a create whose large copy is complete, but answered with 503': {
    async run(stage) {
      stage.fault({ ...SLOW_DOWN, when: 'after', operation: 'CompleteMultipartUpload' });
      return createLarge(stage);
    },
    outcome: { ...done(1), unfinished: 0, tries: ['PutUnavailable', 'PutsUnsettled'] },
  },
  'a create whose large copy cannot go on, since nothing shows that its source is the same': {
    async run(stage) {
      stage.fault({ ...SLOW_DOWN, operation: 'UploadPartCopy', skip: 2 });
      return createLarge(stage, 'SHA256');
    },
    outcome: { ...done(1), unfinished: 0, tries: ['PutUnavailable', 'PutsUnsettled'] },
  },
  'a create whose large copy never ends': {
    async run(stage) {
      stage.fault({ ...SLOW_DOWN, operation: 'UploadPartCopy', skip: 2, times: 'always' });
      return createLarge(stage);
    },
    outcome: {
      ...failed('RolledBack.PutFailed'),
      unfinished: 0,
      tries: ['CopyUnfinished', ...Array(6).fill('PutUnavailable'), 'PutsUnsettled', 'PutFailed'],
    },
  },
  'a write in doubt for longer than its token lives': {
    async run(stage) {
      await end(stage, 'create', page('X'));
      stage.writeFault({ when: 'before', error: 'InternalServerError', times: 'always' });
      const stuck = await stage.start('update', page('Y'));
      await stage.store.passUntilEnd(stuck);
      stage.store.cloud.faults.clear();
      stage.store.pass(15 * 60);
      await stuck.redrive();
      const { status } = await stage.store.passUntilEnd(stuck);
      return { status };
    },
    outcome: { status: 'SUCCEEDED' },
  },
  'a create that was undone before its outcome was looked for': {
    async run(stage) {
      const create = await appliedAndStopped(stage, 'create', page('X'));
      await stage.commit('delete');
      const { ended } = await redrivenLate(stage, create);
      return { status: ended.status, error: ended.error };
    },
    outcome: { status: 'FAILED', error: 'OutcomeUnknown' },
  },
  'a delete': {
    async run(stage) {
      await foreignItem(stage);
      return end(stage, 'delete');
    },
    outcome: done(0),
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

async function versionOf(stage: Stage): Promise<number | undefined> {
  const saga = (await stage.item())?._saga;
  const version = saga && 'M' in saga ? saga.M.version : undefined;
  return version && 'N' in version ? Number(version.N) : undefined;
}
