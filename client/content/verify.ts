// Checks content against its digest while it is read.

import type { PromisedDigest } from '../../core/keys/promised-digest.ts';
import { createMd5, createSha256 } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';

/**
 * The reader's bytes, of which the last are given out only once the digest of all is right: whoever has come to the
 * end has the right content.
 * @param wrong - the error for content with another digest than the promised one
 */
export function verifying(
  reader: ByteReader,
  { algorithm, hex }: PromisedDigest,
  wrong: (actual: string) => Error,
): ByteReader {
  const hash = algorithm === 'sha256' ? createSha256() : createMd5();
  let held: Uint8Array | undefined;
  let ended = false;
  return {
    read: async () => {
      while (!ended) {
        const chunk = await reader.read();
        const ready = held;
        held = chunk;
        if (chunk === undefined) {
          const actual = hash.hex();
          if (actual !== hex) throw wrong(actual);
          ended = true;
        } else {
          hash.update(chunk);
        }
        if (ready !== undefined) return ready;
      }
      return undefined;
    },
    close: reader.close,
  };
}
