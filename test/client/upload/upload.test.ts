// Uploads past what S3's parts hold when they are small: segments that S3 joins, here with small numbers.

import { createHash, randomUUID } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readIterable } from '../../../client/content/bytes.ts';
import { LargeItemClient } from '../../../client/index.ts';
import type { UploadOptions } from '../../../client/upload/put-in-parts.ts';
import { upload } from '../../../client/upload/upload.ts';
import { layOutParts, UPLOAD_SIZES, type UploadSizes } from '../../../client/upload/upload-sizes.ts';
import { objectsOf, unfinishedUploadsOf, useLocalCloud } from '../local-store.ts';

const MIB = 1024 ** 2;
const CHUNK = 1000;
/** Two parts are sent as they are, and each two of the rest are a segment. */
const PART = 10 * CHUNK;
const SMALL: UploadSizes = {
  maxSinglePutBytes: PART,
  partBytes: { least: PART, most: PART },
  parallelParts: 2,
  segmentBytes: 2 * PART,
  parallelSegments: 2,
  maxParts: 5,
  unknownBytes: 8 * PART,
};
let key: string;

const cloud = useLocalCloud({ minPartBytes: PART });
let client: LargeItemClient;
let s3: S3Client;

beforeAll(async () => {
  client = await LargeItemClient.fromStack();
});
beforeEach(() => {
  key = `staging/create/${randomUUID()}/film`;
  // As an app may have it: then only the upload's own retries are left.
  s3 = new S3Client({ maxAttempts: 1 });
});
afterEach(async () => {
  cloud.current.faults.clear();
  expect(await unfinishedUploadsOf(client)).toEqual([]);
  expect((await objectsOf(client, 'staging/')).filter((each) => !each.endsWith('/film'))).toEqual([]);
});

/** Content that no part repeats, in one buffer that is used again and again. */
async function* content(bytes: number, onChunk?: (at: number) => void) {
  const chunk = Buffer.alloc(CHUNK);
  for (let at = 0; at < bytes; at += CHUNK) {
    onChunk?.(at);
    yield chunk.fill(`${at} `).subarray(0, Math.min(CHUNK, bytes - at));
  }
}

