// Checksums: checked on the way in, kept, and told on request.

import { createHash } from 'node:crypto';
import {
  ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failureOf, rawRequest, type TestGroup } from './harness.ts';

const DIGITS = '123456789';
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const hash = (name: string): string => createHash(name).update(DIGITS).digest('base64');

/** Of DIGITS; the CRCs are the check values of the catalogues. */
const VECTORS = {
  CRC32: base64('cbf43926'),
  CRC32C: base64('e3069283'),
  CRC64NVME: base64('ae8b14860a799888'),
  SHA1: hash('sha1'),
  SHA256: hash('sha256'),
} as const;
type Algorithm = keyof typeof VECTORS;
const ALGORITHMS = Object.keys(VECTORS) as Algorithm[];

function chunked(body: string, trailer: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n0\r\n${trailer}\r\n\r\n`;
}

export const checksums: TestGroup = (s3) => {
  for (const algorithm of ALGORITHMS) {
    const member = `Checksum${algorithm}` as const;
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;

    const putWith = (at: { Bucket: string; Key: string }, value: string) =>
      s3.client.send(new PutObjectCommand({ ...at, Body: DIGITS, [member]: value } as PutObjectCommandInput));
    const putTrailing = async (value: string) => {
      const Bucket = await s3.newBucket();
      const headers = {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(DIGITS.length),
        'x-amz-trailer': header,
      };
      const body = chunked(DIGITS, `${header}:${value}`);
      const answer = await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a`, headers, body);
      const head = await rawRequest(s3.endpoint, 'HEAD', `/${Bucket}/a`);
      return [answer.status, /<Code>(\w+)</.exec(answer.text)?.[1], head.status];
    };
    const wrong = Buffer.from(VECTORS[algorithm], 'base64').fill(7).toString('base64');

    s3.test(`${algorithm}: a value in a header is kept, and told on request`, async () => {
      const at = { Bucket: await s3.newBucket(), Key: 'a' };
      await putWith(at, VECTORS[algorithm]);
      const told = await s3.client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      const untold = await s3.client.send(new HeadObjectCommand(at));

      expect(told).toMatchObject({ [member]: VECTORS[algorithm], ChecksumType: 'FULL_OBJECT' });
      expect(untold[member]).toBeUndefined();
    });

    s3.test(`${algorithm}: a wrong value in a header is refused, and leaves nothing`, async () => {
      const at = { Bucket: await s3.newBucket(), Key: 'a' };
      expect(await failureOf(putWith(at, wrong))).toBe('BadDigest 400');
      expect(await failureOf(putWith(at, 'AAAA'))).toBe('InvalidRequest 400');
      expect(await failureOf(s3.client.send(new HeadObjectCommand(at)))).toBe('NotFound 404');
    });

    s3.test(`${algorithm}: a trailer with the right value passes`, async () => {
      expect(await putTrailing(VECTORS[algorithm])).toEqual([200, undefined, 200]);
    });

    s3.test(`${algorithm}: a trailer with a wrong value is refused, and leaves nothing`, async () => {
      expect(await putTrailing(wrong)).toEqual([400, 'BadDigest', 404]);
    });

    s3.test(`${algorithm}: the SDK computes it on request, and verifies it on a read`, async () => {
      const at = { Bucket: await s3.newBucket(), Key: 'a' };
      const put = new PutObjectCommand({
        ...at,
        Body: DIGITS,
        ChecksumAlgorithm: ChecksumAlgorithm[algorithm],
      });
      expect((await s3.client.send(put))[member]).toBe(VECTORS[algorithm]);
      const got = await s3.client.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      expect(await got.Body?.transformToString()).toBe(DIGITS);
    });
  }

  s3.test('an object that came without a checksum is given a CRC64NVME', async () => {
    const Bucket = await s3.newBucket();
    const put = await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a`, {}, DIGITS);
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }));

    expect(put.headers['x-amz-checksum-crc64nvme']).toBe(VECTORS.CRC64NVME);
    expect(head.ChecksumCRC64NVME).toBe(VECTORS.CRC64NVME);
  });

  s3.test('a range is not told with the checksum of the whole', async () => {
    const at = { Bucket: await s3.newBucket(), Key: 'a' };
    await s3.client.send(new PutObjectCommand({ ...at, Body: DIGITS }));
    const got = await s3.client.send(
      new GetObjectCommand({ ...at, Range: 'bytes=0-2', ChecksumMode: 'ENABLED' }),
    );
    expect(got.ChecksumCRC32).toBeUndefined();
    expect(await got.Body?.transformToString()).toBe('123');
  });
};

export const integrity: TestGroup = (s3) => {
  const put = async (headers: Record<string, string>, body = DIGITS) => {
    const Bucket = await s3.newBucket();
    const answer = await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a`, headers, body);
    const head = await rawRequest(s3.endpoint, 'HEAD', `/${Bucket}/a`);
    return `${/<Code>(\w+)</.exec(answer.text)?.[1] ?? 'OK'} ${answer.status}, then ${head.status}`;
  };

  s3.test('Content-MD5 is checked', async () => {
    expect(await put({ 'content-md5': hash('md5') })).toBe('OK 200, then 200');
    expect(await put({ 'content-md5': base64('00'.repeat(16)) })).toBe('BadDigest 400, then 404');
    expect(await put({ 'content-md5': 'nonsense' })).toBe('InvalidDigest 400, then 404');
  });

  s3.test('the hash that a request was signed with is checked', async () => {
    const sha256 = createHash('sha256').update(DIGITS).digest('hex');
    expect(await put({ 'x-amz-content-sha256': sha256 })).toBe('OK 200, then 200');
    expect(await put({ 'x-amz-content-sha256': '0'.repeat(64) })).toBe(
      'XAmzContentSHA256Mismatch 400, then 404',
    );
    expect(await put({ 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })).toBe('OK 200, then 200');
    expect(await put({ 'x-amz-content-sha256': 'nonsense' })).toBe('InvalidArgument 400, then 404');
  });

  s3.test('several checksums, and an algorithm without a checksum, are refused', async () => {
    expect(await put({ 'x-amz-checksum-crc32': VECTORS.CRC32, 'x-amz-checksum-sha1': VECTORS.SHA1 })).toBe(
      'InvalidRequest 400, then 404',
    );
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toBe('InvalidRequest 400, then 404');
  });

  s3.test('signed chunks are decoded, their trailer checked', async () => {
    const signature = `chunk-signature=${'0'.repeat(64)}`;
    const body = [
      `5;${signature}\r\n12345\r\n4;${signature}\r\n6789\r\n0;${signature}\r\n`,
      `x-amz-checksum-crc32:${VECTORS.CRC32}\r\nx-amz-trailer-signature:${'0'.repeat(64)}\r\n\r\n`,
    ].join('');
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '9',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    expect(await put(headers, body)).toBe('OK 200, then 200');
    const untrailed = { ...headers, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    const { 'x-amz-trailer': _, ...plain } = untrailed;
    expect(await put(plain, `9;${signature}\r\n${DIGITS}\r\n0;${signature}\r\n\r\n`)).toBe(
      'OK 200, then 200',
    );
  });

  s3.test('chunks that are cut off, or are not as long as announced, leave nothing', async () => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '9',
    };
    expect(await put(headers, '9\r\n12345')).toBe('IncompleteBody 400, then 404');
    expect(await put(headers, '5\r\n12345\r\n0\r\n\r\n')).toBe('IncompleteBody 400, then 404');
    expect(await put(headers, '3\r\n123XX\r\n6\r\n456789\r\n0\r\n\r\n')).toBe('IncompleteBody 400, then 404');
    expect(await put(headers, 'no chunks at all')).toBe('IncompleteBody 400, then 404');
  });

  s3.test('a trailer that was announced must come', async () => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '9',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    expect(await put(headers, `9\r\n${DIGITS}\r\n0\r\n\r\n`)).toBe('MalformedTrailerError 400, then 404');
  });
};
