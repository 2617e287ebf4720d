// What lies below the operations: unfinished bodies, presigned URLs, browsers, errors on the wire.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failureOf, rawRequest, type TestGroup } from './harness.ts';

/** The query of a presigned URL; the suite's targets do not verify signatures. */
function presigned(signedAt: Date, seconds: number): string {
  return new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'test/20260101/us-east-1/s3/aws4_request',
    'X-Amz-Date': signedAt.toISOString().replace(/[-:]|\.\d+/g, ''),
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': '0'.repeat(64),
  }).toString();
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('base64');
}

export const protocol: TestGroup = (s3) => {
  s3.test('an upload whose sender goes away leaves what was there', async () => {
    const at = { Bucket: await s3.newBucket(), Key: 'a' };
    const { ETag } = await s3.client.send(new PutObjectCommand({ ...at, Body: 'before' }));
    const { hostname, port } = new URL(s3.endpoint);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /${at.Bucket}/a HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 100\r\n\r\nhalf of it`,
    );
    socket.end();
    socket.resume();
    await once(socket, 'close');

    expect((await s3.client.send(new HeadObjectCommand(at))).ETag).toBe(ETag);
    expect((await s3.client.send(new ListObjectsV2Command({ Bucket: at.Bucket }))).KeyCount).toBe(1);
  });

  s3.test('an upload must announce its length', async () => {
    const Bucket = await s3.newBucket();
    const { hostname, port } = new URL(s3.endpoint);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /${Bucket}/a HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    );
    let answer = '';
    for await (const chunk of socket) {
      answer += chunk;
    }
    expect(answer).toContain('411 Length Required');
    expect(answer).toContain('MissingContentLength');
    expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('NotFound 404');
  });

  s3.test('an error is XML with code, message, resource and request id', async () => {
    const Bucket = await s3.newBucket();
    const answer = await rawRequest(s3.endpoint, 'GET', `/${Bucket}/none`);
    const text = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1];

    expect(answer.headers['content-type']).toBe('application/xml');
    expect([text('Code'), text('Resource')]).toEqual(['NoSuchKey', `/${Bucket}/none`]);
    expect(text('RequestId')).toBe(answer.headers['x-amz-request-id']);
  });

  s3.test('the error of a head has no body', async () => {
    const Bucket = await s3.newBucket();
    expect(await rawRequest(s3.endpoint, 'HEAD', `/${Bucket}/none`)).toMatchObject({ status: 404, text: '' });
  });

  s3.test('a presigned URL works until it expires', async () => {
    const Bucket = await s3.newBucket();
    const put = (query: string) => rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a?${query}`, {}, 'x');
    expect((await put(presigned(new Date(Date.now() - 50_000), 60))).status).toBe(200);
    const expired = await put(presigned(new Date(Date.now() - 70_000), 60));
    expect([expired.status, expired.text.includes('Request has expired')]).toEqual([403, true]);
    expect((await put(presigned(new Date(), 8 * 86_400))).status).toBe(400);
  });

  s3.test('headers that were signed into a URL count like headers', async () => {
    const Bucket = await s3.newBucket();
    const query = `${presigned(new Date(), 60)}&x-amz-meta-author=Ada&x-amz-storage-class=STANDARD_IA`;
    await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a?${query}`, {}, 'x');
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).toMatchObject({
      Metadata: { author: 'Ada' },
      StorageClass: 'STANDARD_IA',
    });
  });

  s3.test('a malformed document is MalformedXML', async () => {
    const Bucket = await s3.newBucket();
    for (const body of [
      '<Delete><Object>',
      '<Other/>',
      'no xml',
      '<!DOCTYPE a [<!ENTITY e "x">]><Delete/>',
    ]) {
      const headers = { 'content-md5': md5(body) };
      const answer = await rawRequest(s3.endpoint, 'POST', `/${Bucket}?delete`, headers, body);
      expect([body, answer.status, /<Code>(\w+)</.exec(answer.text)?.[1]]).toEqual([
        body,
        400,
        'MalformedXML',
      ]);
    }
  });

  s3.test('DeleteObjects must come with a checksum', async () => {
    const Bucket = await s3.newBucket();
    const body = '<Delete><Object><Key>a</Key></Object></Delete>';
    const answer = await rawRequest(s3.endpoint, 'POST', `/${Bucket}?delete`, {}, body);
    expect([answer.status, answer.text.includes('InvalidRequest')]).toEqual([400, true]);
  });
};

export const browsers: TestGroup = (s3) => {
  s3.test('a page’s preflight is answered, for its origin, method and headers', async () => {
    const Bucket = await s3.newBucket();
    const answer = await rawRequest(s3.endpoint, 'OPTIONS', `/${Bucket}/a`, {
      origin: 'http://localhost:5173',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,x-amz-meta-author',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toMatch(/^(\*|http:\/\/localhost:5173)$/);
    expect(answer.headers['access-control-allow-methods']).toContain('PUT');
    expect(answer.headers['access-control-allow-headers']).toContain('authorization');
    expect(answer.headers['access-control-allow-headers']).toContain('x-amz-meta-author');
  });

  s3.test('a page may read answers and errors, and the entity tag', async () => {
    const Bucket = await s3.newBucket();
    const origin = { origin: 'http://localhost:5173' };
    const put = await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a`, origin, 'x');
    const missing = await rawRequest(s3.endpoint, 'GET', `/${Bucket}/none`, origin);

    expect(put.headers['access-control-allow-origin']).toBeDefined();
    expect(put.headers['access-control-expose-headers']).toMatch(/\*|etag/i);
    expect(missing.headers['access-control-allow-origin']).toBeDefined();
  });
};
