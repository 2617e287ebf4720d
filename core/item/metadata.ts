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
const ASCII = /^\p{ASCII}*$/u;
const WORD = /=\?(UTF-8|utf-8)\?([BQ])\?([^?\s]*)\?=/;
const WORDS = new RegExp(`^${WORD.source}(?: +${WORD.source})*$`);
/** The label of a word that is to be decoded once more; S3's own are in upper case. */
const INNER = 'utf-8';

/**
 * The metadata as S3 headers carry it. Values that are not ASCII become RFC 2047 encoded words, as the S3 console and other
 * SDKs show them. S3 decodes the words that it is sent, and encodes what is not ASCII again on reads (recorded), so that ASCII
 * which a header would not carry, or which only looks like a word, is a word within a word.
 */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return mapValues(metadata, (value) => {
    if (PLAIN.test(value) && !value.includes('=?')) return value;
    return ASCII.test(value) ? word(word(value, INNER)) : word(value);
  });
}

/** The inverse of {@link encodeMetadata}, whether S3 has decoded words since or not; foreign values are given as they are. */
export function decodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return mapValues(metadata, (value) => {
    const text = decodedWords(value);
    if (text === undefined || isInner(value)) return text ?? value;
    return isInner(text) ? (decodedWords(text) ?? text) : text;
  });
}

function word(text: string, label = 'UTF-8'): string {
  return `=?${label}?B?${toBase64(utf8(text))}?=`;
}

function isInner(value: string): boolean {
  return value.startsWith(`=?${INNER}?`) && WORDS.test(value);
}

/** The text of encoded words; undefined when the value is anything else. */
function decodedWords(value: string): string | undefined {
  if (!WORDS.test(value)) return undefined;
  try {
    const pieces = value.split(/ +/).map((piece) => {
      const [, , encoding, text = ''] = WORD.exec(piece) ?? [];
      return encoding === 'B' ? fromBase64(text) : fromQuoted(text);
    });
    const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let end = 0;
    for (const piece of pieces) {
      bytes.set(piece, end);
      end += piece.length;
    }
    return fromUtf8(bytes);
  } catch {
    return undefined; // neither base64 nor UTF-8: some other writer's value
  }
}

function fromQuoted(text: string): Uint8Array {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
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
