// `platform.ts` for browsers: the same functions, by what browsers have.

import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ByteReader, FileStatus, Hash } from './types.ts';

export function createSha256(): Hash {
  return hashOf(sha256);
}

export function createMd5(): Hash {
  return hashOf(md5);
}

/** Web Crypto hashes only what is whole in memory, and has no MD5. */
function hashOf(algorithm: typeof sha256 | typeof md5): Hash {
  const hash = algorithm.create();
  return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

export function fileStream(path: string): AsyncIterable<Uint8Array> {
  throw noFiles(path);
}

export async function fileStatus(path: string): Promise<FileStatus> {
  throw noFiles(path);
}

/** Streams have no property for it, but a Response takes none that was read from (Fetch standard, "extract a body"). */
export function isDisturbed(stream: object): boolean {
  if (typeof Response === 'undefined' || !(stream instanceof ReadableStream)) return false;
  try {
    new Response(stream);
    return false;
  } catch {
    return true;
  }
}

/** Browsers count no listeners. */
export function shareSignal(_signal: AbortSignal): void {}

/** Browsers give a connection up by themselves, and cannot tell a silent one from one that sends. */
export function patience(_seconds: number): { readonly requestHandler?: object } {
  return {};
}

export function patienceOnce(_seconds: number): { readonly requestHandler?: object } {
  return {};
}

export function environment(): Readonly<Record<string, string | undefined>> {
  return {};
}

export async function saveFile(path: string, reader: ByteReader): Promise<void> {
  reader.close();
  throw new Error(`no file ${path} in a browser; take bytes() or stream()`);
}

function noFiles(path: string): Error {
  return new Error(`no file ${path} in a browser; give a Blob or a stream`);
}
