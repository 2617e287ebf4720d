import './environment.ts';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_SINGLE_COPY_BYTES } from '../../core/limits.ts';
import { handler } from '../../lambdas/put-object.ts';
import { SHA256 } from '../core/fixtures.ts';
import { keyOf } from '../core/items.ts';
import { awsError, failure, hexToBase64, s3Mock } from './environment.ts';

const MIB = 1024 ** 2;
const TARGET = keyOf('page', 'x', 'create');

function copy(size: number, options: object = {}) {
  return handler({
    put: { attribute: 'page', key: TARGET, sha256: SHA256.x, size },
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

describe('up to 5 GB', () => {
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
});

describe('over 5 GB', () => {
  const size = MAX_SINGLE_COPY_BYTES + 1;
  const parts = 11;

  beforeEach(() => {
    staged(size, { ChecksumCRC64NVME: 'crc' });
    s3Mock.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3Mock.on(UploadPartCopyCommand).callsFake(async ({ PartNumber }: { PartNumber: number }) => ({
      CopyPartResult: { ETag: `e${PartNumber}`, ChecksumCRC64NVME: `c${PartNumber}` },
    }));
    s3Mock.on(CompleteMultipartUploadCommand).resolves({ ChecksumCRC64NVME: 'crc' });
    s3Mock.on(AbortMultipartUploadCommand).resolves({});
  });

  function ranges(): (string | undefined)[] {
    return s3Mock
      .commandCalls(UploadPartCopyCommand)
      .map(({ args }) => args[0].input)
      .sort((one, two) => (one.PartNumber ?? 0) - (two.PartNumber ?? 0))
      .map(({ CopySourceRange }) => CopySourceRange);
  }

  test('5 GB exactly is still one copy', async () => {
    staged(MAX_SINGLE_COPY_BYTES);
    s3Mock.on(CopyObjectCommand).resolves({ CopyObjectResult: { ChecksumSHA256: hexToBase64(SHA256.x) } });
    await copy(MAX_SINGLE_COPY_BYTES);
    expect(s3Mock).toHaveReceivedCommandTimes(CreateMultipartUploadCommand, 0);
  });

  test('is copied in parts that cover it without gap or overlap', async () => {
    expect(await copy(size)).toMatchObject({ put: true });
    expect(ranges()).toEqual(
      Array.from({ length: parts }, (_, at) => {
        return `bytes=${at * 512 * MIB}-${Math.min((at + 1) * 512 * MIB, size) - 1}`;
      }),
    );
    expect(s3Mock).toHaveReceivedCommandWith(UploadPartCopyCommand, {
      Bucket: 'bucket',
      Key: TARGET,
      UploadId: 'u',
      CopySource: 'bucket/staging/u%201',
      CopySourceIfMatch: '"e"',
    });
  });

  test('is completed with every part in order and a full-object checksum', async () => {
    await copy(size);
    expect(s3Mock).toHaveReceivedCommandWith(CreateMultipartUploadCommand, {
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
      ContentType: 'image/png',
    });
    const [call] = s3Mock.commandCalls(CompleteMultipartUploadCommand);
    expect(call?.args[0].input.MultipartUpload?.Parts).toEqual(
      Array.from({ length: parts }, (_, at) => ({
        PartNumber: at + 1,
        ETag: `e${at + 1}`,
        ChecksumCRC64NVME: `c${at + 1}`,
      })),
    );
    expect(s3Mock).toHaveReceivedCommandTimes(AbortMultipartUploadCommand, 0);
  });

  test("fits S3's largest object of 50 TB into 10,000 parts", async () => {
    const largest = 50 * 1024 ** 4;
    staged(largest, { ChecksumCRC64NVME: 'crc' });
    await copy(largest);
    expect(ranges()).toHaveLength(10_000);
    expect(ranges().at(-1)).toMatch(new RegExp(`-${largest - 1}$`));
  });

  test('is refused when its checksum is not the staged one', async () => {
    s3Mock.on(CompleteMultipartUploadCommand).resolves({ ChecksumCRC64NVME: 'other' });
    expect((await failure(copy(size))).name).toBe('ContentMismatch');
  });

  test('is aborted when a part fails, after the parts under way have ended, and no other is begun', async () => {
    const events: string[] = [];
    s3Mock.on(UploadPartCopyCommand).callsFake(async ({ PartNumber }: { PartNumber: number }) => {
      if (PartNumber === 1) throw awsError('InternalError', 500);
      await new Promise((resolve) => setImmediate(resolve));
      events.push('part');
      return { CopyPartResult: {} };
    });
    s3Mock.on(AbortMultipartUploadCommand).callsFake(async () => events.push('abort'));

    expect((await failure(copy(size))).name).toBe('InternalError');
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual([...Array(7).fill('part'), 'abort']);
    expect(s3Mock).toHaveReceivedCommandTimes(CompleteMultipartUploadCommand, 0);
  });

  test('a failed abort does not hide why', async () => {
    s3Mock.on(CompleteMultipartUploadCommand).rejects(awsError('InternalError', 500));
    s3Mock.on(AbortMultipartUploadCommand).rejects(awsError('NoSuchUpload', 404));
    expect((await failure(copy(size))).name).toBe('InternalError');
  });
});