async function sha256Of(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

const send = (source: AsyncIterable<Uint8Array>, options: UploadOptions = {}) =>
  upload(
    { s3, bucket: client.store.bucket, key: key, contentType: 'video/mp4' },
    readIterable(source),
    options,
    SMALL,
  );

describe('an upload in segments', () => {
  it.each([
    ['whose last segment is full', 8 * PART],
    ['whose last segment is short', 5 * PART + 7],
    ['that ends with the direct parts', 2 * PART],
    ['of one byte more', 2 * PART + 1],
  ])('%s is one object with all bytes', async (_, bytes) => {
    const progress: number[] = [];
    const digest = await send(content(bytes), { onBytes: (sent) => progress.push(sent) });
    expect(digest).toEqual({ sha256: await sha256Of(content(bytes)), size: bytes });
    const object = await s3.send(
      new GetObjectCommand({ Bucket: client.store.bucket, Key: key, ChecksumMode: 'ENABLED' }),
    );
    expect(await sha256Of(object.Body as AsyncIterable<Uint8Array>)).toBe(digest.sha256);
    expect(object).toMatchObject({ ContentType: 'video/mp4', ChecksumType: 'FULL_OBJECT' });
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(progress.at(-1)).toBe(bytes);
  });

  it.each([
    'CreateMultipartUpload',
    'UploadPart',
    'UploadPartCopy',
    'CompleteMultipartUpload',
    'DeleteObject',
  ])('sends %s again when it fails, from what it holds', async (operation) => {
    cloud.current.faults.inject({ service: 's3', operation, when: 'before', error: 'SlowDown', status: 503 });
    const { sha256 } = await send(content(6 * PART));
    expect(sha256).toBe(await sha256Of(content(6 * PART)));
  });

  it.each<[string, string, number]>([
    ['before anything', 'CreateMultipartUpload', 0],
    ['at the first part', 'UploadPart', 0],
    ['in the first segment', 'UploadPart', 2],
    ['as a segment begins', 'CreateMultipartUpload', 2],
    ['as a segment is completed', 'CompleteMultipartUpload', 0],
    ['as a segment becomes a part', 'UploadPartCopy', 0],
    ['in the last segment', 'UploadPart', 7],
    ['as the whole is completed', 'CompleteMultipartUpload', 3],
  ])('that is refused %s leaves nothing behind', async (_, operation, skip) => {
    const refusal = { error: 'AccessDenied', status: 403, when: 'before', skip } as const;
    cloud.current.faults.inject({ service: 's3', operation, ...refusal });
    await expect(send(content(8 * PART))).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await objectsOf(client, key)).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('that is aborted as part %i is read leaves nothing behind', async (n) => {
    const controller = new AbortController();
    const source = content(8 * PART, (at) => {
      if (at >= n * PART) controller.abort(new Error('enough'));
    });
    await expect(send(source, { signal: controller.signal })).rejects.toThrow('enough');
    expect(await objectsOf(client, key)).toEqual([]);
  });

  it('that is aborted while S3 joins it leaves nothing behind', async () => {
    const controller = new AbortController();
    const ended: (string | undefined)[] = [];
    s3.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'UploadPartCopyCommand') {
            controller.abort(new Error('enough'));
            await new Promise((resolve) => setImmediate(resolve));
          }
          const answer = await next(args);
          ended.push(commandName);
          return answer;
        },
      { step: 'initialize' },
    );
    await expect(send(content(8 * PART), { signal: controller.signal })).rejects.toThrow('enough');
    const copies = ended.filter((name) => name === 'UploadPartCopyCommand');
    expect(copies.length).toBeGreaterThan(0);
    // A part that lands after its upload was aborted would be kept.
    expect(ended.indexOf('AbortMultipartUploadCommand')).toBeGreaterThan(
      ended.lastIndexOf('UploadPartCopyCommand'),
    );
    expect(await objectsOf(client, key)).toEqual([]);
  });

  it('stops with an error when there is more than the parts hold', async () => {
    await expect(send(content(9 * PART))).rejects.toThrow(`do not fit into ${SMALL.maxParts} parts`);
    expect(await objectsOf(client, key)).toEqual([]);
  });
});

describe('the layout of parts', () => {
  const held = (size?: number) => {
    const { partBytes, directParts, segmentParts } = layOutParts(size, UPLOAD_SIZES);
    const { maxParts } = UPLOAD_SIZES;
    return directParts * partBytes + (maxParts - directParts) * segmentParts * partBytes;
  };

  it.each([17 * MIB, 80e9, 160e9, 200e9, 5e12, 50e12, 10_000 * 5 * 1024 ** 3])(
    'holds %i bytes, in parts of at most 16 MiB and segments of at most 5 GiB',
    (size) => {
      const { partBytes, segmentParts } = layOutParts(size, UPLOAD_SIZES);
      expect(held(size)).toBeGreaterThanOrEqual(size);
      expect(partBytes).toBeLessThanOrEqual(16 * MIB);
      expect(segmentParts * partBytes).toBeLessThanOrEqual(5 * 1024 ** 3);
    },
  );

  it('sends content up to 160 GB as it is, and of unknown content the first 5 GB', () => {
    expect(layOutParts(160e9, UPLOAD_SIZES).directParts).toBe(10_000);
    const { directParts, partBytes } = layOutParts(undefined, UPLOAD_SIZES);
    expect(directParts * partBytes).toBeGreaterThan(5e9);
    expect(held()).toBeGreaterThanOrEqual(50e12);
  });

  it('refuses more than an S3 object holds', () => {
    expect(() => layOutParts(10_000 * 5 * 1024 ** 3 + 1, UPLOAD_SIZES)).toThrow(RangeError);
  });
});
