// The one HTTP server of the local cloud: HTTP to requests of services and back. Listens on the loopback address only.

import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, pipeline, Readable, type Transform } from 'node:stream';
import { bodyLimit, limited, MAX_ADMIN_BYTES } from './body-limits.ts';
import { preflight } from './cors.ts';
import { ConnectionReset } from './gate.ts';
import { isAdminPath, refusal, routeOf } from './routes.ts';
import { type LocalRequest, type LocalResponse, ServiceError, type ServiceName } from './service.ts';
import { type VisitorRules, visitorRefusal } from './visitors.ts';

/** The loopback address: S3 clients put a bucket before a host name, but not before an address. */
const HOST = '127.0.0.1';

/** All services have one origin: what is stored must not run in it when a browser opens it, nor be taken for a script. */
const INERT = { 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' } as const;

export interface HttpServer {
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  /** Closes the server and every connection. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly dispatch: (service: ServiceName, request: LocalRequest) => Promise<LocalResponse>;
  readonly admin: (request: LocalRequest) => Promise<LocalResponse>;
  readonly visitors: VisitorRules;
  /** An error as the service writes it. */
  readonly errorResponse: (service: ServiceName, error: ServiceError) => LocalResponse;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** @throws the system's error when the port is taken */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
  const server = http.createServer((incoming, outgoing) => {
    void serve(options, incoming, outgoing).catch((error: unknown) => {
      if (!(error instanceof ConnectionReset)) options.onError?.(error);
      incoming.socket.destroy();
    });
  });
  // A client that reuses an idle connection must not meet a server that is closing it.
  server.keepAliveTimeout = 0;
  // Nor one that resets it: by default a connection that has been open for a minute without a request is.
  server.headersTimeout = 0;
  // Uploads take the time they take.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://${HOST}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  options: HttpServerOptions,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  const over = new AbortController();
  const request = toLocalRequest(incoming, over.signal);
  const { body } = request;
  outgoing.once('close', () => {
    over.abort();
    // What nobody read of the body must not stand before the connection's next request.
    body.destroy();
  });
  const response = await answer(options, request);
  const requestId = randomUUID();
  send(
    outgoing,
    request.method,
    {
      ...response,
      headers: {
        'x-amzn-requestid': requestId,
        'x-amz-request-id': requestId,
        ...response.headers,
        ...INERT,
      },
    },
    options.onError,
  );
}

async function answer(options: HttpServerOptions, request: LocalRequest): Promise<LocalResponse> {
  if (isAdminPath(request.path)) {
    const refused = visitorRefusal(request, 'admin', options.visitors);
    limitBody(request, limited(MAX_ADMIN_BYTES));
    return refused === undefined ? options.admin(request) : forbidden({ error: refused });
  }
  const route = routeOf(request);
  const visited = route.known && route.service === 's3' ? 's3' : 'other';
  const refused = visitorRefusal(request, visited, options.visitors);
  if (!route.known) return refused === undefined ? refusal(route) : forbidden({ message: refused });
  if (refused !== undefined) {
    return options.errorResponse(route.service, new ServiceError('AccessDenied', refused, 403));
  }
  // Whom S3 answers is for each bucket to say.
  if (request.method === 'OPTIONS' && route.service !== 's3') return preflight(request);
  limitBody(request, bodyLimit(route.service));
  return options.dispatch(route.service, request);
}

function limitBody(request: LocalRequest, limit: Transform | undefined): void {
  if (limit === undefined) return;
  const { body } = request;
  // What is left of a body that is too large is read past.
  request.body = pipeline(body, limit, () => body.destroy());
}

function forbidden(body: object): LocalResponse {
  return { status: 403, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function toLocalRequest(incoming: http.IncomingMessage, gone: AbortSignal): LocalRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    body: bodyOf(incoming),
    gone,
  };
}

/**
 * The body apart from its connection: a service that gives up on it half-way can still be answered, and a client that
 * goes away shows as an error of the body.
 */
function bodyOf(incoming: http.IncomingMessage): Readable {
  const body = new PassThrough();
  body.on('error', () => undefined);
  body.once('close', () => {
    incoming.unpipe(body);
    incoming.resume();
  });
  incoming.once('close', () => {
    if (!incoming.complete) body.destroy(new Error('The client closed the connection within its request'));
  });
  return incoming.pipe(body);
}

function send(
  outgoing: http.ServerResponse,
  method: string,
  response: LocalResponse,
  onError: ((error: unknown) => void) | undefined,
): void {
  const { status, headers = {}, body = '' } = response;
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  if (body instanceof Readable) {
    outgoing.writeHead(status, headers);
    if (bodiless) {
      body.destroy();
      outgoing.end();
      return;
    }
    pipeline(body, outgoing, (error) => {
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') onError?.(error);
    });
    return;
  }
  const length = String(Buffer.byteLength(body));
  outgoing.writeHead(status, status === 204 ? headers : { 'content-length': length, ...headers });
  outgoing.end(bodiless ? undefined : body);
}
