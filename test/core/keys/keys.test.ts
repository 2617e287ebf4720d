import { describe, expect, test } from 'vitest';
import { type KeySchema, type KeyType, toKey } from '../../../core/keys/item-key.ts';
import { itemPrefix, type KeyLayout, objectKey, parseObjectKey } from '../../../core/keys/object-key.ts';
import { formatPointer, isStaged, ownObjectKey } from '../../../core/keys/pointer.ts';
import { formatRun } from '../../../core/keys/run.ts';
import { decodeSegment, encodeSegment } from '../../../core/keys/segments.ts';
import { refusal, run, SHA256, STORE } from '../fixtures.ts';

const RUN = formatRun(run('create'));

function schema(pk: KeyType, sk?: KeyType): KeySchema {
  return {
    partitionKey: { name: 'pk', type: pk },
    ...(sk && { sortKey: { name: 'sk', type: sk } }),
  };
}

function layout(pk: KeyType, sk?: KeyType, prefix = ''): KeyLayout {
  return { prefix, key: schema(pk, sk) };
}

/** The key prefix of an item of a store without a prefix. */
function prefixOf(key: Readonly<Record<string, unknown>>, pk: KeyType, sk?: KeyType): string {
  return itemPrefix(layout(pk, sk), toKey(key, schema(pk, sk), 'json'));
}

/** Every text of up to two of these pieces: separators, escapes, look-alikes of our own segments, other scripts. */
function oddTexts(): string[] {
  const pieces = ['a', 'A', '/', '=', ' ', '+', '%', '%2F', '.', '..', '-', '_', '~', '🦊', 'é', 'e\u0301'];
  const markers = [
    'pk=a',
    '/sk=b',
    '/attr=c/',
    'sha256=',
    '\u0000',
    '\n',
    '\\',
    '"',
    "'",
    '(',
    '*',
    '!',
    '#',
    '?',
  ];
  const all = [...pieces, ...markers];
  return [...new Set([...all, ...all.flatMap((one) => all.map((two) => one + two))])];
}

describe('toKey', () => {
  test.each([
    ['S', 'a/b', { S: 'a/b' }],
    ['N', 1.5, { N: '1.5' }],
    ['B', '+/8=', { B: '+/8=' }],
  ] as const)('types a key of type %s from plain JSON', (type, value, typed) => {
    expect(toKey({ pk: value }, schema(type), 'json')).toEqual({ pk: typed });
  });

  test.each([
    [{ pk: 'a' }, 'key.sk', 'missing'],
    [{ sk: 1 }, 'key.pk', 'missing'],
    [{ pk: 'a', sk: 1, other: 2 }, 'key.other', 'not a key attribute'],
    [{ pk: 1, sk: 1 }, 'key.pk', 'expected a string'],
    [{ pk: 'a', sk: '1' }, 'key.sk', 'expected a number'],
    [{ pk: null, sk: 1 }, 'key.pk', 'expected a string'],
    [{ pk: '', sk: 1 }, 'key.pk', 'empty'],
    [{ pk: 'a', sk: 1e-200 }, 'key.sk', 'numbers of up to 38 digits'],
  ])('refuses %j, naming %s, since %s', (key, field, problem) => {
    const error = refusal(() => toKey(key, schema('S', 'N'), 'json'));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason.field).toBe(field);
    expect(error.message).toContain(problem);
  });

  test('refuses a binary key that is no base64, and keys over 2,048 and 1,024 bytes', () => {
    expect(refusal(() => toKey({ pk: 'a'.repeat(2049) }, schema('S'), 'json')).message).toContain(
      '2048 bytes',
    );
    expect(refusal(() => toKey({ pk: 'AAE' }, schema('B'), 'json')).message).toContain('base64');
    const long = refusal(() => toKey({ pk: 'a', sk: 'é'.repeat(513) }, schema('S', 'S'), 'json'));
    expect(long.reason.field).toBe('key.sk');
  });

  test('takes keys whose names objects inherit', () => {
    const named: KeySchema = { partitionKey: { name: 'constructor', type: 'S' } };
    expect(toKey({ constructor: 'a' }, named, 'json')).toEqual({ constructor: { S: 'a' } });
    expect(refusal(() => toKey({}, named, 'json')).message).toContain('missing');
  });
});

