// Uploads in parts.

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect } from 'vitest';
import { bytes, failureOf, type Harness, rawRequest, type TestGroup } from './harness.ts';

const MiB = 1024 ** 2;
const PART = 5 * MiB;
const md5 = (data: Uint8Array): Buffer => createHash('md5').update(data).digest();
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

interface Started {
  readonly at: { readonly Bucket: string; readonly Key: string; readonly UploadId: string };
  put(PartNumber: number, Body: Uint8Array): Promise<ListedPart>;
  complete(
    parts: readonly ListedPart[],
    more?: Partial<CompleteMultipartUploadCommandInput>,
  ): ReturnType<typeof sendComplete>;
}

interface ListedPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
}

function sendComplete(s3: Harness, input: CompleteMultipartUploadCommandInput) {
  return s3.client.send(new CompleteMultipartUploadCommand(input));
}

async function start(s3: Harness, input: Partial<CreateMultipartUploadCommandInput> = {}): Promise<Started> {
  const place = { Bucket: input.Bucket ?? (await s3.newBucket()), Key: 'parts' };
  const { UploadId = '' } = await s3.client.send(
    new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'CRC32', ...input }),
  );
  const at = { ...place, UploadId };
  const { ChecksumAlgorithm = 'CRC32' } = input;
  return {
    at,
    put: async (PartNumber, Body) => {
      const command = new UploadPartCommand({ ...at, PartNumber, Body, ChecksumAlgorithm });
      const { ETag, ChecksumCRC32, ChecksumSHA256 } = await s3.client.send(command);
      return { PartNumber, ETag, ChecksumCRC32, ChecksumSHA256 };
    },
    complete: (parts, more = {}) =>
      sendComplete(s3, { ...at, MultipartUpload: { Parts: [...parts] }, ...more }),
  };
}

async function readAll(s3: Harness, Bucket: string, Key: string): Promise<Buffer> {
  const got = await s3.client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  return Buffer.from((await got.Body?.transformToByteArray()) ?? []);
}

