import './environment.ts';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_SINGLE_COPY_BYTES } from '../../core/errors/limits.ts';
import type { StagedObject } from '../../core/saga/plan.ts';
import { handler } from '../../lambdas/put-object.ts';
import { SHA256 } from '../core/fixtures.ts';
import { keyOf } from '../core/items.ts';
import { awsError, failure, hexToBase64, s3Mock } from './environment.ts';

const TARGET = keyOf('page', 'x', 'create');

function copy(size: number, options: object = {}, seen?: StagedObject) {
  return handler({
    put: { attribute: 'page', key: TARGET, sha256: SHA256.x, size, ...(seen && { staged: seen }) },
    content: { staged: { key: 'staging/u 1', sha256: SHA256.x, size }, ...options },
    updatedAt: '2026-11-23T15:33:00Z',
    retries: 0,
    redriven: false,
  });
}

function staged(size: number, head: object = {}): void {
  s3Mock
    .on(HeadObjectCommand)
    .resolves({ ContentLength: size, ETag: '"e"', ContentType: 'image/png', ...head });
}

// Up to 5 GB; copy-in-parts.test.ts has the rest.
beforeEach(() => {
  staged(3);
  s3Mock.on(CopyObjectCommand).resolves({ CopyObjectResult: { ChecksumSHA256: hexToBase64(SHA256.x) } });
});

test('is one copy of the very object that was looked at, its digest computed by S3', async () => {
  expect(await copy(3, { cacheControl: 'no-store' })).toMatchObject({ put: true });
  expect(s3Mock).toHaveReceivedCommandWith(CopyObjectCommand, {
    Bucket: 'bucket',
    Key: TARGET,
    CopySource: 'bucket/staging/u%201',
    CopySourceIfMatch: '"e"',
    MetadataDirective: 'REPLACE',
    ChecksumAlgorithm: 'SHA256',
    ContentType: 'image/png',
    CacheControl: 'no-store',
    Metadata: { 'updated-at': '2026-11-23T15:33:00Z' },
  });
});

test("takes the request's content type before the staged object's", async () => {
  await copy(3, { contentType: 'image/gif' });
  expect(s3Mock).toHaveReceivedCommandWith(CopyObjectCommand, { ContentType: 'image/gif' });
});

test('takes over nothing that an uploader adds beside what was agreed', async () => {
  staged(3, { ContentEncoding: 'gzip', CacheControl: 'public', Metadata: { by: 'a stranger' } });
  await copy(3);
  const [
    {
      args: [call],
    } = { args: [undefined] },
  ] = s3Mock.commandCalls(CopyObjectCommand);
  expect(call?.input).toMatchObject({ ContentType: 'image/png', MetadataDirective: 'REPLACE' });
  expect(call?.input.ContentEncoding).toBeUndefined();
  expect(call?.input.CacheControl).toBeUndefined();
  expect(call?.input.Metadata).toEqual({ 'updated-at': '2026-11-23T15:33:00Z' });
});

test('tells neither size nor digest of what somebody else may have staged', async () => {
  staged(4_321);
  const texts = [JSON.stringify(await failure(copy(3)))];
  staged(3);
  const { y } = SHA256;
  s3Mock.on(CopyObjectCommand).resolves({ CopyObjectResult: { ChecksumSHA256: hexToBase64(y) } });
  texts.push(JSON.stringify(await failure(copy(3))));
  for (const text of texts) expect(text).not.toMatch(new RegExp(`4321|${y}|${hexToBase64(y)}`));
});

test.each([
  ['another digest', { ChecksumSHA256: hexToBase64(SHA256.y) }],
  ['no digest', {}],
])('is refused with %s', async (_, CopyObjectResult) => {
  s3Mock.on(CopyObjectCommand).resolves({ CopyObjectResult });
  expect((await failure(copy(3))).name).toBe('ContentMismatch');
});

test('is refused when the staged object has another size, changed meanwhile, or is gone', async () => {
  staged(4);
  expect((await failure(copy(3))).name).toBe('ContentMismatch');
  expect(s3Mock).toHaveReceivedCommandTimes(CopyObjectCommand, 0);

  staged(3);
  s3Mock.on(CopyObjectCommand).rejects(awsError('PreconditionFailed', 412));
  expect((await failure(copy(3))).name).toBe('ContentMismatch');

  s3Mock.on(HeadObjectCommand).rejects(awsError('NotFound', 404));
  expect((await failure(copy(3))).name).toBe('StagedObjectMissing');
});

test('is refused as missing when the staged object goes between the look and the copy', async () => {
  s3Mock.on(CopyObjectCommand).rejects(awsError('NoSuchKey', 404));
  expect((await failure(copy(3))).name).toBe('StagedObjectMissing');
});

