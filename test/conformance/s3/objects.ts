// Objects: put, read, delete, metadata, ranges.

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { bytes, failure, failureOf, rawRequest, type TestGroup } from './harness.ts';

const MiB = 1024 ** 2;

export const putAndGet: TestGroup = (s3) => {
  s3.test('an object reads back as it was put, with the MD5 as its entity tag', async () => {
    const Bucket = await s3.newBucket();
    const Body = bytes(100_000);
    const put = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body }));
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a' }));

    expect(put.ETag).toBe(`"${createHash('md5').update(Body).digest('hex')}"`);
    expect(got.ETag).toBe(put.ETag);
    expect(got.ContentLength).toBe(Body.length);
    expect(got.AcceptRanges).toBe('bytes');
    expect(await got.Body?.transformToByteArray()).toEqual(Body);
  });

  s3.test('an object may be empty', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'empty' }));

    expect(got.ContentLength).toBe(0);
    expect(got.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
    expect(await got.Body?.transformToString()).toBe('');
  });

  s3.test('a stream of known length, sent in signed-off chunks, arrives whole', async () => {
    const Bucket = await s3.newBucket();
    const body = bytes(8 * MiB + 17);
    const pieces = Array.from({ length: 129 }, (_, i) => body.subarray(i * 65_536, (i + 1) * 65_536));
    const Body = Readable.from(pieces, { objectMode: false });
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: body.length }));
    const got = await s3.client.send(
      new GetObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }),
    );

    expect(got.ContentEncoding).toBeUndefined();
    expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), body)).toBe(0);
  });

  s3.test('a second put replaces the first, metadata and all', async () => {
    const Bucket = await s3.newBucket();
    const Key = 'a';
    await s3.client.send(
      new PutObjectCommand({ Bucket, Key, Body: 'one', Metadata: { n: '1' }, ContentType: 'text/plain' }),
    );
    await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'second' }));
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key }));

    expect(await got.Body?.transformToString()).toBe('second');
    expect(got.Metadata).toEqual({});
    expect(got.ContentType).not.toBe('text/plain');
  });

  s3.test('a head tells everything but the body', async () => {
    const Bucket = await s3.newBucket();
    const before = Math.floor(Date.now() / 1000) * 1000;
    const put = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' }));

    expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag });
    expect(head.LastModified?.getTime()).toBeGreaterThanOrEqual(before);
    expect(head.LastModified?.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
  });

  s3.test('a missing key is NoSuchKey on a get, NotFound on a head', async () => {
    const Bucket = await s3.newBucket();
    const missing = await failure(s3.client.send(new GetObjectCommand({ Bucket, Key: 'none' })));

    expect(missing).toMatchObject({ name: 'NoSuchKey', Key: 'none', $metadata: { httpStatusCode: 404 } });
    expect(missing.$metadata.requestId).toMatch(/^\w+$/);
    expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toBe(
      'NotFound 404',
    );
  });

  s3.test('a missing bucket is NoSuchBucket for reads and writes', async () => {
    const Bucket = 'there-is-no-such-bucket';
    expect(await failureOf(s3.client.send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe(
      'NoSuchBucket 404',
    );
    expect(await failureOf(s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })))).toBe(
      'NoSuchBucket 404',
    );
    expect(await failureOf(s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' })))).toBe(
      'NoSuchBucket 404',
    );
  });

  s3.test('a version other than null does not exist in an unversioned bucket', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const current = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId: 'null' }));

    expect(await current.Body?.transformToString()).toBe('x');
    expect(await failureOf(s3.client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId: 'v1' })))).toBe(
      'InvalidArgument 400',
    );
  });
};