export const multipart: TestGroup = (s3) => {
  const first = bytes(PART, 1);
  const second = bytes(PART + 1, 2);
  const last = bytes(100, 3);

  s3.test('parts become one object, in the order of their numbers, with the create’s headers', async () => {
    const { at, put, complete } = await start(s3, { ContentType: 'image/png', Metadata: { author: 'Ada' } });
    const c = await put(9, last);
    const a = await put(1, first);
    const b = await put(4, second);
    expect(await failureOf(s3.client.send(new HeadObjectCommand(at)))).toBe('NotFound 404');
    const done = await complete([a, b, c]);
    const head = await s3.client.send(new HeadObjectCommand(at));

    const etag = createHash('md5')
      .update(Buffer.concat([first, second, last].map(md5)))
      .digest('hex');
    expect(done.ETag).toBe(`"${etag}-3"`);
    expect(head).toMatchObject({ ETag: done.ETag, ContentType: 'image/png', Metadata: { author: 'Ada' } });
    expect(Buffer.compare(await readAll(s3, at.Bucket, at.Key), Buffer.concat([first, second, last]))).toBe(
      0,
    );
  });

  s3.test('a part put again replaces the one before; parts that are not listed are left out', async () => {
    const { at, put, complete } = await start(s3);
    await put(1, bytes(PART, 8));
    const a = await put(1, first);
    await put(2, second);
    await complete([a]);
    expect(Buffer.compare(await readAll(s3, at.Bucket, at.Key), first)).toBe(0);
  });

  s3.test('parts can be read by their numbers', async () => {
    const { at, put, complete } = await start(s3);
    await complete([await put(1, first), await put(2, last)]);
    const read = async (PartNumber: number) => {
      const got = await s3.client.send(new GetObjectCommand({ Bucket: at.Bucket, Key: at.Key, PartNumber }));
      return [got.$metadata.httpStatusCode, got.PartsCount, await got.Body?.transformToByteArray()];
    };
    expect(await read(2)).toEqual([206, 2, last]);
    expect(await failureOf(read(3))).toBe('InvalidPartNumber 416');
  });

  s3.test(
    'a list of parts that is out of order, unknown or wrong is refused, and can be corrected',
    async () => {
      const { at, put, complete } = await start(s3);
      const a = await put(1, first);
      const b = await put(2, last);
      expect(await failureOf(complete([b, a]))).toBe('InvalidPartOrder 400');
      expect(await failureOf(complete([a, { ...b, PartNumber: 3 }]))).toBe('InvalidPart 400');
      expect(await failureOf(complete([a, { ...b, ETag: a.ETag }]))).toBe('InvalidPart 400');
      expect(await failureOf(complete([]))).toBe('MalformedXML 400');
      await complete([a, b]);
      expect((await s3.client.send(new HeadObjectCommand(at))).ContentLength).toBe(PART + 100);
    },
  );

  s3.test('every part but the last has at least 5 MiB', async () => {
    const { put, complete } = await start(s3);
    const a = await put(1, first.subarray(1));
    expect(await failureOf(complete([a, await put(2, last)]))).toBe('EntityTooSmall 400');
  });

  s3.test('part numbers go from 1 to 10,000', async () => {
    const { put } = await start(s3);
    await put(10_000, last);
    expect(await failureOf(put(10_001, last))).toBe('InvalidArgument 400');
    expect(await failureOf(put(0, last))).toBe('InvalidArgument 400');
  });

  s3.test('an aborted upload is gone, and leaves nothing', async () => {
    const { at, put, complete } = await start(s3);
    const a = await put(1, last);
    await s3.client.send(new AbortMultipartUploadCommand(at));

    expect(await failureOf(complete([a]))).toBe('NoSuchUpload 404');
    expect(await failureOf(put(2, last))).toBe('NoSuchUpload 404');
    expect(await failureOf(s3.client.send(new AbortMultipartUploadCommand(at)))).toBe('NoSuchUpload 404');
    const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: at.Bucket }));
    expect(Uploads).toBeUndefined();
  });

  s3.test('an upload that was completed completes again with the same answer', async () => {
    const { at, put, complete } = await start(s3);
    const a = await put(1, last);
    const once = await complete([a]);
    const again = await complete([a]);

    expect(again.ETag).toBe(once.ETag);
    expect((await s3.client.send(new ListObjectsV2Command({ Bucket: at.Bucket }))).KeyCount).toBe(1);
    expect(await failureOf(s3.client.send(new AbortMultipartUploadCommand(at)))).toBe('NoSuchUpload 404');
  });

  s3.test('completing has the conditions of a put', async () => {
    const Bucket = await s3.newBucket();
    const { ETag } = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'parts', Body: 'first' }));
    const { at, put, complete } = await start(s3, { Bucket });
    const a = await put(1, last);
    expect(await failureOf(complete([a], { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    expect(await failureOf(complete([a], { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    await complete([a], { IfMatch: ETag });
    expect((await s3.client.send(new HeadObjectCommand(at))).ContentLength).toBe(100);
  });

  s3.test('completing on a condition conflicts with what was written since the upload began', async () => {
    const { at, put, complete } = await start(s3);
    const a = await put(1, last);
    const { Bucket, Key } = at;
    const { ETag } = await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'first' }));
    expect(await failureOf(complete([a], { IfMatch: ETag }))).toBe('ConditionalRequestConflict 409');
    await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
    expect(await failureOf(complete([a], { IfNoneMatch: '*' }))).toBe('ConditionalRequestConflict 409');
    await complete([a]);
    expect((await s3.client.send(new HeadObjectCommand(at))).ContentLength).toBe(100);
  });

  s3.test('the size that the sender expects is checked', async () => {
    const { put, complete } = await start(s3);
    const a = await put(1, last);
    expect(await failureOf(complete([a], { MpuObjectSize: 99 }))).toBe('InvalidRequest 400');
    await complete([a], { MpuObjectSize: 100 });
  });

  s3.test('parts are listed in pages', async () => {
    const { at, put } = await start(s3);
    for (const number of [3, 1, 2]) {
      await put(number, last.subarray(number));
    }
    const page = await s3.client.send(new ListPartsCommand({ ...at, MaxParts: 2 }));
    const rest = await s3.client.send(
      new ListPartsCommand({ ...at, PartNumberMarker: page.NextPartNumberMarker }),
    );
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 99],
      [2, 98],
    ]);
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    expect(rest).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 3, Size: 97 }] });
  });

  s3.test('uploads under way are listed by key, in pages, and rolled up', async () => {
    const Bucket = await s3.newBucket();
    for (const Key of ['b', 'a/2', 'a/1']) {
      await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    }
    const list = (input: object) => s3.client.send(new ListMultipartUploadsCommand({ Bucket, ...input }));
    const page = await list({ MaxUploads: 2 });
    const rest = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
    const rolled = await list({ Delimiter: '/' });

    expect(page.Uploads?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2']);
    expect(page.IsTruncated).toBe(true);
    expect(rest.Uploads?.map(({ Key }) => Key)).toEqual(['b']);
    expect(rolled.Uploads?.map(({ Key }) => Key)).toEqual(['b']);
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect((await list({ Prefix: 'b' })).Uploads).toHaveLength(1);
  });

  s3.test('a part is copied from an object, or from a range of it', async () => {
    const { at, complete } = await start(s3);
    const source = bytes(PART + 1000, 5);
    await s3.client.send(new PutObjectCommand({ Bucket: at.Bucket, Key: 'a source', Body: source }));
    const CopySource = encodeURIComponent(`${at.Bucket}/a source`);
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const command = new UploadPartCopyCommand({ ...at, PartNumber, CopySource, CopySourceRange });
      return { PartNumber, ...(await s3.client.send(command)).CopyPartResult };
    };
    const a = await copy(1);
    const b = await copy(2, 'bytes=10-19');
    expect(await failureOf(copy(3, `bytes=0-${source.length}`))).toBe('InvalidArgument 400');
    await complete([
      { PartNumber: 1, ETag: a.ETag, ChecksumCRC32: a.ChecksumCRC32 },
      { PartNumber: 2, ETag: b.ETag, ChecksumCRC32: b.ChecksumCRC32 },
    ]);
    const expected = Buffer.concat([source, source.subarray(10, 20)]);
    expect(Buffer.compare(await readAll(s3, at.Bucket, at.Key), expected)).toBe(0);
  });

  s3.test('a part is copied under conditions on its source', async () => {
    const { at } = await start(s3);
    await s3.client.send(new PutObjectCommand({ Bucket: at.Bucket, Key: 'source', Body: 'x' }));
    const command = new UploadPartCopyCommand({
      ...at,
      PartNumber: 1,
      CopySource: `${at.Bucket}/source`,
      CopySourceIfMatch: '"other"',
    });
    expect(await failureOf(s3.client.send(command))).toBe('PreconditionFailed 412');
  });

  s3.test('lib-storage uploads a long stream in parts', async () => {
    const Bucket = await s3.newBucket();
    const body = bytes(12 * MiB + 3, 7);
    const Body = Readable.from([body.subarray(0, 7 * MiB), body.subarray(7 * MiB)], { objectMode: false });
    await new Upload({ client: s3.client, params: { Bucket, Key: 'stream', Body } }).done();
    expect(Buffer.compare(await readAll(s3, Bucket, 'stream'), body)).toBe(0);
  });
};

