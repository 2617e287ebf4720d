// What the local cloud's S3 promises beyond the protocol: named calls, deferred bodies, the cloud's clock, limits.

import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { createCrc32 } from '../../../local/s3/crc.ts';
import { createS3, type S3 } from '../../../local/s3/index.ts';
import {
  DEFAULT_IDENTITY,
  type LocalRequest,
  type LocalResponse,
  ServiceError,
} from '../../../local/service.ts';
import { presigned, presignedByVersion2, type Signer } from './presign.ts';

const identity = DEFAULT_IDENTITY;

function request(
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body = '',
): LocalRequest {
  const [path = '', query = ''] = target.split('?');
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { host: '127.0.0.1:4566', 'content-length': String(body.length), ...headers },
    body: Readable.from([Buffer.from(body)]),
  };
}

async function send(s3: S3, ...args: Parameters<typeof request>): Promise<LocalResponse> {
  return (await s3.accept(request(...args))).perform();
}

test('a call is named as AWS names it, before its body is read', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  const name = async (...args: Parameters<typeof request>) => {
    const incoming = request(...args);
    const { operation, subject } = await s3.accept(incoming);
    expect(incoming.body.readableDidRead).toBe(false);
    return `${operation} ${subject}`.trim();
  };
  const copy = { 'x-amz-copy-source': 'b/k' };

  expect(await name('GET', '/')).toBe('ListBuckets');
  expect(await name('PUT', '/b')).toBe('CreateBucket b');
  expect(await name('GET', '/b?list-type=2&prefix=x')).toBe('ListObjectsV2 b');
  expect(await name('GET', '/b/')).toBe('ListObjects b');
  expect(await name('POST', '/b?delete')).toBe('DeleteObjects b');
  expect(await name('PUT', '/b/pk=a%252Fb/%F0%9F%A6%8A+1')).toBe('PutObject b/pk=a%2Fb/🦊+1');
  expect(await name('PUT', '/b/k', copy)).toBe('CopyObject b/k');
  expect(await name('POST', '/b/k?uploads')).toBe('CreateMultipartUpload b/k');
  expect(await name('PUT', '/b/k?partNumber=1&uploadId=u')).toBe('UploadPart b/k');
  expect(await name('PUT', '/b/k?partNumber=1&uploadId=u', copy)).toBe('UploadPartCopy b/k');
  expect(await name('POST', '/b/k?uploadId=u')).toBe('CompleteMultipartUpload b/k');
  expect(await name('DELETE', '/b/k?uploadId=u')).toBe('AbortMultipartUpload b/k');
  expect(await name('DELETE', '/b/k?x-id=DeleteObject')).toBe('DeleteObject b/k');
  expect(await name('HEAD', '/k', { host: 'b.s3.amazonaws.com' })).toBe('HeadObject b/k');
  expect(await name('PUT', '/b?lifecycle')).toBe('PutBucketLifecycleConfiguration b');
});

test('a bucket is found in the host name by its form, or because it exists', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  s3.createBucket('s3-data');
  s3.createBucket('dotted.name');
  const subject = async (host: string) => (await s3.accept(request('GET', '/x/y', { host }))).subject;

  expect(await subject('127.0.0.1:4566')).toBe('x/y');
  expect(await subject('localhost:4566')).toBe('x/y');
  expect(await subject('s3.localhost:4566')).toBe('x/y');
  expect(await subject('s3.eu-west-1.amazonaws.com')).toBe('x/y');
  expect(await subject('cloud.internal')).toBe('x/y');
  expect(await subject('any.localhost')).toBe('any/x/y');
  expect(await subject('any.s3.localhost:4566')).toBe('any/x/y');
  expect(await subject('s3-data.localhost')).toBe('s3-data/x/y');
  expect(await subject('dotted.name.cloud.internal')).toBe('dotted.name/x/y');
});

test('a call that was accepted takes the body that its request has when it is performed', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  s3.createBucket('bucket');
  const incoming = request('PUT', '/bucket/a', {}, 'hello');
  const call = await s3.accept(incoming);
  const chunks = await incoming.body.toArray();
  incoming.body = Readable.from(chunks);
  expect((await call.perform()).status).toBe(200);
  expect(String((await send(s3, 'GET', '/bucket/a')).body)).toBe('hello');
});

