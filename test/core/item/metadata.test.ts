import { describe, expect, test } from 'vitest';
import { decodeMetadata, encodeMetadata, metadataProblem } from '../../../core/item/metadata.ts';

describe('metadata', () => {
  test.each([
    ['plain text'],
    ['größer'],
    ['🦊'],
    [''],
    [' blanks around '],
    ['two\nlines'],
    ['=?UTF-8?B?YQ==?='],
    ['=?unknown'],
    ['a=?b'],
    ['tab\t'],
    ['\ufeffwith a byte order mark'],
  ])('value %j survives, and travels as ASCII', (value) => {
    const encoded = encodeMetadata({ note: value });
    expect(encoded.note).toMatch(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/);
    expect(decodeMetadata(encoded)).toEqual({ note: value });
  });

  test.each([
    ['=?UTF-8?Q?Zo=C3=AB_=3F?=', 'Zoë ?'],
    ['=?UTF-8?B?5LiA?=', '一'],
    ['=?UTF-8?Q?a=C3=A4?= =?UTF-8?Q?b?=', 'aäb'],
  ])('what S3 has encoded anew is read: %s', (stored, value) => {
    expect(decodeMetadata({ note: stored })).toEqual({ note: value });
  });

  test.each([
    [' blanks around '],
    [''],
    ['=?UTF-8?B?YQ==?='],
    ['=?utf-8?B?YQ==?='],
    ['say =?UTF-8?Q?x?= again'],
  ])('value %j survives that S3 decodes what it is sent', (value) => {
    const { note = '' } = encodeMetadata({ note: value });
    const base64 = /^=\?UTF-8\?B\?(.*)\?=$/.exec(note)?.[1] ?? '';
    const stored = Buffer.from(base64, 'base64').toString();
    expect(stored).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeMetadata({ note: stored })).toEqual({ note: value });
  });

  test('plain values are left readable', () => {
    expect(encodeMetadata({ note: 'a b' })).toEqual({ note: 'a b' });
  });

  test("values of other writers' making are given as they are", () => {
    const foreign = { latin: '=?ISO-8859-1?Q?x?=', plain: 'plain', broken: '=?UTF-8?B?A?=' };
    expect(decodeMetadata(foreign)).toEqual(foreign);
  });

  test("is refused over S3's 2 KB, counted as encoded and with the store's own", () => {
    const room = 2048 - 'updated-at'.length - '2026-01-01T00:00:00.000000000+00:00'.length - 'note'.length;
    expect(metadataProblem({ note: 'x'.repeat(room) })).toBeUndefined();
    expect(metadataProblem({ note: 'x'.repeat(room + 1) })).toContain('over S3');
    expect(metadataProblem({ note: 'ü'.repeat(800) })).toContain('over S3');
  });

  test("may not use the store's own name", () => {
    expect(metadataProblem({ 'updated-at': 'x' })).toContain('updateAt');
  });
});
