// What lets a page read the answers of services, once visitors.ts has let it in. S3 has rules of its own.

import type { LocalRequest, LocalResponse } from './service.ts';

const EXPOSED =
  'etag, last-modified, content-length, content-range, accept-ranges, x-amz-request-id, x-amzn-requestid, ' +
  'x-amz-version-id, x-amz-checksum-sha256, x-amz-checksum-crc32, x-amz-checksum-crc64nvme, x-amz-checksum-type, ' +
  'x-amzn-errortype, x-amz-function-error, x-amz-executed-version';

/** What a page needs to read an answer; nothing for requests that no page made. */
export function corsHeaders(request: LocalRequest): Record<string, string> {
  if (request.headers.origin === undefined) return {};
  return { ...originHeaders(request), 'access-control-expose-headers': EXPOSED };
}

/** The answer to the question that a browser asks before it calls. */
export function preflight(request: Pick<LocalRequest, 'headers'>): LocalResponse {
  return {
    status: 200,
    headers: {
      ...originHeaders(request),
      'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
      'access-control-max-age': '3600',
    },
  };
}

function originHeaders({ headers }: Pick<LocalRequest, 'headers'>): Record<string, string> {
  return { 'access-control-allow-origin': headers.origin ?? 'null', vary: 'Origin' };
}