export const multipartChecksums: TestGroup = (s3) => {
  const first = bytes(PART, 1);
  const last = bytes(100, 3);

  s3.test('a composite checksum is over the parts’ checksums', async () => {
    const { at, put, complete } = await start(s3, { ChecksumAlgorithm: 'SHA256' });
    const a = await put(1, first);
    const b = await put(2, last);
    const done = await complete([a, b]);
    const head = await s3.client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));

    const expected = sha256(Buffer.concat([sha256(first), sha256(last)])).toString('base64');
    expect(a.ChecksumSHA256).toBe(sha256(first).toString('base64'));
    expect(done).toMatchObject({ ChecksumSHA256: `${expected}-2`, ChecksumType: 'COMPOSITE' });
    expect(head).toMatchObject({ ChecksumSHA256: `${expected}-2`, ChecksumType: 'COMPOSITE' });
  });

  s3.test('the parts of an object with composite checksums are told with theirs', async () => {
    const { at, put, complete } = await start(s3, { ChecksumAlgorithm: 'SHA256' });
    const a = await put(1, first);
    await complete([a, await put(2, last)]);
    const { Bucket, Key } = at;
    const { ObjectParts } = await s3.client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts'], MaxParts: 1 }),
    );
    expect(ObjectParts).toMatchObject({
      TotalPartsCount: 2,
      IsTruncated: true,
      NextPartNumberMarker: '1',
      Parts: [{ PartNumber: 1, Size: PART, ChecksumSHA256: a.ChecksumSHA256 }],
    });
  });

  s3.test('a full-object checksum of parts is the checksum of the same bytes put at once', async () => {
    const { at, put, complete } = await start(s3, { ChecksumType: 'FULL_OBJECT' });
    const whole = Buffer.concat([first, last]);
    const single = await s3.client.send(
      new PutObjectCommand({ Bucket: at.Bucket, Key: 'single', Body: whole }),
    );
    const parts = [await put(1, first), await put(2, last)];
    const { ChecksumCRC32 } = single;

    expect(await failureOf(complete(parts, { ChecksumCRC32: 'AAAAAA==', ChecksumType: 'FULL_OBJECT' }))).toBe(
      'BadDigest 400',
    );
    const done = await complete(parts, { ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
    expect(done).toMatchObject({ ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
  });

  s3.test('an upload without an algorithm is given a CRC64NVME over the full object', async () => {
    const { at, put, complete } = await start(s3, { ChecksumAlgorithm: undefined });
    const whole = Buffer.concat([first, last]);
    const single = await rawRequest(s3.endpoint, 'PUT', `/${at.Bucket}/single`, {}, whole);
    const parts = [await put(1, first), await put(2, last)];
    expect(await failureOf(complete(parts))).toBe('InvalidPart 400');
    const done = await complete(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })));
    expect(done).toMatchObject({
      ChecksumCRC64NVME: single.headers['x-amz-checksum-crc64nvme'],
      ChecksumType: 'FULL_OBJECT',
    });
  });

  s3.test('algorithms and checksum types that do not go together are refused', async () => {
    const bad = [
      { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' },
      { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' },
    ] as const;
    for (const pair of bad) {
      expect(await failureOf(start(s3, pair))).toBe('InvalidRequest 400');
    }
  });

  s3.test('a part with another algorithm than the upload’s is refused', async () => {
    const { at } = await start(s3, { ChecksumAlgorithm: 'SHA256' });
    const command = new UploadPartCommand({ ...at, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'CRC32' });
    expect(await failureOf(s3.client.send(command))).toBe('InvalidRequest 400');
  });

  s3.test('composite checksums need each part’s checksum to complete, and the right one', async () => {
    const { put, complete } = await start(s3, { ChecksumAlgorithm: 'SHA256' });
    const { PartNumber, ETag } = await put(1, last);
    expect(await failureOf(complete([{ PartNumber, ETag }]))).toBe('InvalidRequest 400');
    const ChecksumSHA256 = sha256(first).toString('base64');
    expect(await failureOf(complete([{ PartNumber, ETag, ChecksumSHA256 }]))).toBe('InvalidPart 400');
  });

  s3.test('a copy of an object in parts is one object: plain entity tag, full checksum', async () => {
    const { at, put, complete } = await start(s3, { ChecksumAlgorithm: 'SHA256' });
    const { Bucket, Key } = at;
    await complete([await put(1, first), await put(2, last)]);
    const CopySource = `${Bucket}/${Key}`;
    const { CopyObjectResult } = await s3.client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }),
    );
    const whole = Buffer.concat([first, last]);
    expect(CopyObjectResult).toMatchObject({
      ETag: `"${md5(whole).toString('hex')}"`,
      ChecksumSHA256: sha256(whole).toString('base64'),
      ChecksumType: 'FULL_OBJECT',
    });
  });
};
