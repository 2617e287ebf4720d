// SHA-256 of content, all at once or as it streams by.

import { createSha256 } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';

/** What is known of content once all of it was read. */
export interface Digest {
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export function sha256Of(bytes: Uint8Array): string {
  const hash = createSha256();
  hash.update(bytes);
  return hash.hex();
}

/** The reader itself, which also hashes what is read through it. */
export function hashing(reader: ByteReader): ByteReader & { digest(): Digest } {
  const hash = createSha256();
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
    digest: () => ({ sha256: hash.hex(), size }),
  };
}