describe('object keys', () => {
  test('are those of the design', () => {
    const key = toKey({ pk: 'a/b c', sk: 1 }, schema('S', 'N'), 'json');
    expect(objectKey(layout('S', 'N', 'items'), key, 'page', SHA256.x, RUN)).toBe(
      `items/pk=a%2Fb%20c/sk=1/attr=page/sha256=${SHA256.x}/create.create.20261123T153300123Z`,
    );
  });

  test('no two items share a key space, nor is one inside another', () => {
    const texts = oddTexts();
    const pairs = texts.slice(0, 40).flatMap((pk) => texts.slice(0, 40).map((sk) => ({ pk, sk })));
    const prefixes = [
      ...texts.map((pk) => prefixOf({ pk }, 'S')),
      ...pairs.map((key) => prefixOf(key, 'S', 'S')),
    ].sort();
    expect(new Set(prefixes).size).toBe(prefixes.length);

    const withSort = pairs.map((key) => prefixOf(key, 'S', 'S'));
    const sorted = withSort.sort();
    expect(sorted.filter((prefix, at) => at > 0 && prefix.startsWith(sorted[at - 1] as string))).toEqual([]);
  });

  test('spellings of one number share a key space, different bytes do not', () => {
    const number = (pk: string) => itemPrefix(layout('N'), toKey({ pk: { N: pk } }, schema('N'), 'dynamodb'));
    expect(number('1.50')).toBe(number('15E-1'));
    expect(number('1.5')).not.toBe(number('15'));

    const bytes = Array.from({ length: 256 }, (_, one) => [
      Buffer.of(one),
      Buffer.of(one, 0xff),
      Buffer.of(0xfb, one),
    ]);
    const prefixes = bytes.flat().map((each) => prefixOf({ pk: each.toString('base64') }, 'B'));
    expect(new Set(prefixes).size).toBe(new Set(bytes.flat().map((each) => each.toString('hex'))).size);
    expect(prefixes.every((prefix) => /^pk=[A-Za-z0-9_-]+\/$/.test(prefix))).toBe(true);
  });

  test('parse back to what they were made of', () => {
    for (const text of oddTexts()) {
      const key = toKey({ pk: text, sk: text }, schema('S', 'S'), 'json');
      const made = objectKey(layout('S', 'S', 'some/prefix'), key, text, SHA256.y, RUN);
      expect(parseObjectKey(layout('S', 'S', 'some/prefix'), made)).toEqual({
        pk: text,
        sk: text,
        attribute: text,
        sha256: SHA256.y,
        run: run('create'),
      });
    }
  });

  test.each([
    ['other prefix', `other/pk=a/attr=p/sha256=${SHA256.x}/${RUN}`],
    ['no run', `items/pk=a/attr=p/sha256=${SHA256.x}`],
    ['text after the run', `items/pk=a/attr=p/sha256=${SHA256.x}/${RUN}/more`],
    ["the reference's layout", 'items/pk=a/attr=p/md5=d41d8cd98f00b204e9800998ecf8427e'],
    ['upper-case digest', `items/pk=a/attr=p/sha256=${'A'.repeat(64)}/${RUN}`],
    ['needless escapes', `items/pk=%61/attr=p/sha256=${SHA256.x}/${RUN}`],
    ['broken escapes', `items/pk=%E0%A4/attr=p/sha256=${SHA256.x}/${RUN}`],
    ['an unknown operation', `items/pk=a/attr=p/sha256=${SHA256.x}/sweep.x.20261123T153300123Z`],
  ])('of another layout are not parsed: %s', (_, key) => {
    expect(parseObjectKey(layout('S', undefined, 'items'), key)).toBeUndefined();
  });

  test("take S3's 1,024 bytes and not one more", () => {
    const bytes = (length: number) =>
      objectKey(
        layout('S', undefined, 'items'),
        toKey({ pk: 'a'.repeat(length) }, schema('S'), 'json'),
        'p',
        SHA256.x,
        RUN,
      );
    const rest = Buffer.byteLength(bytes(1)) - 1;
    expect(Buffer.byteLength(bytes(1024 - rest))).toBe(1024);
    const error = refusal(() => bytes(1025 - rest));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason.field).toBe('key');
    expect(error.message).toContain('1025 bytes');
  });
});

describe('pointers', () => {
  const key = `items/pk=a/attr=p/sha256=${SHA256.x}/${RUN}`;

  test('name the object in the bucket, and are read back', () => {
    expect(formatPointer('bucket', key)).toBe(`s3://bucket/${key}`);
    expect(ownObjectKey(formatPointer('bucket', key), STORE)).toBe(key);
  });

  test.each([
    ['another bucket', `s3://bucket2/${key}`],
    ['another prefix', 's3://bucket/items2/x'],
    ['the bucket alone', 's3://bucket/'],
    ['the prefix alone', 's3://bucket/items'],
    ['a staged object', 's3://bucket/staging/x'],
    ['text', 'items/x'],
  ])('to %s are not ours', (_, pointer) => {
    expect(ownObjectKey(pointer, STORE)).toBeUndefined();
  });

  test('with an empty prefix never name a staged object', () => {
    const space = { ...STORE, prefix: '' };
    expect(ownObjectKey('s3://bucket/pk=a/x', space)).toBe('pk=a/x');
    expect(ownObjectKey('s3://bucket/staging/x', space)).toBeUndefined();
    expect([isStaged('staging/x', space), isStaged('staging', space), isStaged('stagingx/x', space)]).toEqual(
      [true, false, false],
    );
  });
});

test('segments round-trip any text and hold no separator', () => {
  for (const text of oddTexts()) {
    const segment = encodeSegment(text);
    expect(segment).toMatch(/^[A-Za-z0-9_.~%-]+$/);
    expect(decodeSegment(segment)).toBe(text);
  }
});
