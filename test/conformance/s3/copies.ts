// CopyObject.

import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { bytes, failureOf, type Harness, type TestGroup } from './harness.ts';

const HOUR = 3_600_000;

async function withSource(s3: Harness) {
  const Bucket = await s3.newBucket();
  const put = await s3.client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'dir/source',
      Body: 'content',
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Metadata: { author: 'Ada' },
      Tagging: 'team=red',
    }),
  );
  const copy = (input: Partial<CopyObjectCommandInput>) =>
    s3.client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/dir/source`, ...input }),
    );
  return { Bucket, put, copy, ETag: put.ETag ?? '' };
}

export const copies: TestGroup = (s3) => {
  s3.test('a copy has the source’s bytes, entity tag, headers, metadata and tags', async () => {
    const { Bucket, put, copy } = await withSource(s3);
    const { CopyObjectResult } = await copy({});
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
    const tags = await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }));

    expect(CopyObjectResult).toMatchObject({ ETag: put.ETag, LastModified: expect.any(Date) });
    expect(await got.Body?.transformToString()).toBe('content');
    expect(got).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Metadata: { author: 'Ada' },
    });
    expect(tags.TagSet).toEqual([{ Key: 'team', Value: 'red' }]);
  });

  s3.test('metadata of the request counts only with the directive REPLACE, and then all of it', async () => {
    const { Bucket, copy } = await withSource(s3);
    const Metadata = { editor: 'Bob' };
    await copy({ Key: 'kept', Metadata, ContentType: 'text/html' });
    await copy({ Key: 'replaced', Metadata, ContentType: 'text/html', MetadataDirective: 'REPLACE' });
    const kept = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'kept' }));
    const replaced = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'replaced' }));

    expect(kept).toMatchObject({ ContentType: 'text/plain', Metadata: { author: 'Ada' } });
    expect(replaced).toMatchObject({ ContentType: 'text/html', Metadata });
    expect(replaced.CacheControl).toBeUndefined();
  });

  s3.test('tags of the request count only with the directive REPLACE', async () => {
    const { Bucket, copy } = await withSource(s3);
    await copy({ TaggingDirective: 'REPLACE', Tagging: 'team=blue' });
    const tags = await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }));
    expect(tags.TagSet).toEqual([{ Key: 'team', Value: 'blue' }]);
  });

  s3.test('a copy goes from bucket to bucket, with or without a leading slash', async () => {
    const { Bucket: from } = await withSource(s3);
    const Bucket = await s3.newBucket();
    await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `/${from}/dir/source` }));
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
    expect(await got.Body?.transformToString()).toBe('content');
  });

  s3.test('the name of the source is URL-encoded', async () => {
    const { Bucket, copy } = await withSource(s3);
    const Key = 'a + b%20c?versionId=1';
    await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'odd' }));
    await copy({ CopySource: encodeURIComponent(`${Bucket}/${Key}`) });
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
    expect(await got.Body?.transformToString()).toBe('odd');
  });

  s3.test('a source that is not there is refused', async () => {
    const { Bucket, copy } = await withSource(s3);
    expect(await failureOf(copy({ CopySource: `${Bucket}/none` }))).toBe('NoSuchKey 404');
    expect(await failureOf(copy({ CopySource: 'no-such-bucket-here/a' }))).toBe('NoSuchBucket 404');
  });

  s3.test('a source that names no object is refused', async () => {
    const { copy } = await withSource(s3);
    expect(await failureOf(copy({ CopySource: 'nothing' }))).toBe('InvalidArgument 400');
  });

  s3.test('conditions on the source fail with 412, all of them', async () => {
    const { copy, ETag } = await withSource(s3);
    const earlier = new Date(Date.now() - HOUR);
    const later = new Date(Date.now() + HOUR);

    await copy({ CopySourceIfMatch: ETag, CopySourceIfUnmodifiedSince: earlier });
    await copy({ CopySourceIfNoneMatch: '"other"' });
    await copy({ CopySourceIfModifiedSince: earlier });
    await copy({ CopySourceIfUnmodifiedSince: later });
    for (const condition of [
      { CopySourceIfMatch: '"other"' },
      { CopySourceIfNoneMatch: ETag },
      { CopySourceIfNoneMatch: ETag, CopySourceIfModifiedSince: earlier },
      { CopySourceIfUnmodifiedSince: earlier },
    ]) {
      expect([condition, await failureOf(copy(condition))]).toEqual([condition, 'PreconditionFailed 412']);
    }
  });

  s3.test('an object is copied onto itself only if something changes', async () => {
    const { Bucket, copy } = await withSource(s3);
    const Key = 'dir/source';
    expect(await failureOf(copy({ Key }))).toBe('InvalidRequest 400');
    await copy({ Key, MetadataDirective: 'REPLACE', Metadata: { new: 'yes' } });
    await copy({ Key, StorageClass: 'STANDARD_IA' });
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      Metadata: { new: 'yes' },
      StorageClass: 'STANDARD_IA',
      ContentLength: 7,
    });
  });

  s3.test('a checksum of another algorithm is computed on request, over the full object', async () => {
    const { Bucket, copy } = await withSource(s3);
    const Body = bytes(100_000);
    const at = { Bucket, Key: 'sha' };
    const { ChecksumSHA256 } = await s3.client.send(
      new PutObjectCommand({ ...at, Body, ChecksumAlgorithm: 'SHA256' }),
    );
    await s3.client.send(new PutObjectCommand({ ...at, Body }));
    const copied = await copy({ CopySource: `${Bucket}/sha`, ChecksumAlgorithm: 'SHA256' });
    const head = await s3.client.send(
      new HeadObjectCommand({ Bucket, Key: 'copy', ChecksumMode: 'ENABLED' }),
    );

    expect(copied.CopyObjectResult?.ChecksumSHA256).toBe(ChecksumSHA256);
    expect(head).toMatchObject({ ChecksumSHA256, ChecksumType: 'FULL_OBJECT' });
    expect(head.ChecksumCRC32).toBeUndefined();
  });

  s3.test('without one, a copy keeps the algorithm of its source', async () => {
    const { copy, put } = await withSource(s3);
    expect((await copy({})).CopyObjectResult).toMatchObject({
      ChecksumCRC32: put.ChecksumCRC32,
      ChecksumType: 'FULL_OBJECT',
    });
  });
};
