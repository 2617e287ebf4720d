// Names of files for keys and attributes: one for each text, on every file system, and no way out of the folder.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fileName } from '../../../cli/output/file-names.ts';

it.each(['42', 'cat-44', 'a.b', 'page_2.html', '-5', '1.5', 'x'.repeat(100)])(
  'leaves %j as it is',
  (text) => {
    expect(fileName(text)).toBe(text);
  },
);

it.each([
  ['', /^~/],
  ['..', /^_\.~/],
  ['.', /^_~/],
  ['.hidden', /^_hidden~/],
  ['../../etc/passwd', /^_\._\.\._etc_passwd~/],
  ['a/b', /^a_b~/],
  ['a\\b', /^a_b~/],
  ['a\0b', /^a_b~/],
  ['C:x', /^C_x~/],
  ['Cat', /^Cat~/],
  ['con', /^_con~/],
  ['NUL.txt', /^_NUL\.txt~/],
  ['com¹.x', /^_com¹\.x~/],
  ['aux.', /^_aux\.~/],
  ['ends.', /^ends\.~/],
  ['ends ', /^ends_~/],
  ['tab\tnew\nline', /^tab_new_line~/],
  ['a~b', /^a_b~/],
  ['Zoë', /^Zoë~/],
  ['x'.repeat(101), /^x{100}~/],
  ['猫'.repeat(500), /^猫{33}~/],
])('shows of %j what a name can have, and a digest of it', (text, expected) => {
  expect(fileName(text)).toMatch(expected);
  expect(fileName(text)).toMatch(/~[0-9a-f]{32}$/);
});

it('never gives two texts one name, whatever a file system makes of case and Unicode forms', () => {
  const alike = [
    ['cat', 'Cat'],
    ['a/b', 'a_b'],
    ['é', 'e\u0301'],
    ['x'.repeat(5000), 'x'.repeat(5001)],
    ['a', `a~${'0'.repeat(32)}`],
  ];
  const same = (name: string): string => name.normalize('NFC').toLowerCase();
  for (const [one = '', other = ''] of alike) expect(same(fileName(one))).not.toBe(same(fileName(other)));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      fc.pre(one !== other);
      expect(same(fileName(one))).not.toBe(same(fileName(other)));
    }),
  );
});

it('is one part of a path that every system takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
      const name = fileName(text);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(133);
      expect(name).not.toMatch(/[/\\:*?"<>|\p{Cc}]|^\.|[. ]$/u);
      expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
    }),
  );
});
