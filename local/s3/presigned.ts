// The signatures of presigned URLs, which let a request differ in nothing that was signed: Signature Version 4, and 2.
// Sources: "Authenticating Requests: Using Query Parameters" in the Amazon S3 API Reference; "Signing and authenticating
// REST requests (AWS signature version 2)" in the Amazon S3 User Guide.

import { createHash, createHmac } from 'node:crypto';
import type { LocalRequest } from '../service.ts';
import { s3Error } from './errors.ts';
import { percentEncoded } from './percent-encoding.ts';
import { signatureOfVersion2 } from './presigned-v2.ts';

/** The secret of an access key that the cloud has issued. */
export type SecretOf = (accessKeyId: string) => string | undefined;

/** What is signed of a request. */
type Signed = Pick<LocalRequest, 'method' | 'path' | 'query' | 'headers'>;

const VERSION_4 = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
  'X-Amz-Expires',
] as const;
const VERSION_2 = ['Signature', 'Expires', 'AWSAccessKeyId'] as const;

/** Whether a request is signed by its URL: its `x-amz-*` parameters then are headers, which the signature covers. */
export function isPresigned(query: URLSearchParams): boolean {
  return query.has('X-Amz-Signature') || query.has('Signature');
}

/**
 * Checks that the request has the headers that were signed, no `x-amz-*` header that was not, and the signature of an
 * access key that the cloud has issued. Other requests pass.
 * @param bucketInHost - the bucket that the path does not name
 * @throws {ServiceError} InvalidAccessKeyId, SignatureDoesNotMatch, AccessDenied, AuthorizationQueryParametersError
 */
export function checkPresigned(request: Signed, secretOf: SecretOf, bucketInHost?: string): void {
  const { query } = request;
  if (VERSION_4.some((name) => query.has(name))) checkVersion4(request, secretOf);
  else if (query.has('Signature')) checkVersion2(request, secretOf, bucketInHost);
}

function checkVersion4(request: Signed, secretOf: SecretOf): void {
  const { query, headers } = request;
  if (!VERSION_4.every((name) => query.has(name))) {
    throw s3Error('AuthorizationQueryParametersError', {
      message: `Query-string authentication version 4 requires the ${VERSION_4.slice(0, -1).join(', ')}, and ${VERSION_4.at(-1)} parameters.`,
    });
  }
  const signed = (query.get('X-Amz-SignedHeaders') ?? '').split(';').filter((name) => name !== '');
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && headers[name] !== undefined && !signed.includes(name),
  );
  if (unsigned.length > 0) {
    throw s3Error('AccessDenied', {
      message: 'There were headers present in the request which were not signed',
      members: { HeadersNotSigned: unsigned.join(', ') },
    });
  }
  const [accessKeyId = '', ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  const secret = secretFor(accessKeyId, secretOf);
  const isMissing = signed.some((name) => !Object.hasOwn(headers, name) || headers[name] === undefined);
  const signature = query.get('X-Amz-Signature') ?? '';
  if (isMissing || signatureOf(request, signed, scope, secret) !== signature) {
    throw mismatch(accessKeyId, signature);
  }
}

function checkVersion2(request: Signed, secretOf: SecretOf, bucketInHost: string | undefined): void {
  const { query } = request;
  if (!VERSION_2.every((name) => query.has(name))) {
    throw s3Error('AccessDenied', {
      message: 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    });
  }
  const accessKeyId = query.get('AWSAccessKeyId') ?? '';
  const secret = secretFor(accessKeyId, secretOf);
  const signature = query.get('Signature') ?? '';
  if (signatureOfVersion2(request, secret, bucketInHost) !== signature)
    throw mismatch(accessKeyId, signature);
}

function secretFor(accessKeyId: string, secretOf: SecretOf): string {
  const secret = secretOf(accessKeyId);
  if (secret === undefined) {
    throw s3Error('InvalidAccessKeyId', { members: { AWSAccessKeyId: accessKeyId } });
  }
  return secret;
}

function mismatch(accessKeyId: string, signature: string): Error {
  return s3Error('SignatureDoesNotMatch', {
    members: { AWSAccessKeyId: accessKeyId, SignatureProvided: signature },
  });
}

function signatureOf(
  { method, path, query, headers }: Signed,
  signed: readonly string[],
  scope: readonly string[],
  secret: string,
): string {
  const canonicalRequest = [
    method,
    path,
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signed.join(';'),
    query.get('X-Amz-Content-Sha256') ?? headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const toSign = [
    query.get('X-Amz-Algorithm'),
    query.get('X-Amz-Date'),
    scope.join('/'),
    createHash('sha256').update(canonicalRequest).digest('hex'),
  ].join('\n');
  const key = scope.reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .sort()
    .join('&');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
