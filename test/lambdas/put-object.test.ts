import './environment.ts';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeMetadata } from '../../core/item/metadata.ts';
import type { PutObjectEvent } from '../../lambdas/put-content.ts';
import { handler as inline } from '../../lambdas/put-inline.ts';
import { handler as copying } from '../../lambdas/put-object.ts';
import { SHA256 } from '../core/fixtures.ts';
import { keyOf } from '../core/items.ts';
import { awsError, failure, hexToBase64, s3Mock } from './environment.ts';

function event(content: PutObjectEvent['content'], given: Partial<PutObjectEvent> = {}): PutObjectEvent {
  return {
    put: { attribute: 'page', key: keyOf('page', 'x', 'create'), sha256: SHA256.x, size: 3 },
    content,
    updatedAt: '2026-11-23T15:33:00.123Z',
    retries: 0,
    redriven: false,
    ...given,
  };
}

beforeEach(() => {
  s3Mock.on(PutObjectCommand).resolves({});
});

// State machines of earlier versions have inline content put by the function that copies.
describe.each([
  ['the function for inline content', inline],
  ['that for copies', copying],
])('inline content, by %s', (_, handler) => {
  test('is put with its digest, so that S3 refuses other bytes', async () => {
    expect(await handler(event({ text: 'für' }))).toEqual({ attribute: 'page', put: true, inDoubt: false });
    expect(s3Mock).toHaveReceivedCommandTimes(PutObjectCommand, 1);
    expect(s3Mock).toHaveReceivedCommandWith(PutObjectCommand, {
      Bucket: 'bucket',
      Key: keyOf('page', 'x', 'create'),
      Body: Buffer.from('für', 'utf8'),
      ChecksumSHA256: hexToBase64(SHA256.x),
      ContentType: 'text/plain; charset=utf-8',
      Metadata: { 'updated-at': '2026-11-23T15:33:00.123Z' },
    });
  });

  test('as base64 is put as bytes', async () => {
    await handler(event({ base64: 'AAH/' }));
    expect(s3Mock).toHaveReceivedCommandWith(PutObjectCommand, {
      Body: Buffer.of(0, 1, 255),
      ContentType: 'application/octet-stream',
    });
  });

  test('may be empty', async () => {
    await handler(event({ text: '' }));
    expect(s3Mock).toHaveReceivedCommandWith(PutObjectCommand, { Body: Buffer.alloc(0) });
  });

  test('carries its options, metadata encoded', async () => {
    const metadata = { author: 'Jürgen', plain: 'a b' };
    await handler(
      event({
        text: 'a',
        contentType: 'text/html',
        contentEncoding: 'gzip',
        cacheControl: 'no-store',
        metadata,
      }),
    );
    expect(s3Mock).toHaveReceivedCommandWith(PutObjectCommand, {
      ContentType: 'text/html',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      Metadata: { ...encodeMetadata(metadata), 'updated-at': '2026-11-23T15:33:00.123Z' },
    });
  });
});

test.each([{ retries: 1 }, { redriven: true }])(
  'a put after %j says that an earlier one may still land',
  async (before) => {
    expect(await inline(event({ text: 'a' }, before))).toMatchObject({ put: true, inDoubt: true });
  },
);

describe('errors', () => {
  test.each([
    ['ContentMismatch', 'BadDigest', 400],
    ['ContentMismatch', 'InvalidDigest', 400],
    ['PutRefused', 'AccessDenied', 403],
    ['PutRefused', 'NoSuchBucket', 404],
    ['PutRefused', 'MetadataTooLarge', 400],
    ['PutRefused', 'KeyTooLongError', 400],
  ])('%s, which no retry changes: %s', async (name, code, status) => {
    s3Mock.on(PutObjectCommand).rejects(awsError(code, status));
    const error = await failure(inline(event({ text: 'a' })));
    expect(error.name).toBe(name);
    expect(error.cause).toMatchObject({ attribute: 'page', code });
  });

  test.each([
    ['InternalError', 500],
    ['SlowDown', 503],
    ['OperationAborted', 409],
    ['RequestTimeout', 400],
    ['RequestTimeTooSkewed', 403],
    ['ExpiredToken', 400],
    ['TimeoutError', undefined],
  ])('%s is worth another attempt soon: no PUT outlasts that', async (code, status) => {
    s3Mock.on(PutObjectCommand).rejects(awsError(code, status));
    expect(await failure(inline(event({ text: 'a' })))).toMatchObject({
      name: 'PutUnavailable',
      cause: { attribute: 'page', code },
    });
  });
});
