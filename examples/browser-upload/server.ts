// The server beside the page: hands out presigned uploads, and creates the items that name what came of them. No content
// passes through it. Who may do what is for an app to decide; here everybody may.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LargeItemClient, NotWritten, type PresignedUpload, type StagedContent } from 'twinwrite';
import * as z from 'zod';

const MAX_BODY_BYTES = 64 * 1024;
const HASHES = dirname(fileURLToPath(import.meta.resolve('@noble/hashes/sha2.js')));

const uploadRequest = z.strictObject({
  name: z.string().min(1),
  contentType: z.string(),
  size: z.int().min(0),
  sha256: z.string(),
});
const itemRequest = z.strictObject({ upload: z.uuid(), title: z.string().min(1) });

/** What was promised to a page. Pages name it by its id: a key of theirs could be that of somebody else's upload. */
interface Pending {
  readonly name: string;
  readonly staged: StagedContent;
  readonly expiresAt: Date;
}

/** @param port - 0 for a free one */
export async function startUploadServer(
  client: LargeItemClient,
  port: number,
): Promise<{ readonly url: string; close(): void }> {
  const uploads = new Map<string, Pending>();
  const server = createServer((request, response) => {
    answer(client, uploads, request, response).catch((error: unknown) => {
      const isRefused =
        error instanceof NotWritten || error instanceof z.ZodError || error instanceof Refused;
      if (!isRefused) console.error(error);
      const problem = error instanceof Error && isRefused ? error.message : 'Something went wrong';
      send(response, isRefused ? 400 : 500, 'application/json', JSON.stringify({ problem }));
    });
  });
  return { url: await listen(server, port), close: () => server.close() };
}

class Refused extends Error {}

async function answer(
  client: LargeItemClient,
  uploads: Map<string, Pending>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (request.method === 'POST' && path === '/uploads') {
    sendJson(response, await promise(client, uploads, uploadRequest.parse(await readJson(request))));
  } else if (request.method === 'POST' && path === '/items') {
    sendJson(response, await createItem(client, uploads, itemRequest.parse(await readJson(request))));
  } else {
    await sendFile(response, path);
  }
}

async function promise(
  client: LargeItemClient,
  uploads: Map<string, Pending>,
  { name, ...content }: z.infer<typeof uploadRequest>,
): Promise<{ readonly upload: string } & Pick<PresignedUpload, 'url' | 'method' | 'headers'>> {
  for (const [id, { expiresAt }] of uploads) {
    if (expiresAt.getTime() + 60 * 60_000 < Date.now()) uploads.delete(id);
  }
  const { staged, url, method, headers, expiresAt } = await client.presignUpload({
    attribute: 'file',
    ...content,
  });
  const upload = randomUUID();
  uploads.set(upload, { name, staged, expiresAt });
  return { upload, url, method, headers };
}

async function createItem(
  client: LargeItemClient,
  uploads: Map<string, Pending>,
  { upload, title }: z.infer<typeof itemRequest>,
): Promise<object> {
  const pending = uploads.get(upload);
  if (pending === undefined) throw new Refused('This upload was not promised, or long ago');
  const { name, staged } = pending;
  const key = { id: upload };
  // The upload's id as idempotency key: a page that asks again gets the same item.
  await client.create(
    { key, attributes: { title, name }, largeAttributes: { file: { staged } } },
    { idempotencyKey: upload },
  );
  const file = (await client.get(key))?.large.file;
  return {
    title,
    size: file?.size,
    sha256: file?.sha256,
    contentType: file?.contentType,
    url: await file?.presignedUrl(),
  };
}

async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const files: Readonly<Record<string, string>> = { '/': 'index.html', '/upload.js': 'upload.js' };
  const hashes = /^\/hashes\/([\w-]+\.js)$/.exec(path)?.[1];
  const file = files[path] && join(import.meta.dirname, files[path]);
  const found = file ?? (hashes && join(HASHES, hashes));
  if (!found) {
    send(response, 404, 'text/plain', 'There is nothing here');
    return;
  }
  const type = found.endsWith('.html') ? 'text/html' : 'text/javascript';
  send(response, 200, `${type}; charset=utf-8`, await readFile(found));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Refused('The request is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refused('The request is no JSON');
  }
}

function sendJson(response: ServerResponse, answer: object): void {
  send(response, 200, 'application/json', JSON.stringify(answer));
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
