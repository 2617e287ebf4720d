// The signature that Signature Version 2 gives a presigned URL.
// Source: "Signing and authenticating REST requests (AWS signature version 2)" in the Amazon S3 User Guide.

import { createHmac } from 'node:crypto';
import type { LocalRequest } from '../service.ts';

type Signed = Pick<LocalRequest, 'method' | 'path' | 'query' | 'headers'>;

/** The parameters that are part of the resource that is signed. */
const SUBRESOURCES = new Set([
  'accelerate',
  'acl',
  'cors',
  'defaultObjectAcl',
  'delete',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'partNumber',
  'policy',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

/** In base64. Headers that the URL carries count as sent. */
export function signatureOfVersion2(
  { method, path, query, headers }: Signed,
  secret: string,
  bucketInHost: string | undefined,
): string {
  const header = (name: string): string => headers[name] ?? query.get(name) ?? '';
  const subresource = [...query]
    .filter(([name]) => SUBRESOURCES.has(name))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .sort()
    .join('&');
  const toSign = [
    method,
    header('content-md5'),
    header('content-type'),
    query.get('Expires'),
    ...amzHeaders({ headers, query }).map(([name, value]) => `${name}:${value}`),
    (bucketInHost === undefined ? '' : `/${bucketInHost}`) + path + (subresource && `?${subresource}`),
  ].join('\n');
  return createHmac('sha1', secret).update(toSign).digest('base64');
}

function amzHeaders({ headers, query }: Pick<Signed, 'headers' | 'query'>): [string, string][] {
  const found = new Map<string, string>();
  for (const [name, value] of [...query, ...Object.entries(headers)]) {
    const lowerCase = name.toLowerCase();
    if (lowerCase.startsWith('x-amz-') && value !== undefined) found.set(lowerCase, value.trim());
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
