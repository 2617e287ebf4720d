// Requests of pages of other origins: the answer to a preflight, and what lets a page read the others.
// Source: "Using cross-origin resource sharing (CORS)" in the S3 User Guide.

import { preflight } from '../cors.ts';
import type { LocalRequest, ServiceError } from '../service.ts';
import { type Asked, type CorsRule, leaveOf, matchesPattern } from './cors-rules.ts';
import { s3Error } from './errors.ts';
import { type Operation, readRequest, type S3Context, type S3Request } from './request.ts';

const NOT_ALLOWED =
  "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/** For the answer to a page's request: nothing, so that the page cannot read it, unless a rule of the bucket fits. */
export function crossOriginHeaders(s3: S3Context, request: LocalRequest): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  const rules = s3.corsRules.get(placeOf(s3, request).bucket) ?? [];
  return leaveOf(rules, { origin, method: request.method, headers: [] }) ?? {};
}

/**
 * Whether pages of the origin may make this request of an object, by a rule of its bucket. What a rule names the origin for
 * may also be opened and shown, which needs no rule on AWS; what a script sees of it {@link crossOriginHeaders} says. A
 * preflight changes nothing, and is answered by the rules in any case.
 */
export function letsPage(s3: S3Context, request: LocalRequest, origin: string): boolean {
  const { bucket, key } = placeOf(s3, request);
  if (request.method === 'OPTIONS') return bucket !== '';
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const rules = s3.corsRules.get(bucket) ?? [];
  const fits = ({ origins, methods }: CorsRule): boolean =>
    origins.some((pattern) => matchesPattern(pattern, origin)) &&
    (isRead || methods.includes(request.method));
  return key !== '' && rules.some(fits);
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

function placeOf(s3: S3Context, request: LocalRequest): Pick<S3Request, 'bucket' | 'key'> {
  try {
    return readRequest(request, (name) => s3.store.bucket(name) !== undefined);
  } catch {
    return { bucket: '', key: '' }; // no request of S3, which its answer says
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
