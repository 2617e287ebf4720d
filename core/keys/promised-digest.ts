// What the key of an object promises of its content.

import { legacyMd5 } from './legacy.ts';
import type { StoreShape } from './object-key.ts';
import { parseObjectKey } from './object-key.ts';

export interface PromisedDigest {
  readonly algorithm: 'sha256' | 'md5';
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}

/** The digest in the key, or undefined for the key of another writer, which promises nothing. */
export function promisedDigest(store: StoreShape, bucket: string, key: string): PromisedDigest | undefined {
  const isOwn = bucket === store.bucket;
  if (!isOwn && bucket !== store.legacy?.bucket) return undefined;
  const sha256 = isOwn ? parseObjectKey(store, key)?.sha256 : undefined;
  if (sha256 !== undefined) return { algorithm: 'sha256', hex: sha256 };
  const md5 = legacyMd5(key);
  return md5 === undefined ? undefined : { algorithm: 'md5', hex: md5 };
}
