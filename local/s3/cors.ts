// Cross-origin requests: every page may do everything, as if each bucket had that CORS rule.

import type { Operation } from './request.ts';

/** On every answer; `*` for exposed headers covers user metadata, whose names are not known. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
};

/** The answer to a browser's OPTIONS request. */
export const preflightRequest: Operation = async (_s3, { headers }) => ({
  status: 200,
  headers: {
    'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
    // Echoed, since `*` does not cover Authorization.
    'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '3000',
    'content-length': '0',
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  },
});
