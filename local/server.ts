// The one HTTP server of the local cloud: HTTP to requests of services and back. Listens on the loopback address only.

import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { corsHeaders, preflight } from './cors.ts';
import { ConnectionReset } from './gate.ts';
import { isAdminPath, refusal, routeOf } from './routes.ts';
import type { LocalRequest, LocalResponse, ServiceName } from './service.ts';

/** The loopback address: S3 clients put a bucket before a host name, but not before an address. */
const HOST = '127.0.0.1';

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
  const request = toLocalRequest(incoming);
  const { body } = request;
  // What nobody read of the body must not stand before the connection's next request.
  outgoing.once('close', () => body.destroy());
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
      },
    },
    options.onError,
  );
}

async function answer(options: HttpServerOptions, request: LocalRequest): Promise<LocalResponse> {
  if (isAdminPath(request.path)) return readable(await options.admin(request), request);
  const route = routeOf(request);
  if (!route.known) return readable(refusal(route), request);
  // Whom S3 answers is for each bucket to say.
  if (request.method === 'OPTIONS' && route.service !== 's3') return preflight(request);
  return options.dispatch(route.service, request);
}

/** The answer, for pages too. */
function readable(response: LocalResponse, request: LocalRequest): LocalResponse {
  return { ...response, headers: { ...response.headers, ...corsHeaders(request) } };
}

function toLocalRequest(incoming: http.IncomingMessage): LocalRequest {
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
