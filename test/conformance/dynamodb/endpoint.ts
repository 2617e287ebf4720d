// A DynamoDB behind a small HTTP server of its own, for tests that speak to it through the AWS SDK.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { type Clock, createClock } from '../../../local/clock.ts';
import { createDynamoDb, type DynamoDb } from '../../../local/dynamodb/index.ts';
import { DEFAULT_IDENTITY, type LocalResponse, type Service, ServiceError } from '../../../local/service.ts';

export interface LocalEndpoint {
  readonly url: string;
  readonly dynamodb: DynamoDb;
  readonly clock: Clock;
  close(): Promise<void>;
}

export async function startLocalEndpoint(): Promise<LocalEndpoint> {
  const clock = createClock();
  const dynamodb = createDynamoDb({ clock, identity: DEFAULT_IDENTITY });
  const server = createServer((request, response) => void answer(dynamodb, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dynamodb,
    clock,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dynamodb.close();
    },
  };
}

/** A client that asks once: what a retry would hide is seen. */
export function clientOf(endpoint: string): DynamoDB {
  return new DynamoDB({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await respond(service, request);
  response.writeHead(status, { ...headers });
  await pipeline(Readable.from([body ?? ''], { objectMode: false }), response);
}

async function respond(service: Service, request: IncomingMessage): Promise<LocalResponse> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  try {
    const call = await service.accept({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers as Record<string, string>,
      body: request,
    });
    return await call.perform();
  } catch (error) {
    if (error instanceof ServiceError) return service.errorResponse(error);
    return service.errorResponse(new ServiceError('InternalServerError', String(error), 500));
  }
}
