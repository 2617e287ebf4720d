// Copies of more than 5 GB: in parts, over as many attempts as it takes.

import './environment.ts';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_PART_BYTES, MAX_PARTS, MAX_SINGLE_COPY_BYTES } from '../../core/errors/limits.ts';
import { handler } from '../../lambdas/put-object.ts';
import { SHA256 } from '../core/fixtures.ts';
import { keyOf } from '../core/items.ts';
import { awsError, failure, s3Mock } from './environment.ts';

const MIB = 1024 ** 2;
const TARGET = keyOf('page', 'x', 'create');
const STAGED = 'staging/u 1';
const SIZE = MAX_SINGLE_COPY_BYTES + 1;
const PARTS = 11;

interface Attempt {
  readonly size?: number;
  readonly retries?: number;
  readonly remainingMs?: () => number;
}

function copy({ size = SIZE, retries = 0, remainingMs = () => 900_000 }: Attempt = {}) {
  return handler(
    {
      put: { attribute: 'page', key: TARGET, sha256: SHA256.x, size },
      content: { staged: { key: STAGED, sha256: SHA256.x, size } },
      updatedAt: '2026-11-23T15:33:00Z',
      retries,
      redriven: false,
    },
    { getRemainingTimeInMillis: remainingMs },
  );
}

function staged(size: number, head: object = { ChecksumCRC64NVME: 'crc' }): void {
  s3Mock
    .on(HeadObjectCommand, { Key: STAGED })
    .resolves({ ContentLength: size, ETag: '"e"', ContentType: 'image/png', ...head });
}

function copiesFail(error: Error, isFailed: (part: number) => boolean): void {
  s3Mock.on(UploadPartCopyCommand).callsFake(async ({ PartNumber }: { PartNumber: number }) => {
    if (isFailed(PartNumber)) throw error;
    return { CopyPartResult: { ETag: `e${PartNumber}`, ChecksumCRC64NVME: `c${PartNumber}` } };
  });
}

/** An upload of an earlier attempt, with these of its parts there. */
function found(parts: readonly number[], uploads: readonly object[] = [{ Key: TARGET, UploadId: 'first' }]) {
  s3Mock.on(ListMultipartUploadsCommand).resolves({ Uploads: [...uploads] });
  const part = (n: number) => ({
    PartNumber: n,
    ETag: `e${n}`,
    ChecksumCRC64NVME: `c${n}`,
    Size: n === PARTS ? 1 : 512 * MIB,
  });
  s3Mock
    .on(ListPartsCommand, { UploadId: 'first' })
    .callsFake(({ PartNumberMarker = '0' }: { PartNumberMarker?: string }) => {
      const rest = parts.filter((n) => n > Number(PartNumberMarker));
      const page = rest.slice(0, 4);
      return {
        Parts: page.map(part),
        IsTruncated: rest.length > 4,
        NextPartNumberMarker: String(page.at(-1)),
      };
    });
}

beforeEach(() => {
  staged(SIZE);
  s3Mock.on(HeadObjectCommand, { Key: TARGET }).rejects(awsError('NotFound', 404));
  s3Mock.on(ListMultipartUploadsCommand).resolves({});
  s3Mock.on(ListPartsCommand).resolves({});
  s3Mock.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
  copiesFail(new Error(), () => false);
  s3Mock.on(CompleteMultipartUploadCommand).resolves({ ChecksumCRC64NVME: 'crc' });
  s3Mock.on(AbortMultipartUploadCommand).resolves({});
});

function copied(): (number | undefined)[] {
  return s3Mock.commandCalls(UploadPartCopyCommand).map(({ args }) => args[0].input.PartNumber);
}

function ranges(): (string | undefined)[] {
  return s3Mock
    .commandCalls(UploadPartCopyCommand)
    .map(({ args }) => args[0].input)
    .sort((one, two) => (one.PartNumber ?? 0) - (two.PartNumber ?? 0))
    .map(({ CopySourceRange }) => CopySourceRange);
}

function completed() {
  return s3Mock.commandCalls(CompleteMultipartUploadCommand).map(({ args }) => args[0].input);
}

const ALL_PARTS = Array.from({ length: PARTS }, (_, at) => ({
  PartNumber: at + 1,
  ETag: `e${at + 1}`,
  ChecksumCRC64NVME: `c${at + 1}`,
}));