export const ranges: TestGroup = (s3) => {
  const read = async (Bucket: string, Range: string) => {
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
    return [got.$metadata.httpStatusCode, await got.Body?.transformToString(), got.ContentRange];
  };
  const withDigits = async (): Promise<string> => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }));
    return Bucket;
  };

  s3.test('a range answers 206 with those bytes: from-to, from, suffix, clipped at the end', async () => {
    const Bucket = await withDigits();
    expect(await read(Bucket, 'bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await read(Bucket, 'bytes=7-')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await read(Bucket, 'bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await read(Bucket, 'bytes=-99')).toEqual([206, '0123456789', 'bytes 0-9/10']);
    expect(await read(Bucket, 'bytes=8-100')).toEqual([206, '89', 'bytes 8-9/10']);
  });

  s3.test('a range past the end, and a suffix of none, are InvalidRange', async () => {
    const Bucket = await withDigits();
    expect(await failureOf(read(Bucket, 'bytes=10-'))).toBe('InvalidRange 416');
    expect(await failureOf(read(Bucket, 'bytes=-0'))).toBe('InvalidRange 416');
  });

  s3.test('a header that is no byte range is ignored', async () => {
    const Bucket = await withDigits();
    expect(await read(Bucket, 'bytes=5-2')).toEqual([200, '0123456789', undefined]);
    expect(await read(Bucket, 'lines=1-2')).toEqual([200, '0123456789', undefined]);
  });

  s3.test('a range goes across the pieces in which a big body arrived', async () => {
    const Bucket = await s3.newBucket();
    const Body = bytes(3 * MiB);
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'big', Body }));
    const Range = `bytes=${MiB - 5}-${2 * MiB + 5}`;
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'big', Range }));
    const expected = Body.subarray(MiB - 5, 2 * MiB + 6);

    expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), expected)).toBe(0);
  });

  s3.test('a head with a range tells the length of the range', async () => {
    const Bucket = await withDigits();
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=1-3' }));
    expect(head).toMatchObject({ ContentLength: 3, ContentRange: 'bytes 1-3/10' });
  });

  s3.test('part 1 of an object that was put at once is all of it', async () => {
    const Bucket = await withDigits();
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'digits', PartNumber: 1 }));
    expect(await got.Body?.transformToString()).toBe('0123456789');
    expect(
      await failureOf(s3.client.send(new GetObjectCommand({ Bucket, Key: 'digits', PartNumber: 2 }))),
    ).toBe('InvalidPartNumber 416');
  });

  s3.test('a range and a part number do not go together', async () => {
    const Bucket = await withDigits();
    const call = new GetObjectCommand({ Bucket, Key: 'digits', PartNumber: 1, Range: 'bytes=0-1' });
    expect(await failureOf(s3.client.send(call))).toBe('InvalidRequest 400');
  });
};

