// A check of a store against one that is sound, and against everything that can be amiss.

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Finding, type FsckOptions, type FsckSummary, fsck } from '../../../audit/fsck/index.ts';
import { readPointers } from '../../../core/item/item.ts';
import { objectKey } from '../../../core/keys/object-key.ts';
import { ownObjectKey } from '../../../core/keys/pointer.ts';
import { formatRun, type Run } from '../../../core/keys/run.ts';
import { toSdkItem } from '../../../core/values/sdk-item.ts';
import { startStore, type TestStore } from '../../e2e/harness.ts';

const SHA256 = 'a'.repeat(64);
/** Of a time of which Step Functions knows nothing any more. */
const FORGOTTEN: Run = { operation: 'create', name: 'long-ago', startTime: '2020-01-01T00:00:00.000Z' };

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store[Symbol.asyncDispose]());

let tests = 0;
/** An item of the present test. */
const id = (name: string) => ({ id: `${tests}-${name}` });
const keyOf = ({ id: text }: { id: string }) => ({ id: { S: text } });
beforeEach(() => {
  tests += 1;
  store.cloud.faults.clear();
});

async function create(key: { id: string }, content: Readonly<Record<string, string>>): Promise<void> {
  const largeAttributes = Object.fromEntries(Object.entries(content).map(([name, text]) => [name, { text }]));
  expect(await store.run('create', { key, largeAttributes })).toMatchObject({ status: 'SUCCEEDED' });
}

/** Object keys by large attribute. */
async function keysOf(key: { id: string }): Promise<Record<string, string>> {
  const pointers = readPointers((await store.item(keyOf(key))) ?? {}, store.descriptor);
  return Object.fromEntries(
    [...pointers].map(([name, uri]) => [name, ownObjectKey(uri, store.descriptor) ?? '']),
  );
}

/** What a check finds that has to do with this test, by its texts; and its summary. */
async function check(
  options: Partial<FsckOptions> = {},
): Promise<{ found: Finding[]; summary: FsckSummary }> {
  const found: Finding[] = [];
  const context = { store: store.descriptor, sfn: store.sfn, s3: store.s3, dynamodb: store.dynamodb };
  const summary = await fsck(context, { onFinding: (finding) => void found.push(finding), ...options });
  return { found: found.filter((finding) => JSON.stringify(finding).includes(`${tests}-`)), summary };
}

test('a store that only sagas write is sound, and all of its content is proved', async () => {
  await create(id('a'), { page: 'page', picture: 'picture' });
  await create(id('b'), { page: 'page' });
  await store.run('update', { key: id('a'), largeAttributes: { page: { text: 'new' } } });
  const { found, summary } = await check();
  expect(found).toEqual([]);
  expect(summary).toMatchObject({
    items: 2,
    pointers: 3,
    objects: 3,
    verified: 3,
    unverified: 0,
    foreign: 0,
    sound: true,
  });
  expect(summary.bytes).toBe('new'.length + 'picture'.length + 'page'.length);
});

test('an object that is gone is dangling', async () => {
  await create(id('a'), { page: 'page', picture: 'picture' });
  const { page = '' } = await keysOf(id('a'));
  await store.deleteObject(page);
  const { found, summary } = await check();
  const uri = `s3://${store.descriptor.bucket}/${page}`;
  expect(found).toEqual([{ kind: 'dangling', item: id('a'), attribute: 'page', uri }]);
  expect(summary.sound).toBe(false);
  await store.run('delete', { key: id('a') });
});

