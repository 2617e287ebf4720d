// What lies below the operations: unfinished bodies, presigned URLs, browsers, errors on the wire.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type CORSRule,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failure, failureOf, rawRequest, type TestGroup } from './harness.ts';
import { presigned, presignedByVersion2 } from './presign.ts';

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

  s3.test('an error is XML with code, message, key and request id', async () => {
    const Bucket = await s3.newBucket();
    const answer = await rawRequest(s3.endpoint, 'GET', `/${Bucket}/none`);
    const text = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1];

    expect(answer.headers['content-type']).toBe('application/xml');
    expect([text('Code'), text('Key')]).toEqual(['NoSuchKey', 'none']);
    expect(text('RequestId')).toBe(answer.headers['x-amz-request-id']);
  });

  s3.test('the error of a head has no body', async () => {
    const Bucket = await s3.newBucket();
    expect(await rawRequest(s3.endpoint, 'HEAD', `/${Bucket}/none`)).toMatchObject({ status: 404, text: '' });
  });

  s3.test('a presigned URL works until it expires', async () => {
    const Bucket = await s3.newBucket();
    const put = (secondsAgo: number, seconds: number) => {
      const signedAt = new Date(Date.now() - secondsAgo * 1000);
      const path = presigned(s3.endpoint, 'PUT', `/${Bucket}/a`, { signedAt, seconds });
      return rawRequest(s3.endpoint, 'PUT', path, {}, 'x');
    };
    expect((await put(50, 60)).status).toBe(200);
    const expired = await put(70, 60);
    expect([expired.status, expired.text.includes('Request has expired')]).toEqual([403, true]);
    expect((await put(0, 8 * 86_400)).status).toBe(400);
  });

  s3.test('a presigned URL says what is wrong with its time', async () => {
    const Bucket = await s3.newBucket();
    const messageOf = async (seconds: number | string) => {
      const { text } = await rawRequest(
        s3.endpoint,
        'GET',
        presigned(s3.endpoint, 'GET', `/${Bucket}/a`, { seconds }),
      );
      return /<Code>AuthorizationQueryParametersError<.*<Message>([^<]*)</.exec(text)?.[1];
    };
    expect(await messageOf(604_801)).toContain('must be less than a week (in seconds)');
    expect(await messageOf(-1)).toBe('X-Amz-Expires must be non-negative');
    expect(await messageOf('soon')).toBe('X-Amz-Expires should be a number');
  });

  s3.test('a URL of Signature Version 2 says what the headers must be', async () => {
    const Bucket = await s3.newBucket();
    const path = presignedByVersion2('PUT', `/${Bucket}/a`, { 'content-type': 'text/plain' });
    const put = await rawRequest(s3.endpoint, 'PUT', path, { 'content-type': 'text/plain' }, 'x');
    expect(put.status).toBe(200);
    const { ContentType } = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    expect(ContentType).toBe('text/plain');
  });

  s3.test('headers that were signed into a URL count like headers', async () => {
    const Bucket = await s3.newBucket();
    const query = { 'x-amz-meta-author': 'Ada', 'x-amz-storage-class': 'STANDARD_IA' };
    await rawRequest(s3.endpoint, 'PUT', presigned(s3.endpoint, 'PUT', `/${Bucket}/a`, { query }), {}, 'x');
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
  const origin = 'http://localhost:5173';
  const upload = {
    AllowedOrigins: ['https://*.example.com', origin],
    AllowedMethods: ['PUT'],
    AllowedHeaders: ['authorization', 'x-amz-meta-*'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 300,
  };
  const read = { AllowedOrigins: ['*'], AllowedMethods: ['GET'] };
  const bucketWith = async (...CORSRules: CORSRule[]) => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    return Bucket;
  };
  const preflight = (bucket: string, method: string, from: string, names?: string) =>
    rawRequest(s3.endpoint, 'OPTIONS', `/${bucket}/a`, {
      origin: from,
      'access-control-request-method': method,
      ...(names !== undefined && { 'access-control-request-headers': names }),
    });

  s3.test('CORS rules of a bucket are set, read, replaced and deleted', async () => {
    const Bucket = await bucketWith({ ID: 'pages', ...upload }, read);
    const { CORSRules } = await s3.client.send(new GetBucketCorsCommand({ Bucket }));
    expect(CORSRules).toEqual([{ ID: 'pages', ...upload }, read]);
    await s3.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [read] } }));
    expect((await s3.client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual([read]);
    await s3.client.send(new DeleteBucketCorsCommand({ Bucket }));
    const gone = await failure(s3.client.send(new GetBucketCorsCommand({ Bucket })));
    expect([gone.name, gone.$metadata.httpStatusCode]).toEqual(['NoSuchCORSConfiguration', 404]);
  });

  s3.test('a CORS rule with an unknown method or two wildcards is refused', async () => {
    for (const rule of [
      { ...read, AllowedMethods: ['PATCH'] },
      { ...read, AllowedOrigins: ['http://*.*.example'] },
    ]) {
      expect((await failure(bucketWith(rule))).name).toBe('InvalidRequest');
    }
  });

  s3.test('a preflight is answered by the first rule for its origin, method and headers', async () => {
    const bucket = await bucketWith(upload, read);
    const asked = 'authorization,x-amz-meta-author';
    expect(await preflight(bucket, 'PUT', origin, asked)).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'authorization, x-amz-meta-author',
        'access-control-expose-headers': 'ETag',
        'access-control-max-age': '300',
      },
    });
    const { headers } = await preflight(bucket, 'GET', 'http://other.example');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect((await preflight(bucket, 'PUT', 'https://app.example.com')).status).toBe(200);
  });

  s3.test('a preflight that no rule allows is forbidden', async () => {
    const bucket = await bucketWith(upload, read);
    for (const [from, method, names] of [
      ['http://localhost:5174', 'PUT'],
      ['https://example.com', 'PUT'],
      ['http://app.example.com', 'PUT'],
      [origin, 'DELETE'],
      [origin, 'PUT', 'x-amz-acl'],
    ] as const) {
      const { status, text, headers } = await preflight(bucket, method, from, names);
      expect([from, method, status]).toEqual([from, method, 403]);
      expect(text).toContain('<Code>AccessForbidden</Code>');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  s3.test('a bucket without CORS rules forbids every preflight', async () => {
    const { status, text } = await preflight(await s3.newBucket(), 'GET', origin);
    expect(status).toBe(403);
    expect(text).toContain('CORSResponse: CORS is not enabled for this bucket.');
  });

  s3.test(
    'a page may read answers and errors where a rule allows its method, and what it exposes',
    async () => {
      const bucket = await bucketWith(upload);
      const put = await rawRequest(s3.endpoint, 'PUT', `/${bucket}/a`, { origin }, 'x');
      expect(put).toMatchObject({
        status: 200,
        headers: { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'ETag' },
      });
      const refused = await rawRequest(
        s3.endpoint,
        'PUT',
        `/${bucket}/a`,
        { origin, 'if-none-match': '*' },
        'x',
      );
      expect(refused).toMatchObject({ status: 412, headers: { 'access-control-allow-origin': origin } });
      const got = await rawRequest(s3.endpoint, 'GET', `/${bucket}/a`, { origin });
      const foreign = await rawRequest(
        s3.endpoint,
        'PUT',
        `/${bucket}/a`,
        { origin: 'http://evil.example' },
        'x',
      );
      const ownPage = await rawRequest(s3.endpoint, 'PUT', `/${bucket}/a`, {}, 'x');
      for (const { status, headers } of [got, foreign, ownPage]) {
        expect(status).toBe(200);
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    },
  );
};
