// The signature of a presigned URL (Signature Version 4), which lets a request differ in nothing that was signed.
// Source: "Authenticating Requests: Using Query Parameters" in the Amazon S3 API Reference.

import { createHash, createHmac } from 'node:crypto';
import { LOCAL_CREDENTIALS, type LocalRequest } from '../service.ts';
import { s3Error } from './errors.ts';

/**
 * Checks that the request has the headers that were signed, and no `x-amz-*` header that was not; and where the secret is
 * known, that of the local credentials, the signature itself. Other requests pass.
 * @throws {ServiceError} SignatureDoesNotMatch, AccessDenied
 */
export function checkPresigned(request: Pick<LocalRequest, 'method' | 'path' | 'query' | 'headers'>): void {
  const { query, headers } = request;
  const signature = query.get('X-Amz-Signature');
  if (signature === null) {
    return;
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
  const [accessKeyId, ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  const isMissing = signed.some((name) => headers[name] === undefined);
  const isKnown = accessKeyId === LOCAL_CREDENTIALS.accessKeyId;
  if (isMissing || (isKnown && signatureOf(request, signed, scope) !== signature)) {
    throw s3Error('SignatureDoesNotMatch', {
      members: { AWSAccessKeyId: accessKeyId, SignatureProvided: signature },
    });
  }
}

function signatureOf(
  { method, path, query, headers }: Pick<LocalRequest, 'method' | 'path' | 'query' | 'headers'>,
  signed: readonly string[],
  scope: readonly string[],
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
  const key = scope.reduce<Buffer | string>(hmac, `AWS4${LOCAL_CREDENTIALS.secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

/** As RFC 3986 has it, which encodes more than `encodeURIComponent`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!\x27()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
