// The files under objects: shared by copies, gone with their last use, streamed in, named by no key.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { S3 as S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { appendRecords } from '../../local/data/index.ts';
import { createS3 } from '../../local/s3/index.ts';
import { DEFAULT_IDENTITY, type LocalResponse } from '../../local/service.ts';
import { bytes } from '../conformance/s3/harness.ts';
import { type Served, serve } from '../conformance/s3/serve.ts';
import { clientsOf, newFolder } from './harness.ts';

const Bucket = 'kept';
const MEBIBYTE = 1024 ** 2;

const open = (folder: string) => createS3({ clock: createClock(), identity: DEFAULT_IDENTITY, folder });

const served = (folder: string) => servedBy(open(folder));

async function servedBy(service: ReturnType<typeof open>): Promise<Served & { readonly s3: S3Client }> {
  const running = await serve(service);
  onTestFinished(() => running.close());
  return { ...running, s3: clientsOf(running.endpoint).s3 };
}

const files = (folder: string): Promise<string[]> => readdir(join(folder, 'contents'));

/** A call in memory. */
async function call(
  service: ReturnType<typeof open>,
  method: string,
  path: string,
  body: Readable = Readable.from([]),
  headers: Readonly<Record<string, string>> = {},
): Promise<LocalResponse> {
  const request = { method, path, query: new URLSearchParams(), body };
  const authorization = 'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, Signature=0';
  const accepted = await service.accept({ ...request, headers: { authorization, ...headers } });
  return accepted.perform();
}

test('tags of buckets and objects are there after a restart, and so is how the log is written anew', async () => {
  const folder = await newFolder();
  const first = open(folder);
  const { s3, close } = await servedBy(first);
  const TagSet = [{ Key: 'team', Value: 'docs' }];
  await s3.createBucket({ Bucket, CreateBucketConfiguration: { Tags: [{ Key: 'new', Value: 'yes' }] } });
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
  await s3.createBucket({ Bucket: 'untagged', CreateBucketConfiguration: { Tags: TagSet } });
  await s3.deleteBucketTagging({ Bucket: 'untagged' });
  await s3.putObject({ Bucket, Key: 'a', Body: 'x', Tagging: 'team=docs' });
  for (let count = 0; count < 550; count += 1) {
    first.createBucket(`bucket-${count}`);
    await call(first, 'DELETE', `/bucket-${count}`);
  }
  await close();
  for (const _ of ['read back', 'written anew']) {
    const again = await served(folder);
    expect((await again.s3.getBucketTagging({ Bucket })).TagSet).toEqual(TagSet);
    expect((await again.s3.getObjectTagging({ Bucket, Key: 'a' })).TagSet).toEqual(TagSet);
    await expect(again.s3.getBucketTagging({ Bucket: 'untagged' })).rejects.toMatchObject({
      name: 'NoSuchTagSet',
    });
    await again.close();
  }
});

test('versions, markers and whether they are kept are there after a restart, in their order', async () => {
  const folder = await newFolder();
  const first = open(folder);
  const { s3, close } = await servedBy(first);
  await s3.createBucket({ Bucket });
  await s3.putObject({ Bucket, Key: 'a', Body: 'null' });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const one = await s3.putObject({ Bucket, Key: 'a', Body: 'one' });
  const gone = await s3.putObject({ Bucket, Key: 'a', Body: 'gone' });
  await s3.deleteObject({ Bucket, Key: 'a' });
  await s3.deleteObject({ Bucket, Key: 'a', VersionId: gone.VersionId });
  await s3.putObjectTagging({
    Bucket,
    Key: 'a',
    VersionId: 'null',
    Tagging: { TagSet: [{ Key: 'old', Value: 'yes' }] },
  });
  for (let count = 0; count < 550; count += 1) {
    first.createBucket(`bucket-${count}`);
    await call(first, 'DELETE', `/bucket-${count}`);
  }
  const before = await s3.listObjectVersions({ Bucket });
  await close();
  for (const _ of ['read back', 'written anew']) {
    const again = await served(folder);
    expect(await again.s3.getBucketVersioning({ Bucket })).toMatchObject({ Status: 'Enabled' });
    const { Versions, DeleteMarkers } = await again.s3.listObjectVersions({ Bucket });
    expect({ Versions, DeleteMarkers }).toEqual({
      Versions: before.Versions,
      DeleteMarkers: before.DeleteMarkers,
    });
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual([one.VersionId, 'null']);
    const read = await again.s3.getObject({ Bucket, Key: 'a', VersionId: one.VersionId });
    expect(await read.Body?.transformToString()).toBe('one');
    const { TagSet } = await again.s3.getObjectTagging({ Bucket, Key: 'a', VersionId: 'null' });
    expect(TagSet).toEqual([{ Key: 'old', Value: 'yes' }]);
    expect(await files(folder)).toHaveLength(2);
    await again.close();
  }
});

