import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { LargeItemClient, type LargeObject } from '../../../client/index.ts';
import { itemAt, objectKeyOf } from '../items.ts';
import { ObjectServer } from '../object-server.ts';

export const MEBIBYTE = 1024 ** 2;
export const content = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 5);
export const key = objectKeyOf('film', content, 1);

const STORE = {
  table: 'items',
  bucket: 'bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  region: 'eu-central-1',
  key: { partitionKey: { name: 'id', type: 'S' as const } },
  stateMachines: { create: 'x', update: 'x', delete: 'x' },
};

export interface FilmStage {
  readonly server: ObjectServer;
  readonly client: LargeItemClient;
  /** For what the tests of a file write. */
  readonly folder: string;
  film(): Promise<LargeObject>;
  /** Another object in the place of the film. */
  putFilm(pointer: string, bytes: Uint8Array): void;
}

/** Each test of a file gets a server and a client of its own. */
export function useFilm(): FilmStage {
  const dynamodb = new DynamoDBClient({ region: 'eu-central-1' });
  const table = mockClient(dynamodb);
  let folder: string;
  let server: ObjectServer;
  let client: LargeItemClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twinwrite-download-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await ObjectServer.start();
    server.put(key, content);
    table.on(GetItemCommand).resolves({ Item: itemAt(1, { film: content }) });
    client = new LargeItemClient({ store: STORE, s3: server.s3, dynamodb });
  });
  afterEach(async () => {
    await vi.waitFor(() => expect(server.connectionsInUse).toBe(0), { timeout: 60_000 }); // after each test, whatever it did
    await server[Symbol.asyncDispose]();
  });
  return {
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    get folder() {
      return folder;
    },
    film: async () => (await client.get({ id: '42' }))?.large.film as LargeObject,
    putFilm(pointer, bytes) {
      const { film: _, ...item } = itemAt(1, { film: bytes });
      table.on(GetItemCommand).resolves({ Item: { ...item, film: { S: `s3://bucket/${pointer}` } } });
      server.put(pointer, bytes);
    },
  };
}

/** What came until the end or the failure. */
export async function received(stream: ReadableStream<Uint8Array>) {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of Readable.fromWeb(stream)) chunks.push(chunk);
  } catch (caught) {
    error = caught;
  }
  return { bytes: Buffer.concat(chunks), error };
}

/** Compares faster than `toEqual` does. */
export function expectContent(bytes: Uint8Array | undefined, start = 0, end = content.length): void {
  expect(bytes?.length).toBe(end - start);
  expect(Buffer.from(bytes ?? []).equals(content.subarray(start, end))).toBe(true);
}

export function changed(at: number): Uint8Array {
  const bytes = content.slice();
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
}