test('an object is there when its whole body is, not before', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  s3.createBucket('bucket');
  const body = new PassThrough();
  const call = await s3.accept({ ...request('PUT', '/bucket/a', { 'content-length': '10' }), body });
  const put = call.perform();
  body.write('first');
  await expect(send(s3, 'GET', '/bucket/a')).rejects.toMatchObject({ code: 'NoSuchKey' });
  body.end('after');
  await put;
  expect((await send(s3, 'HEAD', '/bucket/a')).headers?.['content-length']).toBe('10');
});

test('a part that arrives after its upload was aborted is refused', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  s3.createBucket('bucket');
  const created = String((await send(s3, 'POST', '/bucket/a?uploads')).body);
  const id = /<UploadId>(.*)<\/UploadId>/.exec(created)?.[1];
  const body = new PassThrough();
  const target = `/bucket/a?partNumber=1&uploadId=${id}`;
  const call = await s3.accept({ ...request('PUT', target, { 'content-length': '4' }), body });
  const part = call.perform();
  await send(s3, 'DELETE', `/bucket/a?uploadId=${id}`);
  body.end('late');
  await expect(part).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
});

test('the cloud’s clock stamps objects, in whole seconds', async () => {
  const clock = createClock();
  const s3 = createS3({ clock, identity });
  s3.createBucket('bucket');
  clock.advance(86_400_000);
  const before = Math.floor(clock.now() / 1000) * 1000;
  await send(s3, 'PUT', '/bucket/a', {}, 'x');
  const { headers } = await send(s3, 'HEAD', '/bucket/a');
  const stamped = Date.parse(headers?.['last-modified'] ?? '');
  expect(stamped).toBeGreaterThanOrEqual(before);
  expect(stamped).toBeLessThanOrEqual(clock.now());
});

test('a presigned URL expires in real time, whatever the cloud’s clock says', async () => {
  const clock = createClock();
  const s3 = createS3({ clock, identity });
  s3.createBucket('bucket');
  clock.advance(86_400_000);
  const path = presigned('http://127.0.0.1:4566', 'PUT', '/bucket/a');
  expect((await send(s3, 'PUT', path, {}, 'x')).status).toBe(200);
});

test('a source over the limit of a copy is refused', async () => {
  const s3 = createS3({ clock: createClock(), identity, maxCopyBytes: 4 });
  s3.createBucket('bucket');
  await send(s3, 'PUT', '/bucket/small', {}, '1234');
  await send(s3, 'PUT', '/bucket/large', {}, '12345');
  const copy = (source: string) =>
    send(s3, 'PUT', '/bucket/copy', { 'x-amz-copy-source': `bucket/${source}` });
  expect((await copy('small')).status).toBe(200);
  await expect(copy('large')).rejects.toMatchObject({ code: 'InvalidRequest', status: 400 });
});

test('a copy shares its source’s bytes and survives the source', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  s3.createBucket('bucket');
  await send(s3, 'PUT', '/bucket/a', {}, 'hello');
  await send(s3, 'PUT', '/bucket/b', { 'x-amz-copy-source': 'bucket/a' });
  const { body } = await send(s3, 'GET', '/bucket/a');
  await send(s3, 'PUT', '/bucket/a', {}, 'other');
  const copied = (await send(s3, 'GET', '/bucket/b')).body;

  expect(String(copied)).toBe('hello');
  expect((copied as Uint8Array).buffer).toBe((body as Uint8Array).buffer);
});

test('buckets are created and told in order, and gone when it is closed', async () => {
  const s3 = createS3({ clock: createClock(), identity });
  s3.createBucket('second');
  s3.createBucket('first');
  expect(s3.buckets()).toEqual(['first', 'second']);
  expect(() => s3.createBucket('NoBucketName')).toThrow(ServiceError);
  await s3.close();
  expect(s3.buckets()).toEqual([]);
});

test('outside us-east-1 a bucket is not created twice, and its location is named', async () => {
  const s3 = createS3({ clock: createClock(), identity: { ...identity, region: 'eu-west-1' } });
  const body =
    '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>';
  await send(s3, 'PUT', '/bucket', {}, body);
  await expect(send(s3, 'PUT', '/bucket', {}, body)).rejects.toMatchObject({
    code: 'BucketAlreadyOwnedByYou',
  });
  await expect(send(s3, 'PUT', '/another')).rejects.toMatchObject({
    code: 'IllegalLocationConstraintException',
  });
  expect((await send(s3, 'GET', '/bucket?location')).body).toContain('>eu-west-1</LocationConstraint>');
});