test('a folder of a release that knew no versions is read: its objects are the versions null', async () => {
  const folder = await newFolder();
  const object = {
    etag: '"e"',
    lastModified: 1_000_000_000_000,
    headers: { 'content-type': 'text/plain' },
    storageClass: 'STANDARD',
    tags: [],
    checksum: { algorithm: 'CRC32', value: 'AAAAAA==', type: 'FULL_OBJECT' },
  };
  await mkdir(join(folder, 'contents'));
  appendRecords(join(folder, 'index.log'), [
    { kind: 'addBucket', bucket: { name: Bucket, created: 1 } },
    { kind: 'tagBucket', bucket: Bucket, tags: [{ Key: 'team', Value: 'docs' }] },
    { kind: 'put', bucket: Bucket, key: 'a', object, pieces: [] },
    { kind: 'put', bucket: Bucket, key: 'b', object, pieces: [] },
    { kind: 'delete', bucket: Bucket, key: 'a' },
  ]);
  const { s3 } = await served(folder);
  expect((await s3.listObjectVersions({ Bucket })).Versions).toMatchObject([{ Key: 'b', VersionId: 'null' }]);
  expect((await s3.getBucketTagging({ Bucket })).TagSet).toEqual([{ Key: 'team', Value: 'docs' }]);
});

