// Who may ask: presigned URLs expire, and a request may name the owner it expects. Of signatures, see presigned.ts.

import type { CloudIdentity } from '../service.ts';
import { s3Error } from './errors.ts';
import type { S3Request } from './request.ts';

const LONGEST_PRESIGN_S = 7 * 24 * 60 * 60;
const OWNER_HEADERS = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'];
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Checks expiry against real time, since that is the time that the URL's signer knows.
 * @throws {ServiceError} AccessDenied, AuthorizationQueryParametersError
 */
export function checkAccess({ query, headers }: S3Request, identity: CloudIdentity): void {
  const expiry = expiryOf(query);
  if (expiry !== undefined && Date.now() > expiry) {
    throw s3Error('AccessDenied', {
      message: 'Request has expired',
      members: {
        'X-Amz-Expires': query.get('X-Amz-Expires') ?? undefined,
        Expires: new Date(expiry).toISOString(),
        ServerTime: new Date().toISOString(),
      },
    });
  }
  for (const name of OWNER_HEADERS) {
    const owner = headers[name];
    if (owner !== undefined && owner !== identity.accountId) {
      throw s3Error('AccessDenied');
    }
  }
}

/** When a query-signed request stops being valid, in milliseconds since the epoch. */
function expiryOf(query: URLSearchParams): number | undefined {
  if (query.has('Signature') && query.has('Expires')) {
    return Number(query.get('Expires')) * 1000;
  }
  if (!query.has('X-Amz-Signature')) {
    return undefined;
  }
  const seconds = secondsOf(query.get('X-Amz-Expires') ?? '');
  const signed = Date.parse((query.get('X-Amz-Date') ?? '').replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signed)) {
    throw parametersError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  return signed + seconds * 1000;
}

function secondsOf(text: string): number {
  if (!/^[-+]?\d{1,18}$/.test(text)) throw parametersError('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 0) throw parametersError('X-Amz-Expires must be non-negative');
  if (seconds > LONGEST_PRESIGN_S) {
    throw parametersError(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${LONGEST_PRESIGN_S} seconds`,
    );
  }
  return seconds;
}

function parametersError(message: string): Error {
  return s3Error('AuthorizationQueryParametersError', { message });
}
