// Objects that pynamodb_mate put: which of them are the store's, and which are the item's.

import { describe, expect, test } from 'vitest';
import type { Store } from '../../../core/contract/store.ts';
import { referencedKeys } from '../../../core/item/item.ts';
import { legacyMd5 } from '../../../core/keys/legacy.ts';
import { isOwnObject } from '../../../core/keys/object-key.ts';
import { objectPlace, ownObjectKey } from '../../../core/keys/pointer.ts';
import { STORE } from '../fixtures.ts';
import { foreignItem, KEY, plan } from '../items.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const END = `attr=html/md5=${MD5}`;

function storeWith(legacy?: Store['legacy'], sortKey?: string): Store {
  const key = {
    ...STORE.key,
    ...(sortKey !== undefined && { sortKey: { name: sortKey, type: 'S' as const } }),
  };
  return { ...STORE, key, ...(legacy && { legacy }) };
}

test.each([
  [`items/pk=1/${END}`, MD5],
  [END.replace('attr', 'x/attr'), MD5],
  [`pk=1/${END}/more`, undefined],
  [`pk=1/attr=a/b/md5=${MD5}`, undefined],
  [`pk=1/attr=html/md5=${MD5.toUpperCase()}`, undefined],
  [`pk=1/attr=html/sha256=${MD5}`, undefined],
])('%s promises the MD5 %s', (key, md5) => {
  expect(legacyMd5(key)).toBe(md5);
});

describe('a pointer', () => {
  const other = { bucket: 'old', prefix: 'docs' };

  test.each([
    ['into the own prefix', undefined, `s3://bucket/items/pk=1/${END}`, `items/pk=1/${END}`],
    ['into another prefix', { prefix: 'docs' }, `s3://bucket/docs/pk=1/${END}`, `docs/pk=1/${END}`],
    ['into another bucket', other, `s3://old/docs/pk=1/${END}`, `s3://old/docs/pk=1/${END}`],
    ['into another bucket without a prefix', { bucket: 'old', prefix: '' }, 's3://old/x', 's3://old/x'],
    ['beside the other prefix', other, `s3://old/docs2/pk=1/${END}`, undefined],
    ["into the own bucket below the other's prefix", other, `s3://bucket/docs/pk=1/${END}`, undefined],
    ['to a staged object', { prefix: '' }, 's3://bucket/staging/x', undefined],
    ['whose key looks like a pointer', { prefix: '' }, 's3://bucket/s3://old/x', undefined],
    ['to nothing', { prefix: '' }, 's3://bucket/', undefined],
  ] as const)('%s', (_, legacy, pointer, object) => {
    expect(ownObjectKey(pointer, storeWith(legacy))).toBe(object);
  });

  test('is found again where it points', () => {
    const store = storeWith(other);
    expect(objectPlace('s3://old/docs/x', store)).toEqual({ bucket: 'old', key: 'docs/x' });
    expect(objectPlace('items/x', store)).toEqual({ bucket: 'bucket', key: 'items/x' });
    const item = { ...KEY, html: { S: 's3://old/docs/x' }, page: { S: 's3://bucket/items/x' } };
    expect(referencedKeys(item, store)).toEqual(new Set(['s3://old/docs/x', 'items/x']));
  });
});

describe('an object', () => {
  const other = { bucket: 'old', prefix: 'docs' };

  test.each([
    ['own prefix, this item', undefined, `items/pk=1/${END}`, true],
    ['own prefix, another item', undefined, `items/pk=11/${END}`, false],
    ['own prefix, another item whose key ends alike', undefined, `items/pk=x/pk=1/${END}`, false],
    ['own prefix, other layout: other items may point at it, too', undefined, 'items/by-hand', false],
    ['other prefix, this item', { prefix: 'docs' }, `docs/pk=1/${END}`, true],
    ['other prefix, a slash left by the library', { prefix: 'docs' }, `docs//pk=1/${END}`, true],
    ['other prefix, deeper', { prefix: 'docs' }, `docs/deeper/pk=1/${END}`, false],
    ['other prefix, other layout', { prefix: 'docs' }, 'docs/by-hand', false],
    ['other bucket, this item', other, `s3://old/docs/pk=1/${END}`, true],
    ['other bucket, another item', other, `s3://old/docs/pk=2/${END}`, false],
    ['other bucket, no prefix', { bucket: 'old', prefix: '' }, `s3://old/pk=1/${END}`, true],
    ['other bucket, its own layout below the store prefix', other, `s3://old/items/pk=1/${END}`, false],
  ] as const)('of %s', (_, legacy, object, isOwn) => {
    expect(isOwnObject(object, KEY, storeWith(legacy))).toBe(isOwn);
  });

  test('of a table with a sort key, which two items could have, is of neither', () => {
    const store = storeWith(undefined, 'rev');
    const key = `items/pk=1/sk=x/sk=y/${END}`;
    expect(isOwnObject(key, { ...KEY, rev: { S: 'x/sk=y' } }, store)).toBe(false);
    expect(isOwnObject(key, { id: { S: '1/sk=x' }, rev: { S: 'y' } }, store)).toBe(false);
  });

  test('of a table with a sort key names both', () => {
    const store = storeWith(undefined, 'rev');
    const item = { ...KEY, rev: { S: 'a/b' } };
    expect(isOwnObject(`items/pk=1/sk=a/b/${END}`, item, store)).toBe(true);
    expect(isOwnObject(`items/pk=1/${END}`, item, store)).toBe(false);
    expect(isOwnObject(`items/pk=1/sk=a/${END}`, item, store)).toBe(false);
  });
});

describe('a plan on an item that the library wrote', () => {
  const html = `items/pk=1/${END}`;
  const item = foreignItem({ html, copied: `items/pk=2/${END}` });

  test("adopts its pointers, and deletes what it replaces if it is the item's own", () => {
    const made = plan('update', { item, content: { html: 'y', copied: 'x' } });
    expect(made.expected).toEqual({
      kind: 'foreign',
      pointers: { html: `s3://bucket/${html}`, copied: `s3://bucket/items/pk=2/${END}` },
    });
    expect(made.saga).toMatchObject({ version: 1, large: ['copied', 'html'] });
    expect(made.replaced).toEqual([html]);
    expect(plan('delete', { item }).replaced).toEqual([html]);
  });

  test('keeps what another large attribute still uses', () => {
    const twice = foreignItem({ html, again: html });
    expect(plan('update', { item: twice, content: { html: 'y' } }).replaced).toEqual([]);
    expect(
      plan('update', { item: twice, input: { remove: ['again'] }, content: { html: 'y' } }).replaced,
    ).toContain(html);
  });
});
