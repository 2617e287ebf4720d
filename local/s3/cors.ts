// Cross-origin requests: what a bucket's CORS rules let pages of other origins do and see.
// Source: "Using cross-origin resource sharing (CORS)" in the S3 User Guide.

import { preflight } from '../cors.ts';
import type { LocalRequest, ServiceError } from '../service.ts';
import { s3Error } from './errors.ts';
import { type Operation, readRequest, type S3Context, type S3Request } from './request.ts';

/** A rule of a bucket. Origins and headers have one `*` at most. */
export interface CorsRule {
  readonly id?: string | undefined;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** What a preflight may ask for; other headers a browser sends unasked. */
  readonly headers: readonly string[];
  /** What a page may see of an answer's headers. */
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
}

/** What a page, or its browser ahead of it, asks leave for. */
interface Asked {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

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

/** What the first rule that fits gives leave for, as headers. */
function leaveOf(rules: readonly CorsRule[], asked: Asked): Record<string, string> | undefined {
  const allows = (patterns: readonly string[], text: string) =>
    patterns.find((pattern) => matches(pattern, text));
  for (const rule of rules) {
    const origin = allows(rule.origins, asked.origin);
    const patterns = rule.headers.map((header) => header.toLowerCase());
    const fits = rule.methods.includes(asked.method) && asked.headers.every((name) => allows(patterns, name));
    if (origin !== undefined && fits) return headersOf(rule, asked, origin === '*');
  }
  return undefined;
}

function headersOf(
  { methods, exposed, maxAgeSeconds }: CorsRule,
  { origin, headers }: Asked,
  isForAll: boolean,
): Record<string, string> {
  return {
    'access-control-allow-origin': isForAll ? '*' : origin,
    ...(!isForAll && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': methods.join(', '),
    ...(headers.length > 0 && { 'access-control-allow-headers': headers.join(', ') }),
    ...(exposed.length > 0 && { 'access-control-expose-headers': exposed.join(', ') }),
    ...(maxAgeSeconds !== undefined && { 'access-control-max-age': String(maxAgeSeconds) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** @param pattern - with one `*` at most */
function matches(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

function forbidden({ key }: S3Request, { method }: Asked, why: string): ServiceError {
  return s3Error('AccessForbidden', {
    message: `CORSResponse: ${why}`,
    members: { Method: method, ResourceType: key === '' ? 'BUCKET' : 'OBJECT' },
  });
}