test('5 GB exactly is still one copy', async () => {
  staged(MAX_SINGLE_COPY_BYTES);
  s3Mock.on(CopyObjectCommand).resolves({ CopyObjectResult: { ChecksumSHA256: hexToBase64(SHA256.x) } });
  await copy(MAX_SINGLE_COPY_BYTES);
  expect(s3Mock).toHaveReceivedCommandTimes(CreateMultipartUploadCommand, 0);
});

test('V5: a copy that S3 did not answer for is no failure of now: it may still be made', async () => {
  s3Mock.on(CopyObjectCommand).rejects(awsError('ECONNRESET'));
  expect((await failure(copy(3))).name).toBe('ECONNRESET');
  s3Mock.on(CopyObjectCommand).rejects(awsError('SlowDown', 503));
  expect((await failure(copy(3))).name).toBe('PutUnavailable');
});

describe('of a staged object that the plan has looked at', () => {
  const seen = { etag: '"planned"', contentType: 'image/png', checksum: 'crc' };
  const copyAsPlanned = (size = 3) => copy(size, {}, seen);

  test('is one call, of the very object that the plan has seen', async () => {
    expect(await copyAsPlanned()).toMatchObject({ put: true });
    expect(s3Mock).toHaveReceivedCommandTimes(HeadObjectCommand, 0);
    expect(s3Mock).toHaveReceivedCommandWith(CopyObjectCommand, {
      CopySourceIfMatch: '"planned"',
      ContentType: 'image/png',
    });
  });

  test('that was uploaded again with the same content looks at it once more', async () => {
    s3Mock
      .on(CopyObjectCommand, { CopySourceIfMatch: '"planned"' })
      .rejects(awsError('PreconditionFailed', 412));
    expect(await copyAsPlanned()).toMatchObject({ put: true });
    expect(s3Mock).toHaveReceivedCommandTimes(HeadObjectCommand, 1);
    expect(s3Mock).toHaveReceivedCommandWith(CopyObjectCommand, { CopySourceIfMatch: '"e"' });
  });

  test.each([
    ['another size', () => staged(4), 'ContentMismatch'],
    [
      'nothing any more',
      () => s3Mock.on(HeadObjectCommand).rejects(awsError('NotFound', 404)),
      'StagedObjectMissing',
    ],
    [
      'something else each time',
      () => s3Mock.on(CopyObjectCommand).rejects(awsError('PreconditionFailed', 412)),
      'ContentMismatch',
    ],
  ])('that is %s now is refused as ever', async (_, change, name) => {
    s3Mock
      .on(CopyObjectCommand, { CopySourceIfMatch: '"planned"' })
      .rejects(awsError('PreconditionFailed', 412));
    change();
    expect((await failure(copyAsPlanned())).name).toBe(name);
  });

  test('that is gone is missing', async () => {
    s3Mock.on(CopyObjectCommand).rejects(awsError('NoSuchKey', 404));
    expect((await failure(copyAsPlanned())).name).toBe('StagedObjectMissing');
  });

  test('with another digest is refused', async () => {
    const CopyObjectResult = { ChecksumSHA256: hexToBase64(SHA256.y) };
    s3Mock.on(CopyObjectCommand).resolves({ CopyObjectResult });
    expect((await failure(copyAsPlanned())).name).toBe('ContentMismatch');
    expect(s3Mock).toHaveReceivedCommandTimes(CopyObjectCommand, 1);
  });

  test('past 5 GB is held to the checksum that the plan has seen', async () => {
    s3Mock.on(ListMultipartUploadsCommand).resolves({});
    s3Mock.on(ListPartsCommand).resolves({});
    s3Mock.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3Mock.on(UploadPartCopyCommand).resolves({ CopyPartResult: { ETag: 'p', ChecksumCRC64NVME: 'p' } });
    s3Mock.on(CompleteMultipartUploadCommand).resolves({ ChecksumCRC64NVME: 'crc' });
    expect(await copyAsPlanned(MAX_SINGLE_COPY_BYTES + 1)).toMatchObject({ put: true });
    expect(s3Mock).toHaveReceivedCommandTimes(HeadObjectCommand, 0);
    expect(s3Mock).toHaveReceivedCommandWith(UploadPartCopyCommand, { CopySourceIfMatch: '"planned"' });
    s3Mock.on(CompleteMultipartUploadCommand).resolves({ ChecksumCRC64NVME: 'other' });
    expect((await failure(copyAsPlanned(MAX_SINGLE_COPY_BYTES + 1))).name).toBe('ContentMismatch');
  });
});
