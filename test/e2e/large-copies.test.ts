// Copies that take several attempts, end to end: they go on where they were, and leave no upload behind.

import { rm } from 'node:fs/promises';
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { objectKey } from '../../core/keys/object-key.ts';
import { startStore, type TestStore } from './harness.ts';
import { COPIES_IN_SMALL_PARTS, PART_BYTES, stageLarge } from './large-copies.ts';
import { assembleMutant, type Mutation } from './mutants.ts';

const PARTS = 6;
const S3 = { service: 's3', when: 'before', error: 'SlowDown', status: 503 } as const;
let items = 0;

async function open(further: readonly Mutation[] = []) {
  const assembly = await assembleMutant(inject('assembly'), [...COPIES_IN_SMALL_PARTS, ...further]);
  const store = await startStore({ assembly, minPartBytes: PART_BYTES });
  return {
    store,
    close: () => Promise.all([store[Symbol.asyncDispose](), rm(assembly, { recursive: true })]),
  };
}

/** Creates an item from a staged object of six parts; `failures` are the causes of the task's attempts. */
async function create(store: TestStore) {
  items += 1;
  const key = { id: `item-${items}` };
  const { content, largeAttributes } = await stageLarge(store, `staging/${items}`, PARTS);
  const run = await store.start('create', { key, largeAttributes });
  const ended = await run.end();
  const failures = (await run.history()).flatMap(({ taskFailedEventDetails: details }) =>
    details === undefined ? [] : [{ error: details.error, cause: details.cause ?? '' }],
  );
  return { content, ended, failures, objects: await store.objects(`items/pk=${key.id}/`) };
}

function progressOf({ cause }: { readonly cause: string }) {
  return JSON.parse(JSON.parse(cause).errorMessage);
}

async function unfinished({ s3, descriptor }: TestStore): Promise<(string | undefined)[]> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: descriptor.bucket }));
  return Uploads.map(({ Key }) => Key);
}

describe('a large copy', () => {
  let store: TestStore;
  let close: () => Promise<unknown>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  beforeEach(() => store.cloud.faults.clear());
  afterAll(() => close());

  test('goes on where an attempt ended, which the history shows', async () => {
    store.cloud.faults.inject({ ...S3, operation: 'UploadPartCopy', skip: 2 });
    store.cloud.faults.inject({ ...S3, operation: 'UploadPartCopy', skip: 4 });
    const { ended, failures, objects, content } = await create(store);
    expect(ended.status).toBe('SUCCEEDED');
    expect(failures.map(({ error }) => error)).toEqual(['CopyUnfinished', 'CopyUnfinished', 'PutsUnsettled']);
    const progress = failures.slice(0, 2).map(progressOf);
    expect(progress).toMatchObject([
      { copied: 2, parts: PARTS, lastFailure: 'SlowDown' },
      { copied: 4, parts: PARTS },
    ]);
    expect(objects).toHaveLength(1);
    expect(await store.content(objects[0] as string)).toBe(content);
    expect(await unfinished(store)).toEqual([]);
  });

  test('whose answer is lost is found complete', async () => {
    const lost = { error: 'ServiceException', status: 500, when: 'after' } as const;
    store.cloud.faults.inject({ service: 'lambda', operation: 'Invoke', match: 'PutObject', ...lost });
    const { ended, objects, content } = await create(store);
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.states).toContain('LetRequestsExpire');
    expect(await store.content(objects[0] as string)).toBe(content);
    expect(await unfinished(store)).toEqual([]);
  });

  test('that is completed, but answered with 500, is found complete', async () => {
    store.cloud.faults.inject({ ...S3, when: 'after', operation: 'CompleteMultipartUpload' });
    const { ended, failures } = await create(store);
    expect(ended.status).toBe('SUCCEEDED');
    expect(failures.map(({ error }) => error)).toEqual([expect.any(String), 'PutsUnsettled']);
    expect(await unfinished(store)).toEqual([]);
  });

  test('that never ends is rolled back, upload and all; one of another run is let be', async () => {
    const { descriptor } = store;
    const id = { S: `item-${items + 1}` };
    const Key = objectKey(descriptor, { id }, 'film', '0'.repeat(64), 'create.other.20260101T000000000Z');
    await store.s3.send(new CreateMultipartUploadCommand({ Bucket: descriptor.bucket, Key }));
    store.cloud.faults.inject({ ...S3, operation: 'UploadPartCopy', skip: 2, times: 'always' });
    const { ended, failures, objects } = await create(store);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RolledBack.PutFailed' });
    expect(failures.map(({ error }) => error)).toEqual([
      'CopyUnfinished',
      ...Array(6).fill('PutUnavailable'),
      ...['PutsUnsettled', 'PutFailed'],
    ]);
    expect(objects).toEqual([]);
    expect(await unfinished(store)).toEqual([Key]);
  });
});

test('without the end of uploads in the compensation, one stays behind', async () => {
  const from = "  if (event.purpose === 'compensation') await endUploads(doomed);\n";
  const { store, close } = await open([
    { task: 'delete-objects', file: 'lambdas/delete-objects.ts', from, to: '' },
    // The run ends them once its puts have settled, too.
    {
      task: 'delete-objects',
      file: 'lambdas/delete-objects.ts',
      from: '    await endUploads(event.objectKeys);\n',
      to: '',
    },
  ]);
  store.cloud.faults.inject({ ...S3, operation: 'UploadPartCopy', skip: 2, times: 'always' });
  const { ended } = await create(store);
  expect(ended.error).toBe('RolledBack.PutFailed');
  expect(await unfinished(store)).toHaveLength(1);
  await close();
});

test('without the uploads under way, an attempt begins anew', async () => {
  const { store, close } = await open([
    {
      task: 'put-object',
      file: 'lambdas/copy-in-parts.ts',
      from: 'return uploads[0]?.UploadId;',
      to: 'return undefined;',
    },
  ]);
  store.cloud.faults.inject({ ...S3, operation: 'UploadPartCopy', skip: 2 });
  store.cloud.faults.inject({ ...S3, operation: 'UploadPartCopy', skip: 4 });
  const { failures } = await create(store);
  expect(failures.map((each) => progressOf(each).copied)).not.toEqual([2, 4]);
  await close();
});
