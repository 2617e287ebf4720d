// User metadata of S3 objects: what S3 can carry is ASCII of at most 2 KB; other text travels encoded.

import { MAX_METADATA_BYTES } from '../errors/limits.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../values/encoding.ts';

/** Metadata name under which objects carry the update time that the reference calls `update_at`. */
export const UPDATED_AT = 'updated-at';

/** The longest update time there is. */
export const MAX_UPDATE_TIME = '2026-01-01T00:00:00.000000000+00:00';
/** Bytes kept free for what the put adds itself. */
const OWN_BYTES = UPDATED_AT.length + MAX_UPDATE_TIME.length;

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const ENCODED = /^=\?UTF-8\?B\?([A-Za-z0-9+/]*={0,2})\?=$/;

/**
 * The metadata as S3 headers carry it. Values that are not plain ASCII become RFC 2047 encoded words, as the
 * S3 console and other SDKs show them; so do values that only look like one, and surrounding blanks.
 */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return mapValues(metadata, (value) =>
    PLAIN.test(value) && !value.startsWith('=?') ? value : `=?UTF-8?B?${toBase64(utf8(value))}?=`,
  );
}

/** The inverse of {@link encodeMetadata}; foreign values are given as they are. */
export function decodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return mapValues(metadata, (value) => {
    const base64 = ENCODED.exec(value)?.[1];
    return base64 === undefined ? value : (decodedWord(base64) ?? value);
  });
}

function decodedWord(base64: string): string | undefined {
  try {
    return fromUtf8(fromBase64(base64));
  } catch {
    return undefined; // not base64: some other writer's value
  }
}

/** Why S3 would refuse this metadata, or undefined. */
export function metadataProblem(metadata: Readonly<Record<string, string>>): string | undefined {
  if (UPDATED_AT in metadata) return `${UPDATED_AT} is set by the store itself (use updateAt)`;
  const bytes = Object.entries(encodeMetadata(metadata)).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    OWN_BYTES,
  );
  return bytes > MAX_METADATA_BYTES
    ? `${bytes} bytes once encoded, over S3's ${MAX_METADATA_BYTES} for user metadata`
    : undefined;
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
