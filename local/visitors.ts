// Who may call: programs of this machine, and pages of origins that were let in. Pages of every other site can send
// requests to this machine too, and a name of theirs can be made to resolve to it (DNS rebinding): both are refused.
// Source: "Fetch Metadata Request Headers" (W3C); "HTTP Origin Header" in the Fetch standard.

import { matchesPattern } from './s3/cors-rules.ts';
import type { LocalRequest } from './service.ts';

export interface VisitorRules {
  /** Whose pages may call every service: origins with one `*` at most. */
  readonly pageOrigins: readonly string[];
  /** Whether the rules of a bucket let pages of this origin make this request of one of its objects. */
  readonly bucketLets: (request: LocalRequest, origin: string) => boolean;
}

/** What a request is for: the local cloud's own API, S3, or another service. */
export type Visited = 'admin' | 's3' | 'other';

/** A loopback address or a name that stands for it, behind which a bucket may stand before it; with a port or without. */
const LOOPBACK = /^(?:[a-z0-9._-]+\.)?(?:localhost|127(?:\.\d{1,3}){3})(?::\d{1,5})?$/i;
const LOOPBACK_V6 = /^\[::1\](?::\d{1,5})?$/;
const ORIGIN = /^https?:\/\/(?!\*$)[^/\s?#]+$/;
/** The origin of a page that does not tell it, as browsers write it. */
const UNTOLD = 'null';

/** Why a request is not served, with the option that would let it in; undefined if it is. */
export function visitorRefusal(
  request: LocalRequest,
  visited: Visited,
  { pageOrigins, bucketLets }: VisitorRules,
): string | undefined {
  const { host = '' } = request.headers;
  if (!LOOPBACK.test(host) && !LOOPBACK_V6.test(host)) {
    return `host: the local cloud answers to 127.0.0.1, [::1], localhost and names below it, not to '${host}'`;
  }
  const origin = foreignOrigin(request);
  if (origin === undefined) return undefined;
  const page = origin === UNTOLD ? 'a page of a site that is not told' : `a page of ${origin}`;
  if (visited === 'admin') return `origin: the local API is not for other sites, got a request of ${page}`;
  if (pageOrigins.some((pattern) => matchesPattern(pattern, origin))) return undefined;
  if (visited === 's3' && bucketLets(request, origin)) return undefined;
  return (
    `origin: ${page} is not let in. For objects, its bucket needs a CORS rule that fits (twinwrite local ` +
    '--upload-origin ORIGIN for uploads); for every service, name it with twinwrite local --page-origin ORIGIN, or pageOrigins of startLocalCloud'
  );
}

/** @throws {RangeError} naming the origin that is none; `*` alone is none either */
export function checkPageOrigins(origins: readonly string[]): readonly string[] {
  for (const origin of origins) {
    if (ORIGIN.test(origin) && origin.split('*').length <= 2) continue;
    throw new RangeError(
      `pageOrigins: expected origins such as http://127.0.0.1:3000, with one * in each at most, got '${origin}'`,
    );
  }
  return [...origins];
}

/**
 * The origin of the page that made a request, if it is another than the server's own. SDKs, the CLI and curl send neither
 * header; browsers send them with everything that is not asked for by the user.
 */
function foreignOrigin({ method, headers }: LocalRequest): string | undefined {
  const { host, origin, referer, 'sec-fetch-site': site = 'none' } = headers;
  if (origin !== undefined) return origin === `http://${host}` ? undefined : origin;
  if (site === 'none' || site === 'same-origin') return undefined;
  // Pictures and links name their page nowhere else. No page can name another one there.
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead && referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : UNTOLD;
}