export const metadata: TestGroup = (s3) => {
  s3.test('headers and user metadata of the put come back on get and head', async () => {
    const Bucket = await s3.newBucket();
    const headers = {
      ContentType: 'text/html; charset=utf-8',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      ContentDisposition: 'attachment; filename="a b.html"',
      CacheControl: 'max-age=60',
      ExpiresString: 'Wed, 21 Oct 2037 07:28:00 GMT',
      WebsiteRedirectLocation: '/elsewhere',
      Metadata: { author: 'Ada', 'with-dash': 'a=b; c' },
    };
    const { ExpiresString, ...given } = headers;
    const Expires = new Date(ExpiresString);
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...given, Expires }));

    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).toMatchObject(headers);
    expect(await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a' }))).toMatchObject(headers);
  });

  s3.test('the coding of the transfer is not stored as the object’s', async () => {
    const Bucket = await s3.newBucket();
    const Body = Readable.from([Buffer.from('hello')], { objectMode: false });
    await s3.client.send(
      new PutObjectCommand({ Bucket, Key: 'a', Body, ContentLength: 5, ContentEncoding: 'br' }),
    );
    expect((await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).ContentEncoding).toBe('br');
  });

  s3.test('the content type defaults to binary/octet-stream', async () => {
    const Bucket = await s3.newBucket();
    await fetch(`${s3.endpoint}/${Bucket}/raw`, { method: 'PUT', body: new Uint8Array([1]) });
    expect((await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'raw' }))).ContentType).toBe(
      'binary/octet-stream',
    );
  });

  s3.test('user metadata takes 2 KB of names and values, and not a byte more', async () => {
    const Bucket = await s3.newBucket();
    const put = (length: number) =>
      s3.client.send(
        new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata: { name: 'v'.repeat(length) } }),
      );
    await put(2044);
    expect(await failureOf(put(2045))).toBe('MetadataTooLarge 400');
  });

  s3.test('metadata beyond ASCII comes back as an RFC 2047 word over its bytes', async () => {
    const Bucket = await s3.newBucket();
    const sent = Buffer.from('ÄMÄZÕÑ S3').toString('latin1');
    await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a`, { 'x-amz-meta-nonascii': sent });
    const { Metadata } = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    // The example of "Working with object metadata" in the S3 User Guide.
    expect(Metadata?.nonascii).toBe('=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=');
  });

  s3.test('a read can override the response’s headers', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ContentType: 'text/plain' }));
    const got = await s3.client.send(
      new GetObjectCommand({
        Bucket,
        Key: 'a',
        ResponseContentType: 'application/json',
        ResponseContentDisposition: 'inline',
        ResponseCacheControl: 'no-store',
      }),
    );
    expect(got).toMatchObject({
      ContentType: 'application/json',
      ContentDisposition: 'inline',
      CacheControl: 'no-store',
    });
  });

  s3.test('a storage class is kept, the standard one is not told; an unknown one is refused', async () => {
    const Bucket = await s3.newBucket();
    const put = (Key: string, StorageClass: string) =>
      s3.client.send(
        new PutObjectCommand({ Bucket, Key, Body: 'x', StorageClass: StorageClass as 'STANDARD' }),
      );
    await put('rare', 'STANDARD_IA');
    await put('plain', 'STANDARD');

    expect((await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'rare' }))).StorageClass).toBe(
      'STANDARD_IA',
    );
    expect(
      (await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'plain' }))).StorageClass,
    ).toBeUndefined();
    expect(await failureOf(put('odd', 'CARDBOARD_BOX'))).toBe('InvalidStorageClass 400');
  });

  s3.test('an archived object is not readable before it is restored', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'old', Body: 'x', StorageClass: 'GLACIER' }));
    expect(await failureOf(s3.client.send(new GetObjectCommand({ Bucket, Key: 'old' })))).toBe(
      'InvalidObjectState 403',
    );
  });

  s3.test('tags are put along or later, counted on reads, and deleted', async () => {
    const Bucket = await s3.newBucket();
    const at = { Bucket, Key: 'a' };
    await s3.client.send(new PutObjectCommand({ ...at, Body: 'x', Tagging: 'team=red%20one&stage=dev' }));

    expect((await s3.client.send(new GetObjectCommand(at))).TagCount).toBe(2);
    expect((await s3.client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual(
      expect.arrayContaining([
        { Key: 'team', Value: 'red one' },
        { Key: 'stage', Value: 'dev' },
      ]),
    );
    await s3.client.send(
      new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }),
    );
    expect((await s3.client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([
      { Key: 'k', Value: 'v' },
    ]);
    await s3.client.send(new DeleteObjectTaggingCommand(at));
    expect((await s3.client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([]);
  });

  s3.test('the attributes of an object are told on request', async () => {
    const Bucket = await s3.newBucket();
    const put = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    const attributes = await s3.client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'a',
        ObjectAttributes: ['ETag', 'Checksum', 'StorageClass', 'ObjectSize'],
      }),
    );
    expect(attributes).toMatchObject({
      ETag: put.ETag?.replaceAll('"', ''),
      ObjectSize: 5,
      StorageClass: 'STANDARD',
      Checksum: { ChecksumCRC32: put.ChecksumCRC32, ChecksumType: 'FULL_OBJECT' },
    });
  });

  s3.test('object lock is refused in a bucket that has none', async () => {
    const Bucket = await s3.newBucket();
    const put = { Bucket, Key: 'a', Body: 'x' };
    expect(
      await failureOf(s3.client.send(new PutObjectCommand({ ...put, ObjectLockLegalHoldStatus: 'ON' }))),
    ).toBe('InvalidRequest 400');
    expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('NotFound 404');
  });
};

export const deletes: TestGroup = (s3) => {
  s3.test('a deleted object is gone, and deleting it again is no error', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const first = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const second = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));

    expect([first.$metadata.httpStatusCode, second.$metadata.httpStatusCode]).toEqual([204, 204]);
    expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('NotFound 404');
  });

  s3.test('DeleteObjects deletes up to 1,000 keys, existing or not, odd ones too', async () => {
    const Bucket = await s3.newBucket();
    const odd = ['a&b<c>"d\'', ' spaces ', 'x\ty', 'ä/🦊', 'a%20b', '&amp;'];
    for (const Key of odd) {
      await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
    const keys = [...odd, ...Array.from({ length: 994 }, (_, i) => `none & <${i}>`)];
    const answer = await s3.client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );

    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(keys);
    expect(answer.Errors).toBeUndefined();
    for (const Key of odd) {
      expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key })))).toBe('NotFound 404');
    }
  });

  s3.test('DeleteObjects refuses 1,001 keys, and none', async () => {
    const Bucket = await s3.newBucket();
    const send = (count: number) =>
      s3.client.send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: { Objects: Array.from({ length: count }, (_, i) => ({ Key: `k${i}` })) },
        }),
      );
    expect(await failureOf(send(1001))).toBe('MalformedXML 400');
    expect(await failureOf(send(0))).toBe('MalformedXML 400');
  });

  s3.test('a quiet DeleteObjects tells only the errors', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const Delete = { Quiet: true, Objects: [{ Key: 'a' }, { Key: 'b' }] };
    const answer = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete }));

    expect([answer.Deleted, answer.Errors]).toEqual([undefined, undefined]);
    expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('NotFound 404');
  });

  s3.test('each key of a DeleteObjects has its own condition', async () => {
    const Bucket = await s3.newBucket();
    const { ETag } = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'y' }));
    const Objects = [
      { Key: 'a', ETag },
      { Key: 'b', ETag: '"other"' },
      { Key: 'c', ETag },
    ];
    const answer = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

    expect(answer.Deleted).toMatchObject([{ Key: 'a' }]);
    expect(answer.Errors).toMatchObject([
      { Key: 'b', Code: 'PreconditionFailed' },
      { Key: 'c', Code: 'NoSuchKey' },
    ]);
    await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'b' }));
  });
};
