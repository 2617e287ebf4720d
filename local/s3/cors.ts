// Requests of pages of other origins: the answer to a preflight, and what lets a page read the others.
// Source: "Using cross-origin resource sharing (CORS)" in the S3 User Guide.

import { preflight } from '../cors.ts';
import type { LocalRequest, ServiceError } from '../service.ts';
import { type Asked, leaveOf } from './cors-rules.ts';
import { s3Error } from './errors.ts';
import { type Operation, readRequest, type S3Context, type S3Request } from './request.ts';

const NOT_ALLOWED =
  "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/** For the answer to a page's request: nothing, so that the page cannot read it, unless a rule of the bucket fits. */
export function crossOriginHeaders(s3: S3Context, request: LocalRequest): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  const rules = s3.corsRules.get(bucketOf(s3, request)) ?? [];
  return leaveOf(rules, { origin, method: request.method, headers: [] }) ?? {};
}

/** The answer to a browser's OPTIONS request. Without a bucket it may be for any service behind the cloud's one port. */
export const preflightRequest: Operation = async (s3, request) => {
  const { bucket } = request;
  if (bucket === '') return preflight(request);
  const asked = askedBy(request);
  if (!s3.store.bucket(bucket)) throw forbidden(request, asked, 'Bucket not found');
  const rules = s3.corsRules.get(bucket);
  if (!rules) throw forbidden(request, asked, 'CORS is not enabled for this bucket.');
  const leave = leaveOf(rules, asked);
  if (!leave) throw forbidden(request, asked, NOT_ALLOWED);
  return { status: 200, headers: { 'content-length': '0', ...leave } };
};

function bucketOf(s3: S3Context, request: LocalRequest): string {
  try {
    return readRequest(request, (name) => s3.store.bucket(name) !== undefined).bucket;
  } catch {
    return ''; // no request of S3, which its answer says
  }
}

/** @throws {ServiceError} BadRequest when it is no preflight */
function askedBy({ headers }: S3Request): Asked {
  const { origin, 'access-control-request-method': method } = headers;
  if (origin === undefined) {
    throw s3Error('BadRequest', { message: 'Insufficient information. Origin request header needed.' });
  }
  if (method === undefined) {
    throw s3Error('BadRequest', { message: 'Invalid Access-Control-Request-Method: null' });
  }
  const names = headers['access-control-request-headers'] ?? '';
  return { origin, method, headers: names.split(',').flatMap((name) => name.trim().toLowerCase() || []) };
}

function forbidden({ key }: S3Request, { method }: Asked, why: string): ServiceError {
  return s3Error('AccessForbidden', {
    message: `CORSResponse: ${why}`,
    members: { Method: method, ResourceType: key === '' ? 'BUCKET' : 'OBJECT' },
  });
}
