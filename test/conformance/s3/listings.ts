// ListObjectsV2, ListObjects and ListObjectVersions.

import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failureOf, type Harness, type TestGroup } from './harness.ts';

async function bucketWith(s3: Harness, keys: readonly string[]): Promise<string> {
  const Bucket = await s3.newBucket();
  for (const Key of keys) {
    await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  }
  return Bucket;
}

export const listings: TestGroup = (s3) => {
  const list = async (input: ListObjectsV2CommandInput) => {
    const page = await s3.client.send(new ListObjectsV2Command(input));
    return {
      keys: (page.Contents ?? []).map(({ Key }) => Key),
      prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      count: page.KeyCount,
      truncated: page.IsTruncated,
      token: page.NextContinuationToken,
    };
  };

  s3.test('an empty bucket lists nothing', async () => {
    const Bucket = await s3.newBucket();
    expect(await list({ Bucket })).toEqual({
      keys: [],
      prefixes: [],
      count: 0,
      truncated: false,
      token: undefined,
    });
  });

  s3.test('an entry tells key, size, entity tag, time, class, and the owner on request', async () => {
    const Bucket = await s3.newBucket();
    const put = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    const [entry] = (await s3.client.send(new ListObjectsV2Command({ Bucket }))).Contents ?? [];
    const [owned] =
      (await s3.client.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }))).Contents ?? [];

    expect(entry).toMatchObject({ Key: 'a', Size: 5, ETag: put.ETag, StorageClass: 'STANDARD' });
    expect(entry?.LastModified).toBeInstanceOf(Date);
    expect(entry?.Owner).toBeUndefined();
    expect(owned?.Owner?.ID).toBeTruthy();
  });

  s3.test('keys come in the order of their UTF-8 bytes', async () => {
    const inOrder = ['A', 'B', 'a', 'a!', 'a/', 'a0', 'b', 'é', '\uff5e', '🦊'];
    const Bucket = await bucketWith(s3, [...inOrder].reverse());
    expect((await list({ Bucket })).keys).toEqual(inOrder);
  });

  s3.test('a prefix selects, a delimiter rolls up', async () => {
    const Bucket = await bucketWith(s3, ['a/1', 'a/2', 'a/b/3', 'b/4', 'c']);

    expect((await list({ Bucket, Prefix: 'a/' })).keys).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(await list({ Bucket, Delimiter: '/' })).toMatchObject({
      keys: ['c'],
      prefixes: ['a/', 'b/'],
      count: 3,
    });
    expect(await list({ Bucket, Prefix: 'a/', Delimiter: '/' })).toMatchObject({
      keys: ['a/1', 'a/2'],
      prefixes: ['a/b/'],
    });
    expect(await list({ Bucket, Prefix: 'none/' })).toMatchObject({ keys: [], count: 0 });
  });

  s3.test('a delimiter may have several characters', async () => {
    const Bucket = await bucketWith(s3, ['x--1', 'x--2', 'y-3']);
    expect(await list({ Bucket, Delimiter: '--' })).toMatchObject({ keys: ['y-3'], prefixes: ['x--'] });
  });

  s3.test('pages are complete and do not repeat, with common prefixes counted', async () => {
    const Bucket = await bucketWith(s3, ['a', 'b/1', 'b/2', 'b/3', 'c', 'd/1', 'e']);
    const first = await list({ Bucket, Delimiter: '/', MaxKeys: 2 });
    const second = await list({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken: first.token });
    const third = await list({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken: second.token });

    expect([first.keys, first.prefixes, first.truncated]).toEqual([['a'], ['b/'], true]);
    expect([second.keys, second.prefixes, second.truncated]).toEqual([['c'], ['d/'], true]);
    expect([third.keys, third.prefixes, third.truncated, third.token]).toEqual([['e'], [], false, undefined]);
  });

  s3.test('a page that ends with the last key is not truncated', async () => {
    const Bucket = await bucketWith(s3, ['a', 'b']);
    expect(await list({ Bucket, MaxKeys: 2 })).toMatchObject({ keys: ['a', 'b'], truncated: false });
  });

  s3.test('a page has at most 1,000 keys, whatever is asked for', async () => {
    const Bucket = await s3.newBucket();
    const keys = Array.from({ length: 1005 }, (_, i) => `k${String(i).padStart(4, '0')}`);
    for (let i = 0; i < keys.length; i += 50) {
      await Promise.all(
        keys.slice(i, i + 50).map((Key) => s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))),
      );
    }
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListObjectsV2({ client: s3.client }, { Bucket, MaxKeys: 5000 })) {
      pages.push((page.Contents ?? []).map(({ Key }) => Key));
    }
    expect(pages.map((page) => page.length)).toEqual([1000, 5]);
    expect(pages.flat()).toEqual(keys);
  });

  s3.test('max-keys of 0 is an empty page', async () => {
    const Bucket = await bucketWith(s3, ['a']);
    expect(await list({ Bucket, MaxKeys: 0 })).toMatchObject({ keys: [], truncated: false });
  });

  s3.test('max-keys that is no count is refused', async () => {
    const Bucket = await bucketWith(s3, ['a']);
    expect(await failureOf(list({ Bucket, MaxKeys: -1 }))).toBe('InvalidArgument 400');
  });

  s3.test('start-after need not be a key that exists', async () => {
    const Bucket = await bucketWith(s3, ['a', 'b', 'c']);
    expect((await list({ Bucket, StartAfter: 'a' })).keys).toEqual(['b', 'c']);
    expect((await list({ Bucket, StartAfter: 'aa' })).keys).toEqual(['b', 'c']);
    expect((await list({ Bucket, StartAfter: 'c' })).keys).toEqual([]);
  });

  s3.test('a continuation token that S3 did not give is refused', async () => {
    const Bucket = await bucketWith(s3, ['a']);
    expect(await failureOf(list({ Bucket, ContinuationToken: 'made up' }))).toBe('InvalidArgument 400');
  });

  s3.test('version 1 goes on after a marker, and names the next one if there is a delimiter', async () => {
    const Bucket = await bucketWith(s3, ['a', 'b/1', 'b/2', 'c', 'd']);
    const input = { Bucket, Delimiter: '/', MaxKeys: 2 };
    const first = await s3.client.send(new ListObjectsCommand(input));
    const second = await s3.client.send(new ListObjectsCommand({ ...input, Marker: first.NextMarker }));
    const plain = await s3.client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));

    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/', CommonPrefixes: [{ Prefix: 'b/' }] });
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['c', 'd']);
    expect(second).toMatchObject({ IsTruncated: false, Marker: 'b/' });
    expect([plain.IsTruncated, plain.NextMarker]).toEqual([true, undefined]);
  });

  s3.test('each object of an unversioned bucket is its only version, null', async () => {
    const Bucket = await bucketWith(s3, ['a', 'b/1', 'b/2', 'c']);
    const input = { Bucket, Delimiter: '/', MaxKeys: 2 };
    const first = await s3.client.send(new ListObjectVersionsCommand(input));
    const second = await s3.client.send(
      new ListObjectVersionsCommand({ ...input, KeyMarker: first.NextKeyMarker }),
    );
    expect(first).toMatchObject({
      IsTruncated: true,
      NextKeyMarker: 'b/',
      Versions: [{ Key: 'a', VersionId: 'null', IsLatest: true, Size: 1, StorageClass: 'STANDARD' }],
      CommonPrefixes: [{ Prefix: 'b/' }],
    });
    expect(second).toMatchObject({ IsTruncated: false, Versions: [{ Key: 'c', VersionId: 'null' }] });
    expect([first.DeleteMarkers, second.CommonPrefixes]).toEqual([undefined, undefined]);
    const whole = await s3.client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }));
    expect([whole.NextKeyMarker, whole.NextVersionIdMarker]).toEqual(['a', 'null']);
  });
};
