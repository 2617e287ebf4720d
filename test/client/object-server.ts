// One bucket of S3 as far as GET and HEAD go, whose connections break, stall or lie when a test says so.

import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';

/** What one GET does instead of answering as S3 would. */
export interface Misbehaviour {
  /** What happens before the object is looked for. */
  readonly before?: () => Promise<unknown> | unknown;
  /** Ends the connection after so many bytes of the body, as if the network had failed. */
  readonly cutAfter?: number;
  /** Sends so many bytes of the body, and then nothing more. */
  readonly stallAfter?: number;
  /** Refuses. */
  readonly status?: number;
  /** Sends these bytes of the same length instead. */
  readonly lie?: Uint8Array;
  /** Sends all of the object though a part was asked for. */
  readonly ignoreRange?: true;
}

export interface Request {
  readonly method: string;
  readonly range: string | undefined;
  readonly ifMatch: string | undefined;
  /** Whether S3's own checksum is asked for, which the SDK then checks. */
  readonly checksumMode?: string | undefined;
}

export class ObjectServer implements AsyncDisposable {
  readonly agent = new Agent({ keepAlive: true });
  readonly endpoint: string;
  readonly s3: S3Client;
  readonly requests: Request[] = [];
  /** For the next GETs, in turn. */
  readonly misbehave: (Misbehaviour | undefined)[] = [];
  /** More headers of every answer. */
  headers: Readonly<Record<string, string>> = {};
  /** Bytes of bodies that have been handed to the system. */
  sent = 0;
  /** Whether the last write has to wait for the reader. */
  blocked = false;
  readonly #objects = new Map<string, Uint8Array>();
  readonly #server: Server;

  private constructor(port: number, server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#answer(request, response));
    this.endpoint = `http://127.0.0.1:${port}`;
    this.s3 = new S3Client({
      endpoint: this.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      forcePathStyle: true,
      maxAttempts: 1,
      requestHandler: { httpAgent: this.agent },
    });
  }

  static async start(): Promise<ObjectServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ObjectServer((server.address() as AddressInfo).port, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.s3.destroy();
    this.agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(key: string, content: Uint8Array): void {
    this.#objects.set(key, content);
  }

  delete(key: string): void {
    this.#objects.delete(key);
  }

  /** Connections of the client that a request has taken and not given back. */
  get connectionsInUse(): number {
    return Object.values(this.agent.sockets).flatMap((sockets) => sockets ?? []).length;
  }

  /** The ranges of all GETs. */
  get ranges(): (string | undefined)[] {
    return this.requests.filter(({ method }) => method === 'GET').map(({ range }) => range);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const checksumMode = headers['x-amz-checksum-mode'];
    this.requests.push({
      ...{ method, range: headers.range, ifMatch: headers['if-match'] },
      checksumMode: typeof checksumMode === 'string' ? checksumMode : undefined,
    });
    const how = method === 'GET' ? this.misbehave.shift() : undefined;
    const key = decodeURIComponent(url.replace(/^\/[^/]+\//, '').replace(/\?.*$/, ''));
    await how?.before?.();
    const content = this.#objects.get(key);
    const status = how?.status ?? (content === undefined ? 404 : 200);
    if (content === undefined || status !== 200) return void response.writeHead(status).end();
    const [start, end] = how?.ignoreRange ? [0, content.length] : span(headers.range, content.length);
    const isPart = end - start < content.length;
    response.writeHead(isPart ? 206 : 200, {
      'content-length': end - start,
      'content-type': 'application/octet-stream',
      etag: `"${content.length}"`,
      ...(isPart && { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }),
      ...this.headers,
    });
    if (method === 'HEAD') return void response.end();
    await this.#send((how?.lie ?? content).subarray(start, end), response, how);
  }

  async #send(body: Uint8Array, response: ServerResponse, how: Misbehaviour = {}): Promise<void> {
    const { cutAfter, stallAfter } = how;
    const length = Math.min(body.length, cutAfter ?? stallAfter ?? body.length);
    for (let at = 0; at < length && !response.destroyed; ) {
      const chunk = body.subarray(at, Math.min(length, at + 65_536));
      at += chunk.length;
      this.sent += chunk.length;
      this.blocked = !response.write(chunk);
      if (this.blocked) await drained(response);
      this.blocked = false;
    }
    if (cutAfter !== undefined) response.write('', () => response.destroy());
    else if (stallAfter === undefined) response.end();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function span(range: string | undefined, size: number): [start: number, end: number] {
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return start === undefined ? [0, size] : [Number(start), Math.min(Number(end) + 1, size)];
}