describe('content that is not what its key says', () => {
  test('is found by the SHA-256 that S3 keeps', async () => {
    await create(id('a'), { page: 'page' });
    const { page: Key = '' } = await keysOf(id('a'));
    const { bucket: Bucket } = store.descriptor;
    await store.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'other', ChecksumAlgorithm: 'SHA256' }));
    const { found, summary } = await check();
    expect(found).toEqual([
      expect.objectContaining({
        kind: 'wrong-content',
        item: id('a'),
        attribute: 'page',
        expected: Key.split('sha256=')[1]?.slice(0, 64),
      }),
    ]);
    expect(summary.sound).toBe(false);
    await store.run('delete', { key: id('a') });
  });

  test('is found by reading where S3 keeps none, when asked to', async () => {
    await create(id('a'), { page: 'page' });
    const { page: Key = '' } = await keysOf(id('a'));
    await store.putObject(Key, 'other');
    const head = new HeadObjectCommand({ Bucket: store.descriptor.bucket, Key, ChecksumMode: 'ENABLED' });
    expect((await store.s3.send(head)).ChecksumSHA256).toBeUndefined();
    expect(await check()).toMatchObject({ found: [], summary: { unverified: 1, sound: true } });
    const { found, summary } = await check({ readContent: true });
    expect(found).toEqual([expect.objectContaining({ kind: 'wrong-content', item: id('a') })]);
    expect(summary).toMatchObject({ unverified: 0, sound: false });
    await store.run('delete', { key: id('a') });
  });

  test('is looked for anew when it has changed between question and reading', async () => {
    await create(id('a'), { page: 'page' });
    await store.putObject((await keysOf(id('a'))).page ?? '', 'other');
    for (const [error, status] of [
      ['NoSuchKey', 404],
      ['PreconditionFailed', 412],
    ] as const) {
      store.cloud.faults.inject({ service: 's3', operation: 'GetObject', when: 'before', error, status });
    }
    const { prefix } = store.descriptor;
    const { found, summary } = await check({ readContent: true, prefix: `${prefix}/pk=${id('a').id}/` });
    expect(found).toEqual([expect.objectContaining({ kind: 'wrong-content', item: id('a') })]);
    expect(summary).toMatchObject({ pointers: 1, verified: 1 });
    await store.run('delete', { key: id('a') });
  });
});

describe('an object that no item points at', () => {
  const unreferenced = (run: Run) =>
    objectKey(store.descriptor, keyOf(id('a')), 'page', SHA256, formatRun(run));

  test('is an orphan when its run is long past', async () => {
    const key = unreferenced(FORGOTTEN);
    await store.putObject(key, 'left');
    const { found, summary } = await check();
    expect(found).toEqual([{ kind: 'orphan', objectKey: key, size: 4, lastModified: expect.any(String) }]);
    expect(summary).toMatchObject({ orphanBytes: 4, sound: true });
    await store.deleteObject(key);
  });

  test('is held when its run was stopped, and can be redriven', async () => {
    const always = { when: 'before', error: 'TooManyRequestsException', times: 'always' } as const;
    store.cloud.faults.inject({ service: 'lambda', operation: 'Invoke', match: 'WriteItem', ...always });
    const run = await store.start('create', { key: id('a'), largeAttributes: { page: { text: 'page' } } });
    await run.until((events) => events.some((event) => event.stateEnteredEventDetails?.name === 'WriteItem'));
    await run.stop();
    store.cloud.faults.clear();
    const { found, summary } = await check();
    expect(found).toEqual([expect.objectContaining({ kind: 'held', because: 'its run is ABORTED' })]);
    expect(summary.sound).toBe(true);
    await run.redrive();
    expect(await run.end()).toMatchObject({ status: 'SUCCEEDED' });
    expect((await check()).found).toEqual([]);
  });

  test('is held when its run is not known, but may be new', async () => {
    const key = unreferenced({ ...FORGOTTEN, startTime: new Date().toISOString() });
    await store.putObject(key, 'left');
    expect((await check()).found).toEqual([expect.objectContaining({ kind: 'held', objectKey: key })]);
    await store.deleteObject(key);
  });
});

test('an upload is left over when its run has succeeded, or when it is older than the lifecycle lets it be', async () => {
  const { stagingPrefix } = store.descriptor;
  const name = `${tests}-done`;
  await store.run('create', { key: id('a') }, name);
  const [left, kept] = [
    `${stagingPrefix}/create/${name}/page`,
    `${stagingPrefix}/create/${tests}-to-come/page`,
  ];
  await store.putObject(left, 'left');
  await store.putObject(kept, 'kept');
  expect((await check()).found).toEqual([
    expect.objectContaining({ kind: 'staged', objectKey: left, because: 'its run has succeeded' }),
  ]);
  const { prefix } = store.descriptor;
  const kinds = async (only: string) => (await check({ prefix: only })).found.map(({ kind }) => kind);
  expect(await kinds(`${stagingPrefix}/create/${tests}-d`)).toEqual(['staged']);
  for (const other of [`${stagingPrefix}/create/${tests}-e`, `${prefix}/`])
    expect(await kinds(other)).toEqual([]);
  await store.deleteObject(left);
  await store.deleteObject(kept);
});

