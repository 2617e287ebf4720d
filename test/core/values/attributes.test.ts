import { describe, expect, test } from 'vitest';
import { type AttributeFormat, toAttributeValue, toItem } from '../../../core/values/attributes.ts';
import { refusal } from '../fixtures.ts';

describe('values in plain JSON', () => {
  test.each([
    ['text', { S: 'text' }],
    ['', { S: '' }],
    ['🦊', { S: '🦊' }],
    [true, { BOOL: true }],
    [null, { NULL: true }],
    [1.5, { N: '1.5' }],
    [-0, { N: '0' }],
    [123456789012345, { N: '123456789012345' }],
    [0.000123456789012345, { N: '0.000123456789012345' }],
    [[], { L: [] }],
    [[1, 'a'], { L: [{ N: '1' }, { S: 'a' }] }],
    [{}, { M: {} }],
    [{ S: 'not a type' }, { M: { S: { S: 'not a type' } } }],
  ])('%j becomes %j', (value, typed) => {
    expect(toAttributeValue(value, 'json', 'set.a')).toEqual(typed);
  });

  test.each([
    ['set.a', { a: 2 ** 53 }],
    ['set.a', { a: 1e21 }],
    ['set.a', JSON.parse('{"a": 0.1234567890123456789012345}')],
    ['set.a', JSON.parse('{"a": 4503599627370497.25}')],
    ['set.a', { a: 1e-310 }],
    ['set.a', { a: Number.POSITIVE_INFINITY }],
    ['set.a[0]', { a: ['Infinity'] }],
    ['set.a[1]', { a: Object.assign([], { 0: 'a', 2: 'c' }) }],
    ['set.a[1].b', { a: [0, { b: 1e-200 }] }],
    ['set.a', { a: '\ud83e' }],
    ['set.a', { a: undefined }],
  ])('a bad value is named by its path: %s', (field, record) => {
    const error = refusal(() => toItem(record, 'json', 'set'));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason.field).toBe(field);
  });
});

describe("values in DynamoDB's JSON", () => {
  test.each([
    [{ S: 'text' }],
    [{ N: '1.5' }],
    [{ B: 'AAE=' }],
    [{ BOOL: false }],
    [{ NULL: true }],
    [{ SS: ['a', 'b'] }],
    [{ NS: ['1', '2'] }],
    [{ BS: ['AA==', 'AQ=='] }],
    [{ L: [{ S: 'a' }, { L: [] }] }],
    [{ M: { a: { N: '1' } } }],
  ])('%j is taken as it is', (typed) => {
    expect(toAttributeValue(typed, 'dynamodb', 'set.a')).toEqual(typed);
  });

  test.each([
    ['set.a', 'text'],
    ['set.a', null],
    ['set.a', {}],
    ['set.a', { S: 'a', N: '1' }],
    ['set.a', { X: 'a' }],
    ['set.a.S', { S: 1 }],
    ['set.a.N', { N: 1 }],
    ['set.a.N', { N: 'one' }],
    ['set.a.B', { B: 'AAE' }],
    ['set.a.BOOL', { BOOL: 'true' }],
    ['set.a.NULL', { NULL: false }],
    ['set.a.SS', { SS: [] }],
    ['set.a.SS', { SS: ['a', 'a'] }],
    ['set.a.SS[1]', { SS: ['a', 1] }],
    ['set.a.NS[0]', { NS: ['x'] }],
    ['set.a.BS', { BS: 'AA==' }],
    ['set.a.L', { L: { S: 'a' } }],
    ['set.a.L[0]', { L: Object.assign([], { 1: { S: 'a' } }) }],
    ['set.a.SS[0]', { SS: Object.assign([], { 1: 'a' }) }],
    ['set.a.L[0].N', { L: [{ N: '1E200' }] }],
    ['set.a.M', { M: [] }],
    ['set.a.M.b.S', { M: { b: { S: false } } }],
  ])('%s is named when the value is %j', (field, value) => {
    const error = refusal(() => toAttributeValue(value, 'dynamodb', 'set.a'));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason.field).toBe(field);
  });

  test('spellings of one number are one member of a set', () => {
    expect(refusal(() => toAttributeValue({ NS: ['1', '1.0'] }, 'dynamodb', 'a')).reason.field).toBe('a.NS');
  });
});

describe.each<[AttributeFormat, (inner: unknown) => unknown, unknown]>([
  ['json', (inner) => [inner], 0],
  ['dynamodb', (inner) => ({ L: [inner] }), { N: '0' }],
])('nesting in %s', (format, nest, leaf) => {
  const nested = (levels: number) => Array.from({ length: levels }).reduce((inner) => nest(inner), leaf);

  test("DynamoDB's 32 levels, of which the attribute is the first, are allowed, one more is not", () => {
    expect(toAttributeValue(nested(31), format, 'a')).toHaveProperty('L');
    expect(refusal(() => toAttributeValue(nested(32), format, 'a')).message).toContain('32 levels');
  });

  test('depth without end is refused, not overflowed', () => {
    expect(refusal(() => toAttributeValue(nested(50_000), format, 'a')).name).toBe('InvalidInput');
  });
});

test('attributes named after the prototype of objects are ordinary attributes', () => {
  const item = toItem(JSON.parse('{"__proto__": 1, "constructor": 2}'), 'json', 'set');
  expect(Object.entries(item)).toEqual([
    ['__proto__', { N: '1' }],
    ['constructor', { N: '2' }],
  ]);
});
