// The console's server: on 127.0.0.1 only, it serves the page and the API that the page calls.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditContext } from '../../audit/index.ts';
import type { Session } from '../api.ts';
import { type Api, createApi } from './api.ts';
import { type Assets, readAssets } from './assets.ts';
import { type Refusal, refuseForeignCall, refuseForeignChange, refuseForeignHost } from './guard.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { answerTo } from './problems.ts';

export { PageMissing } from './assets.ts';

export interface ConsoleOptions {
  readonly context: AuditContext;
  /** 0: any free one. */
  readonly port: number;
  /** Where the built page is. */
  readonly pageFolder: string;
  readonly version: string;
  /** Where AWS is called, when it is not AWS itself. */
  readonly endpoint?: string | undefined;
  /** One line for an error of AWS or of the system. */
  readonly explain: (error: unknown) => string;
}

export interface RunningConsole {
  /** To open in a browser. Holds the secret of this start: who has it acts with the caller's AWS credentials. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

/**
 * @throws {PageMissing} when the page is not built
 * @throws EADDRINUSE and its like when the port cannot be had
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const assets = await readAssets(options.pageFolder);
  const secret = randomBytes(32).toString('base64url');
  const { version, endpoint, context, explain } = options;
  const session: Session = { version, store: context.store, ...(endpoint && { endpoint }) };
  const api = createApi(context, session);
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const desk = { request, response, assets, api, secret, port, explain };
    serve(desk).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/#secret=${secret}`,
    port,
    stop: async () => {
      api.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Desk {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly assets: Assets;
  readonly api: Api;
  readonly secret: string;
  readonly port: number;
  readonly explain: (error: unknown) => string;
}

async function serve(desk: Desk): Promise<void> {
  const { request, response, assets, port } = desk;
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const refusal = refuseForeignHost(request, port);
  if (refusal) return refuse(response, refusal);
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  if (url.pathname.startsWith('/api/')) return serveApi(desk, url);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, { status: 405, error: 'NotAllowed', message: 'the page is only read' });
  }
  const asset = assets.find(url.pathname);
  if (asset === undefined)
    return refuse(response, { status: 404, error: 'NotFound', message: 'there is no such file' });
  response.writeHead(200, { ...asset.headers, 'content-length': asset.body.length });
  response.end(request.method === 'HEAD' ? undefined : asset.body);
}

async function serveApi({ request, response, api, secret, explain }: Desk, url: URL): Promise<void> {
  const { method } = request;
  const refusal =
    refuseForeignCall(request, secret) ?? (method === 'GET' ? undefined : refuseForeignChange(request));
  if (refusal) return refuse(response, refusal);
  if (method !== 'GET' && method !== 'POST') {
    return refuse(response, { status: 405, error: 'NotAllowed', message: 'only GET and POST' });
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const body = method === 'POST' ? await readJson(request) : undefined;
    const path = url.pathname.slice('/api/'.length);
    const answer = api.answer({ method, path, query: url.searchParams, body, signal: gone.signal });
    if (answer === undefined)
      return refuse(response, { status: 404, error: 'NotFound', message: 'there is no such call' });
    sendJson(response, 200, await answer);
  } catch (error) {
    if (error instanceof BodyProblem) return refuse(response, error);
    if (gone.signal.aborted) return;
    const { status, problem } = answerTo(error, explain);
    sendJson(response, status, problem);
  }
}

/** The body cannot be taken. */
class BodyProblem extends Error implements Refusal {
  readonly status: number;
  readonly error = 'BadBody';

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BodyProblem(413, `the body has more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BodyProblem(400, 'the body is no JSON');
  }
}

/** The rest of the request is not wanted, so the connection ends with the answer. */
function refuse(response: ServerResponse, { status, error, message }: Refusal): void {
  response.setHeader('connection', 'close');
  sendJson(response, status, { error, message });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}
