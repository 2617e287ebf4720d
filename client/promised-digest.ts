// What the key of an object promises of its content.

import { parseObjectKey } from '../core/keys.ts';
import type { StoreDescriptor } from '../core/store.ts';

export interface PromisedDigest {
  readonly algorithm: 'sha256' | 'md5';
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}

/** How the keys end that pynamodb_mate makes. */
const MD5_KEY = /\/attr=[^/]+\/md5=([0-9a-f]{32})$/;

/** The digest in the key, or undefined for the key of another writer, which promises nothing. */
export function promisedDigest(
  store: StoreDescriptor,
  bucket: string,
  key: string,
): PromisedDigest | undefined {
  if (bucket !== store.bucket) return undefined;
  const sha256 = parseObjectKey(store, key)?.sha256;
  if (sha256 !== undefined) return { algorithm: 'sha256', hex: sha256 };
  const md5 = MD5_KEY.exec(key)?.[1];
  return md5 === undefined ? undefined : { algorithm: 'md5', hex: md5 };
}