describe('a copy', () => {
  test('has parts that cover the object without gap or overlap', async () => {
    expect(await copy()).toMatchObject({ put: true, inDoubt: false });
    expect(ranges()).toEqual(
      Array.from({ length: PARTS }, (_, at) => {
        return `bytes=${at * 512 * MIB}-${Math.min((at + 1) * 512 * MIB, SIZE) - 1}`;
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

  test('is completed with every part in order, its size and a full-object checksum', async () => {
    await copy();
    expect(s3Mock).toHaveReceivedCommandWith(CreateMultipartUploadCommand, {
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
      ContentType: 'image/png',
      Metadata: { 'updated-at': '2026-11-23T15:33:00Z' },
    });
    expect(completed()).toMatchObject([{ MpuObjectSize: SIZE, MultipartUpload: { Parts: ALL_PARTS } }]);
    expect(s3Mock).toHaveReceivedCommandTimes(AbortMultipartUploadCommand, 0);
  });

  test("fits S3's largest object into 10,000 parts of 5 GiB", async () => {
    const largest = MAX_PARTS * MAX_PART_BYTES;
    staged(largest);
    await copy({ size: largest });
    expect(ranges()).toHaveLength(MAX_PARTS);
    expect(ranges()[0]).toBe(`bytes=0-${MAX_PART_BYTES - 1}`);
    expect(ranges().at(-1)).toMatch(new RegExp(`-${largest - 1}$`));
  });

  test('is refused when its checksum is not the staged one', async () => {
    s3Mock.on(CompleteMultipartUploadCommand).resolves({ ChecksumCRC64NVME: 'other' });
    expect((await failure(copy())).name).toBe('ContentMismatch');
  });

  test.each([
    ['ContentMismatch', awsError('PreconditionFailed', 412)],
    ['StagedObjectMissing', awsError('NoSuchKey', 404)],
    ['PutRefused', awsError('AccessDenied', 403)],
  ])('ends at once with %s where no other attempt would fare better', async (name, error) => {
    copiesFail(error, (part) => part === 3);
    expect((await failure(copy())).name).toBe(name);
    expect(completed()).toEqual([]);
  });
});

describe('a copy that an attempt cannot finish', () => {
  test('says how far it has come, when parts failed', async () => {
    copiesFail(awsError('SlowDown', 503), (part) => part === 4 || part === 7);
    expect(await failure(copy())).toEqual({
      name: 'CopyUnfinished',
      cause: {
        message: 'page: 9 of 11 parts are copied; the copy goes on',
        attribute: 'page',
        copied: 9,
        parts: 11,
        lastFailure: 'SlowDown',
      },
    });
    expect(completed()).toEqual([]);
    expect(s3Mock).toHaveReceivedCommandTimes(AbortMultipartUploadCommand, 0);
  });

  test('begins no part shortly before the end of its function', async () => {
    let left = 5;
    const remainingMs = () => (left-- > 0 ? 900_000 : 100_000);
    const { name, cause } = await failure(copy({ remainingMs }));
    expect([name, cause.copied]).toEqual(['CopyUnfinished', 5]);
    expect(cause).not.toHaveProperty('lastFailure');
  });

  test('does not wait for a part that outlasts its function', async () => {
    let hang = true;
    s3Mock.on(UploadPartCopyCommand).callsFake(async ({ PartNumber }: { PartNumber: number }) => {
      if (PartNumber === 1 && hang) await new Promise(() => undefined);
      return { CopyPartResult: { ETag: `e${PartNumber}` } };
    });
    let looks = 0;
    const remainingMs = () => (looks++ < PARTS ? 900_000 : 15_001);
    expect(await failure(copy({ remainingMs }))).toMatchObject({
      name: 'CopyUnfinished',
      cause: { copied: 10 },
    });
    hang = false;
  });

  test('and that got nowhere fails by its own error, so that it is not tried for ever', async () => {
    copiesFail(awsError('InternalError', 500), () => true);
    expect(await failure(copy())).toMatchObject({ name: 'PutUnavailable', cause: { code: 'InternalError' } });
    expect((await failure(copy({ remainingMs: () => 100_000 }))).cause.message).toMatch(
      /^0 parts were copied/,
    );
  });

  test('fails by its own error without a checksum of the source, for then no other attempt goes on with it', async () => {
    staged(SIZE, {});
    copiesFail(awsError('InternalError', 500), (part) => part === 4);
    expect(await failure(copy())).toMatchObject({ name: 'PutUnavailable', cause: { code: 'InternalError' } });
  });
});

describe('a later attempt', () => {
  test('copies what is missing, and completes with all parts', async () => {
    found([1, 2, 3, 5, 6, 8, 9, 10, 11]);
    expect(await copy({ retries: 1 })).toMatchObject({ put: true, inDoubt: true });
    expect(s3Mock).toHaveReceivedCommandTimes(CreateMultipartUploadCommand, 0);
    expect(copied()).toEqual([4, 7]);
    expect(completed()).toMatchObject([{ UploadId: 'first', MultipartUpload: { Parts: ALL_PARTS } }]);
  });

  test('copies a part again that has another size', async () => {
    found([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    s3Mock
      .on(ListPartsCommand, { UploadId: 'first' })
      .resolves({ Parts: [{ PartNumber: 1, ETag: 'old', Size: 5 }] });
    await copy({ retries: 1 });
    expect(copied()).toHaveLength(PARTS);
    expect(completed()[0]?.MultipartUpload?.Parts).toEqual(ALL_PARTS);
  });

  test("goes on with the oldest upload of its very key, looks at nobody else's, and ends the others", async () => {
    const at = (seconds: number) => new Date(seconds * 1000);
    const uploads = [
      { Key: TARGET, UploadId: 'second', Initiated: at(2) },
      { Key: TARGET, UploadId: 'first', Initiated: at(1) },
      { Key: `${TARGET}0`, UploadId: 'other', Initiated: at(0) },
    ];
    found([], uploads);
    await copy({ retries: 1 });
    expect(completed()).toMatchObject([{ UploadId: 'first' }]);
    const ended = s3Mock.commandCalls(AbortMultipartUploadCommand).map(({ args }) => args[0].input.UploadId);
    expect(ended).toContain('second');
    expect(ended).not.toContain('other');
  });

  test('finds that an earlier one has completed the copy', async () => {
    s3Mock.on(HeadObjectCommand, { Key: TARGET }).resolves({ ContentLength: SIZE, ChecksumCRC64NVME: 'crc' });
    expect(await copy({ retries: 1 })).toMatchObject({ put: true });
    expect(copied()).toEqual([]);
  });

  test.each([
    ['another size', { ContentLength: SIZE - 1, ChecksumCRC64NVME: 'crc' }],
    ['other content', { ContentLength: SIZE, ChecksumCRC64NVME: 'other' }],
  ])('copies where an object of %s is', async (_, head) => {
    s3Mock.on(HeadObjectCommand, { Key: TARGET }).resolves(head);
    await copy({ retries: 1 });
    expect(copied()).toHaveLength(PARTS);
  });

  test('begins anew without a checksum of the source, and ends what there is', async () => {
    staged(SIZE, {});
    found([1, 2, 3]);
    await copy({ retries: 1 });
    expect(copied()).toHaveLength(PARTS);
    expect(s3Mock.commandCalls(AbortMultipartUploadCommand)[0]?.args[0].input.UploadId).toBe('first');
    expect(completed()).toMatchObject([{ UploadId: 'u' }]);
  });
});

describe.each([
  ['a part is copied', UploadPartCopyCommand],
  ['the copy is completed', CompleteMultipartUploadCommand],
])('when the upload has ended as %s', (_, command) => {
  beforeEach(() => {
    found([1, 2, 3]);
    s3Mock.on(command as typeof UploadPartCopyCommand).rejects(awsError('NoSuchUpload', 404));
  });

  test('an earlier attempt that still runs has completed it', async () => {
    let looks = 0;
    s3Mock.on(HeadObjectCommand, { Key: TARGET }).callsFake(async () => {
      looks += 1;
      if (looks === 1) throw awsError('NotFound', 404);
      return { ContentLength: SIZE, ChecksumCRC64NVME: 'crc' };
    });
    expect(await copy({ retries: 1 })).toMatchObject({ put: true, inDoubt: true });
  });

  test('or somebody has ended it, which another attempt mends', async () => {
    expect(await failure(copy({ retries: 1 }))).toMatchObject({
      name: 'PutUnavailable',
      cause: { code: 'NoSuchUpload' },
    });
  });
});