test('a content goes with the last object that has it, and a refused one at once', async () => {
  const folder = await newFolder();
  const { s3 } = await served(folder);
  await s3.createBucket({ Bucket });
  await s3.putObject({ Bucket, Key: 'original', Body: 'shared' });
  await s3.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/original` });
  expect(await files(folder)).toHaveLength(1);
  await s3.putObjectTagging({ Bucket, Key: 'copy', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } });
  await s3.deleteObject({ Bucket, Key: 'original' });
  expect(await (await s3.getObject({ Bucket, Key: 'copy' })).Body?.transformToString()).toBe('shared');
  const refused = s3.putObject({ Bucket, Key: 'copy', Body: 'other', IfNoneMatch: '*' });
  await expect(refused).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await files(folder)).toHaveLength(1);
  await s3.putObject({ Bucket, Key: 'copy', Body: 'overwritten' });
  expect(await files(folder)).toHaveLength(1);
  await s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'copy' }] } });
  expect(await files(folder)).toEqual([]);
});

test('parts go when they are replaced, left out, or their upload is aborted', async () => {
  const folder = await newFolder();
  const { s3 } = await served(folder);
  await s3.createBucket({ Bucket });
  const Key = 'parts';
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const put = (PartNumber: number, Body: string) =>
    s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
  await put(1, 'replaced');
  const { ETag } = await put(1, 'used');
  await put(2, 'left out');
  expect(await files(folder)).toHaveLength(2);
  await s3.completeMultipartUpload({
    Bucket,
    Key,
    UploadId,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
  });
  expect(await files(folder)).toHaveLength(1);

  const second = await s3.createMultipartUpload({ Bucket, Key: 'aborted' });
  const upload = { Bucket, Key: 'aborted', UploadId: second.UploadId };
  await s3.uploadPartCopy({ ...upload, PartNumber: 1, CopySource: `${Bucket}/${Key}` });
  await s3.uploadPart({ ...upload, PartNumber: 2, Body: 'own' });
  await s3.deleteObject({ Bucket, Key });
  expect(await files(folder)).toHaveLength(2);
  await s3.abortMultipartUpload(upload);
  expect(await files(folder)).toEqual([]);
});

test('an answer that is being sent is not cut off by a delete or an overwrite', async () => {
  const folder = await newFolder();
  const service = open(folder);
  service.createBucket(Bucket);
  const content = bytes(3 * MEBIBYTE);
  const length = { 'content-length': String(content.length) };
  await call(service, 'PUT', `/${Bucket}/key`, Readable.from([content]), length);
  const answer = await call(service, 'GET', `/${Bucket}/key`);
  await call(service, 'DELETE', `/${Bucket}/key`);
  expect(await files(folder)).toHaveLength(1);
  expect(Buffer.compare(await buffer(answer.body as Readable), content)).toBe(0);
  await vi.waitUntil(async () => (await files(folder)).length === 0, { timeout: 60_000 });
});

test('a copy whose source is deleted meanwhile is whole', async () => {
  const folder = await newFolder();
  const service = open(folder);
  const { s3 } = await servedBy(service);
  await s3.createBucket({ Bucket });
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'source' });
  const upload = { Bucket, Key: 'source', UploadId };
  const content = bytes(2 * MEBIBYTE);
  const { ETag } = await s3.uploadPart({ ...upload, PartNumber: 1, Body: content });
  await s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });

  // The copy of what was uploaded in parts reads it all, for an entity tag of its own.
  const copied = call(service, 'PUT', `/${Bucket}/copy`, undefined, {
    'x-amz-copy-source': `${Bucket}/source`,
  });
  await call(service, 'DELETE', `/${Bucket}/source`);
  expect((await copied).status).toBe(200);
  const { Body } = await s3.getObject({ Bucket, Key: 'copy' });
  expect(Buffer.compare((await Body?.transformToByteArray()) ?? Buffer.alloc(0), content)).toBe(0);
});

test('a large body is streamed: it is never held whole', async () => {
  const service = open(await newFolder());
  service.createBucket(Bucket);
  const size = 192 * MEBIBYTE;
  let peak = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < size; sent += MEBIBYTE) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      yield Buffer.alloc(MEBIBYTE, sent / MEBIBYTE);
    }
  }
  const before = process.memoryUsage().arrayBuffers;
  const headers = { 'content-length': String(size) };
  const { status } = await call(service, 'PUT', `/${Bucket}/large`, Readable.from(source()), headers);
  expect(status).toBe(200);
  expect(peak - before).toBeLessThan(size / 2);
  const { headers: head } = await call(service, 'HEAD', `/${Bucket}/large`);
  expect(head?.['content-length']).toBe(String(size));
});

test('no key becomes a path, and every key is the same after a restart', async () => {
  const folder = await newFolder();
  const keys = ['../../escape', '/', 'a//b', './', '.', 'CON', 'x'.repeat(1024), 'ą🙂\u0001', 'a', 'A'];
  const first = await served(folder);
  await first.s3.createBucket({ Bucket });
  for (const Key of keys)
    await first.s3.putObject({ Bucket, Key, Body: Key, Metadata: { length: `${Key.length}` } });
  await first.close();
  expect((await readdir(folder)).sort()).toEqual(['contents', 'index.log']);
  expect((await files(folder)).filter((name) => !/^[0-9a-f-]{36}$/.test(name))).toEqual([]);

  const { s3 } = await served(folder);
  for (const Key of keys) {
    const { Body, Metadata } = await s3.getObject({ Bucket, Key });
    expect(await Body?.transformToString()).toBe(Key);
    expect(Metadata).toEqual({ length: `${Key.length}` });
  }
});

test('the log of the index does not grow with what was overwritten, restart by restart', async () => {
  const folder = await newFolder();
  const service = open(folder);
  service.createBucket(Bucket);
  const length = { 'content-length': '1' };
  const put = (key: string) => call(service, 'PUT', `/${Bucket}/${key}`, Readable.from(['x']), length);
  await put('stays');
  for (let time = 0; time < 1_100; time++) await put('overwritten');
  const log = join(folder, 'index.log');
  const lines = async (): Promise<number> => (await readFile(log, 'utf8')).split('\n').length - 1;
  expect(await lines()).toBe(1_102);
  const again = open(folder);
  expect(await lines()).toBe(3);
  for (const key of ['stays', 'overwritten']) {
    expect((await call(again, 'HEAD', `/${Bucket}/${key}`)).status).toBe(200);
  }
});

test('files that nothing refers to are removed at the start', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'contents'));
  await writeFile(join(folder, 'contents', 'left-behind'), 'received, never put');
  open(folder);
  expect(await files(folder)).toEqual([]);
});
