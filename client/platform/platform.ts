// What the client needs of Node.js alone. In browsers `platform.browser.ts` stands in its place, by the `browser`
// field of package.json; nothing else in client/ or core/ that the client loads may need Node.js.

import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FileStatus, Hash } from './types.ts';

export { saveFile } from './save.ts';

export function createSha256(): Hash {
  return hashOf('sha256');
}

export function createMd5(): Hash {
  return hashOf('md5');
}

function hashOf(algorithm: 'sha256' | 'md5'): Hash {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

/** The file's bytes; it is opened when they are first read. */
export function fileStream(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 1024 * 1024 });
}

export function fileStatus(path: string): Promise<FileStatus> {
  return stat(path);
}

/** Whether anybody has read from a stream, a Readable or a web stream, or has given it up. False where it cannot be known. */
export function isDisturbed(stream: object): boolean {
  // It looks at properties alone, and knows web streams too, which its types leave out.
  return Readable.isDisturbed(stream as Readable);
}

/** Many calls may share a signal; unless told so, Node.js 20 takes more than ten listeners on one for a leak. */
export function shareSignal(signal: AbortSignal): void {
  try {
    setMaxListeners(Number.POSITIVE_INFINITY, signal);
  } catch {
    // Best effort: no signal of Node.js's own, as in a simulated browser, which does not count either.
  }
}

/** How long a call waits for a connection, and for the first byte, or the next one, of an answer. For an SDK client. */
export function patience(seconds: number): { readonly requestHandler?: object } {
  return { requestHandler: { connectionTimeout: 5000, socketTimeout: seconds * 1000 } };
}

/**
 * The same for calls that must not be made twice. Each has a connection of its own: one that was kept may have been closed by the
 * other end, which shows only once the call is on its way, and then nobody knows what has become of it.
 */
export function patienceOnce(seconds: number): { readonly requestHandler?: object } {
  const agent = { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY };
  const { requestHandler } = patience(seconds);
  return { requestHandler: { ...requestHandler, httpAgent: agent, httpsAgent: agent } };
}

/** Environment variables. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
