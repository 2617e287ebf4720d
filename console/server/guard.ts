// Who may ask the console's server anything: only the page that it served itself, opened with this start's secret.
//
// A request of a foreign page is told by its Host (a name that was rebound to 127.0.0.1), its Origin and what browsers
// say of it in Sec-Fetch-Site. None of these stops other users of the same machine: the secret does.

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SECRET_HEADER } from '../api.ts';

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly message: string;
}

/** The names under which the server is reached; any other Host is a foreign name that points here. */
export function ownHosts(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost'].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
}

/** Holds for every request, the page's own files included. */
export function refuseForeignHost(request: IncomingMessage, port: number): Refusal | undefined {
  if (ownHosts(port).includes(request.headers.host ?? '')) return undefined;
  return {
    status: 421,
    error: 'ForeignHost',
    message: `this console answers at http://127.0.0.1:${port} only`,
  };
}

/** Holds for every call of the API, whether it reads or changes. */
export function refuseForeignCall(request: IncomingMessage, secret: string): Refusal | undefined {
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  const isForeignOrigin = origin !== undefined && origin !== `http://${host}`;
  if (isForeignOrigin || (site !== undefined && site !== 'same-origin')) {
    return { status: 403, error: 'ForeignOrigin', message: 'only the console’s own page may call it' };
  }
  if (!isSecret(request.headers[SECRET_HEADER], secret)) {
    return {
      status: 401,
      error: 'SecretMissing',
      message: 'open the address that `twinwrite console` has printed at its last start',
    };
  }
  return undefined;
}

/** Holds for what changes something; browsers always send these with an Origin. */
export function refuseForeignChange({ headers }: IncomingMessage): Refusal | undefined {
  if (headers.origin === undefined) {
    return {
      status: 403,
      error: 'ForeignOrigin',
      message: 'a change needs the Origin of the console’s own page',
    };
  }
  if (!/^application\/json\s*(?:;|$)/.test(headers['content-type'] ?? '')) {
    return { status: 415, error: 'NotJson', message: 'a change is sent as application/json' };
  }
  return undefined;
}

function isSecret(given: string | string[] | undefined, secret: string): boolean {
  const [one, other] = [Buffer.from(String(given ?? '')), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