test('items and objects of other programs are told, and what they point at is checked', async () => {
  const { bucket, prefix } = store.descriptor;
  await create(id('a'), { page: 'page' });
  const { page } = (await store.item(keyOf(id('a')))) as { page: { S: string } };
  await store.putForeign({ ...keyOf(id('copy')), page });
  await store.putForeign({ ...keyOf(id('spoiled')), _saga: { S: 'spoiled' } });
  await store.putForeign({
    ...keyOf(id('old')),
    page: { S: `s3://${bucket}/${prefix}/pk=${tests}/attr=page/md5=x` },
  });
  await store.putObject(`${prefix}/readme.txt`, 'not of sagas');
  const { found, summary } = await check();
  const findings = found.map((finding) => [finding.kind, 'item' in finding ? finding.item.id : '']).sort();
  expect(findings).toEqual([
    ['dangling', `${tests}-old`],
    ['elsewhere', `${tests}-copy`],
    ['elsewhere', `${tests}-old`],
    ['unmanaged', `${tests}-copy`],
    ['unmanaged', `${tests}-old`],
    ['unmanaged', `${tests}-spoiled`],
  ]);
  expect(summary.foreign).toBe(1);
  await store.deleteObject(`${prefix}/readme.txt`);
  for (const name of ['copy', 'spoiled', 'old']) {
    const Key = toSdkItem(keyOf(id(name)));
    await store.dynamodb.send(new DeleteItemCommand({ TableName: store.descriptor.table, Key }));
  }
});

test('a prefix limits the objects, and the pointers', async () => {
  await create(id('a'), { page: 'page' });
  await create(id('b'), { page: 'page' });
  for (const each of ['a', 'b']) await store.deleteObject((await keysOf(id(each))).page ?? '');
  const { found, summary } = await check({ prefix: `${store.descriptor.prefix}/pk=${id('b').id}/` });
  expect(found).toEqual([expect.objectContaining({ kind: 'dangling', item: id('b') })]);
  expect(summary).toMatchObject({ pointers: 1, objects: 0 });
  for (const each of ['a', 'b']) await store.run('delete', { key: id(each) });
});

test('a store in use looks sound at every moment, and has nothing left afterwards', async () => {
  const ids = Array.from({ length: 4 }, (_, at) => id(`busy-${at}`));
  let busy = true;
  const writers = ids.map(async (key) => {
    for (let round = 0; round < 3; round += 1) {
      await create(key, { page: `page ${round}`, picture: 'picture' });
      await store.run('update', { key, largeAttributes: { page: { text: `again ${round}` } } });
      await store.run('delete', { key });
    }
  });
  const done = Promise.all(writers).finally(() => {
    busy = false;
  });
  const soundness: boolean[] = [];
  while (busy) soundness.push((await check()).summary.sound);
  await done;
  expect(new Set(soundness)).toEqual(new Set([true]));
  expect((await check()).found).toEqual([]);
});

describe('it ends', () => {
  test('at once when it is aborted', async () => {
    const reason = new Error('enough');
    await expect(check({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('with the error of the service that refuses, whatever else goes on', async () => {
    await create(id('a'), { page: 'page' });
    store.cloud.faults.inject({
      service: 's3',
      operation: 'ListObjectsV2',
      when: 'before',
      error: 'AccessDenied',
      status: 403,
      times: 'always',
    });
    await expect(check()).rejects.toThrow(/AccessDenied/);
  });

  test('not because a service is busy', async () => {
    store.cloud.faults.inject({
      service: 'dynamodb',
      operation: 'Scan',
      when: 'before',
      error: 'ThrottlingException',
      status: 400,
      times: 5,
    });
    expect((await check()).summary.sound).toBe(true);
  });
});

// Last, since it leaves its objects behind.
test('many pages of objects and segments of items are all looked at, with progress', async () => {
  const keys = Array.from({ length: 1200 }, (_, at) =>
    objectKey(store.descriptor, keyOf(id(`many-${at % 300}`)), `page-${at}`, SHA256, formatRun(FORGOTTEN)),
  );
  for (let at = 0; at < keys.length; at += 100) {
    await Promise.all(keys.slice(at, at + 100).map((key) => store.putObject(key, 'x')));
  }
  const progress: number[] = [];
  const { found, summary } = await check({
    segments: 3,
    onProgress: ({ objects }) => progress.push(objects),
  });
  expect(new Set(found.map((finding) => 'objectKey' in finding && finding.objectKey))).toEqual(new Set(keys));
  expect(summary.findings.orphan).toBe(1200);
  expect(progress.length).toBeGreaterThan(1200 / 1000);
});
