// SHA-256 of content, all at once or as it streams by.

import { createHash } from 'node:crypto';
import type { ByteReader } from './bytes.ts';

/** What is known of content once all of it was read. */
export interface Digest {
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The reader itself, which also hashes what is read through it. */
export function hashing(reader: ByteReader): ByteReader & { digest(): Digest } {
  const hash = createHash('sha256');
  let size = 0;
  return {
    read: async () => {
      const chunk = await reader.read();
      if (chunk !== undefined) {
        hash.update(chunk);
        size += chunk.length;
      }
      return chunk;
    },
    close: reader.close,
    digest: () => ({ sha256: hash.digest('hex'), size }),
  };
}
