// Bytes as text and text as bytes, by what Node.js and browsers have in common.

import { base64ToUint8Array, uint8ArrayToBase64 } from 'uint8array-extras';

export { hexToUint8Array as fromHex } from 'uint8array-extras';

/** Bytes of the text's UTF-8. */
export function utf8Length(text: string): number {
  return utf8(text).length;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text whose UTF-8 these bytes are, a byte order mark included, with U+FFFD for what is none. */
export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Bytes of the value as JSON text. */
export function jsonLength(value: unknown): number {
  return utf8Length(JSON.stringify(value));
}

export function toBase64(bytes: Uint8Array): string {
  return uint8ArrayToBase64(bytes);
}

/** @throws {Error} when the text is no base64 */
export function fromBase64(base64: string): Uint8Array {
  return base64ToUint8Array(base64);
}

/** Bytes that base64 text with padding stands for. */
export function base64Length(base64: string): number {
  return (base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0);
}

/** The spelling of base64 for URLs and names, without padding. */
export function toBase64Url(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