const ENDPOINT = 'http://127.0.0.1:4566';

/** The code of the error that a request is refused with; `200` where it is not. */
async function outcome(s3: S3, method: string, target: string, headers = {}, body = ''): Promise<string> {
  return send(s3, method, target, headers, body).then(
    ({ status }) => String(status),
    (error: ServiceError) => `${error.code} ${error.status}`,
  );
}

function signedStore(): S3 {
  const issued = new Map([['ASIAROLE', 'of the role']]);
  const s3 = createS3({ clock: createClock(), identity, secretOf: (key) => issued.get(key) });
  s3.createBucket('bucket');
  return s3;
}

const role: Signer = { accessKeyId: 'ASIAROLE', secret: 'of the role' };

test.each<[string, string, string]>([
  ['of a key that was issued', presigned(ENDPOINT, 'PUT', '/bucket/a', { signer: role }), '200'],
  [
    'of a key that was issued, with another secret',
    presigned(ENDPOINT, 'PUT', '/bucket/a', { signer: { ...role, secret: 'local' } }),
    'SignatureDoesNotMatch 403',
  ],
  ['of a key that was not issued', presigned(ENDPOINT, 'PUT', '/bucket/a'), 'InvalidAccessKeyId 403'],
  [
    'for another method',
    presigned(ENDPOINT, 'GET', '/bucket/a', { signer: role }),
    'SignatureDoesNotMatch 403',
  ],
  [
    'for another key',
    presigned(ENDPOINT, 'PUT', '/bucket/b', { signer: role }).replace('/b?', '/a?'),
    'SignatureDoesNotMatch 403',
  ],
  [
    'with a parameter that was added',
    `${presigned(ENDPOINT, 'PUT', '/bucket/a', { signer: role })}&x-amz-meta-author=eve`,
    'SignatureDoesNotMatch 403',
  ],
  ['without its other parameters', '/bucket/a?X-Amz-Signature=0', 'AuthorizationQueryParametersError 400'],
  [
    'without a signature',
    presigned(ENDPOINT, 'PUT', '/bucket/a', { signer: role }).replace(/&X-Amz-Signature=.*/, ''),
    'AuthorizationQueryParametersError 400',
  ],
  ['of version 2', presignedByVersion2('PUT', '/bucket/a', { 'x-amz-meta-author': 'Ada' }, role), '200'],
  [
    'of version 2, of a key that was not issued',
    presignedByVersion2('PUT', '/bucket/a'),
    'InvalidAccessKeyId 403',
  ],
  [
    'of version 2, with another header',
    presignedByVersion2('PUT', '/bucket/a', { 'content-type': 'a/b' }, role).replace('a%2Fb', 'a%2Fc'),
    'SignatureDoesNotMatch 403',
  ],
  ['of version 2, in part', '/bucket/a?Signature=0', 'AccessDenied 403'],
])('a URL with a signature %s: %s', async (_, target, expected) => {
  expect(await outcome(signedStore(), 'PUT', target, {}, 'x')).toBe(expected);
});

test('parameters count as headers by a signature alone', async () => {
  const s3 = signedStore();
  const query = { 'x-amz-meta-author': 'Ada', 'x-amz-checksum-crc32': crc32Of('x') };
  const path = presigned(ENDPOINT, 'PUT', '/bucket/a', { query, signer: role });
  expect(await outcome(s3, 'PUT', path, {}, 'x')).toBe('200');
  expect((await send(s3, 'HEAD', '/bucket/a')).headers).toMatchObject({ 'x-amz-meta-author': 'Ada' });

  await send(s3, 'PUT', '/bucket/b?x-amz-meta-author=Eve', {}, 'x');
  expect((await send(s3, 'HEAD', '/bucket/b')).headers).not.toHaveProperty('x-amz-meta-author');
  const body = '<Delete><Object><Key>a</Key></Object></Delete>';
  const checksum = encodeURIComponent(crc32Of(body));
  expect(await outcome(s3, 'POST', `/bucket?delete&x-amz-checksum-crc32=${checksum}`, {}, body)).toBe(
    'InvalidRequest 400',
  );
  expect(await outcome(s3, 'HEAD', '/bucket/a')).toBe('200');
});

function crc32Of(text: string): string {
  const digest = createCrc32();
  digest.update(Buffer.from(text));
  return digest.digest().toString('base64');
}
