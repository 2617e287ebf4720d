// `platform.ts` for browsers: the same functions, by what browsers have.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { FileStatus, Sha256 } from './platform.ts';

/** Web Crypto hashes only what is whole in memory. */
export function createSha256(): Sha256 {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

export function fileStream(path: string): AsyncIterable<Uint8Array> {
  throw noFiles(path);
}

export async function fileStatus(path: string): Promise<FileStatus> {
  throw noFiles(path);
}

export function environment(): Readonly<Record<string, string | undefined>> {
  return {};
}

function noFiles(path: string): Error {
  return new Error(`no file ${path} in a browser; give a Blob or a stream`);
}
