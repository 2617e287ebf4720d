import { expect, test } from 'vitest';
import { referencedKeys } from '../../../core/item/item.ts';
import { STORE } from '../fixtures.ts';
import { KEY, pointer } from '../items.ts';

test('pointers are found in any attribute, however deep', () => {
  const keys = ['a', 'b', 'c', 'd'].map((name) => `items/${name}`);
  const [a, b, c, d] = keys.map((key) => ({ S: pointer(key) })) as [
    { S: string },
    { S: string },
    { S: string },
    { S: string },
  ];
  const item = {
    ...KEY,
    a,
    list: { L: [b, { N: '1' }] },
    map: { M: { inner: { L: [c] } } },
    set: { SS: [d.S, 'x'] },
  };
  expect([...referencedKeys(item, STORE)].sort()).toEqual(keys);
});
