import { describe, expect, test } from 'vitest';
import {
  base64Length,
  fromBase64,
  fromHex,
  fromUtf8,
  jsonLength,
  toBase64,
  toBase64Url,
  utf8,
  utf8Length,
} from '../../../core/values/encoding.ts';

const TEXTS = ['', 'a', 'ab', 'abc', 'ü/=%', '𝄞 clef', '\ufeffmarked', '\ud800 half', '\u0000'];
const BYTES = [0, 1, 2, 3, 4, 255, 70_000].map((size) =>
  Uint8Array.from({ length: size }, (_, at) => at * 7),
);

describe('text', () => {
  test.each(TEXTS)('%j has the bytes that Node.js gives it', (text) => {
    expect(Buffer.from(utf8(text)).equals(Buffer.from(text))).toBe(true);
    expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    expect(jsonLength({ text })).toBe(Buffer.byteLength(JSON.stringify({ text })));
    expect(fromUtf8(utf8(text))).toBe(text.replace('\ud800', '\ufffd'));
  });
});

describe('bytes', () => {
  test.each(BYTES)('$length of them are the base64 that Node.js gives them, and back', (bytes) => {
    const base64 = toBase64(bytes);
    expect(base64).toBe(Buffer.from(bytes).toString('base64'));
    expect(toBase64Url(base64)).toBe(Buffer.from(bytes).toString('base64url'));
    expect(base64Length(base64)).toBe(bytes.length);
    expect(fromBase64(base64)).toEqual(bytes);
    expect(fromHex(Buffer.from(bytes).toString('hex'))).toEqual(bytes);
  });

  test('what is no base64 is refused', () => {
    expect(() => fromBase64('a*b=')).toThrow();
    expect(() => fromBase64('A')).toThrow();
  });
});
