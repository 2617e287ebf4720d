import { expect, test } from 'vitest';
import { parseKeyAttribute } from '../../lib/key-option.ts';

test.each([
  ['id:S', { name: 'id', type: 'S' }],
  ['a:b:N', { name: 'a:b', type: 'N' }],
])('%s is a key attribute', (text, attribute) => {
  expect(parseKeyAttribute(text, 'partitionKey')).toEqual(attribute);
});

test.each([['id'], ['id:'], [':S'], ['id:s'], ['id:BOOL'], ['']])('%j is refused, by its option', (text) => {
  expect(() => parseKeyAttribute(text, 'sortKey')).toThrow(
    `sortKey: expected NAME:S, NAME:N or NAME:B, got "${text}"`,
  );
});
