// A small HTTP server around one service of the local cloud.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type LocalRequest, type LocalResponse, type Service, ServiceError } from '../../../local/service.ts';

export interface Served {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1. */
export async function serve(service: Service): Promise<Served> {
  const server = createServer((incoming, outgoing) => void handle(service, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.close?.();
    },
  };
}

async function handle(service: Service, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = toRequest(incoming);
  let response: LocalResponse;
  try {
    const call = await service.accept(request);
    response = await call.perform();
  } catch (error) {
    response = service.errorResponse(
      error instanceof ServiceError ? error : new ServiceError('InternalError', String(error), 500),
    );
  }
  outgoing.writeHead(response.status, { ...response.headers, ...service.crossOriginHeaders?.(request) });
  const { body } = response;
  if (body instanceof Readable && incoming.method !== 'HEAD') {
    // A client that goes away in the middle of an answer is no failure of the server.
    await pipeline(body, outgoing).catch(() => outgoing.destroy());
  } else {
    outgoing.end(body instanceof Readable ? undefined : body);
  }
}

function toRequest(incoming: IncomingMessage): LocalRequest {
  const [path = '/', query = ''] = splitOnce(incoming.url ?? '/', '?');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: incoming,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
