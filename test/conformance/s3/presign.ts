// Presigned URLs as their documentation has them, apart from the SDK's signer and from the local cloud's checks.

import { createHash, createHmac } from 'node:crypto';

/** Of a signer; the local cloud's own by default. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secret: string;
}

const LOCAL: Signer = { accessKeyId: 'local', secret: 'local' };

interface Settings {
  readonly signedAt?: Date;
  readonly seconds?: number | string;
  /** Parameters that are signed too. */
  readonly query?: Readonly<Record<string, string>>;
  readonly signer?: Signer;
}

/** The path, whose characters need no encoding, with the query that Signature Version 4 gives it. */
export function presigned(
  endpoint: string,
  method: string,
  path: string,
  { signedAt = new Date(), seconds = 60, query = {}, signer = LOCAL }: Settings = {},
): string {
  const date = signedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), 'us-east-1', 's3', 'aws4_request'];
  const parameters = Object.entries({
    ...query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [signer.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': date,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const { host } = new URL(endpoint);
  const request = [method, path, parameters, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const digest = createHash('sha256').update(request).digest('hex');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${signer.secret}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), digest].join('\n')).toString('hex');
  return `${path}?${parameters}&X-Amz-Signature=${signature}`;
}

/** The path with the query that Signature Version 2 gives it; headers are in the query, as boto3 has it. */
export function presignedByVersion2(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  signer: Signer = LOCAL,
): string {
  const expires = String(Math.floor(Date.now() / 1000) + 60);
  const amz = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-'));
  const signed = [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    expires,
    ...amz.sort().map(([name, value]) => `${name}:${value}`),
    path,
  ].join('\n');
  const Signature = createHmac('sha1', signer.secret).update(signed).digest('base64');
  const query = { AWSAccessKeyId: signer.accessKeyId, Signature, Expires: expires, ...headers };
  return `${path}?${new URLSearchParams(query)}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
