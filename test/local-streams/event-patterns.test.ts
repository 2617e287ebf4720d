import { describe, expect, test } from 'vitest';
import { compilePatterns } from '../../local/event-patterns.ts';

const record = {
  eventName: 'MODIFY',
  dynamodb: {
    Keys: { id: { S: 'doc#1' } },
    NewImage: { id: { S: 'doc#1' }, count: { N: '5' }, tags: { SS: ['red', 'blue'] }, gone: { NULL: true } },
    SizeBytes: 40,
  },
};

const matches = (...patterns: object[]): boolean =>
  compilePatterns(patterns.map((pattern) => JSON.stringify(pattern)))(record);
const image = (fields: object) => ({ dynamodb: { NewImage: fields } });

describe('a pattern', () => {
  test.each<[string, object, boolean]>([
    ['one of the values', { eventName: ['INSERT', 'MODIFY'] }, true],
    ['another value', { eventName: ['REMOVE'] }, false],
    ['values at every depth', { eventName: ['MODIFY'], ...image({ count: { N: ['5'] } }) }, true],
    ['one field of two', { eventName: ['MODIFY'], ...image({ count: { N: ['6'] } }) }, false],
    ['another type than the attribute has', image({ count: { S: ['5'] } }), false],
    ['true', image({ gone: { NULL: [true] } }), true],
    ['a member of a set', image({ tags: { SS: ['blue'] } }), true],
    ['no member of a set', image({ tags: { SS: ['green'] } }), false],
    ['a prefix', image({ id: { S: [{ prefix: 'doc#' }] } }), true],
    ['another prefix', image({ id: { S: [{ prefix: '#' }] } }), false],
    ['a suffix', image({ id: { S: [{ suffix: '#1' }] } }), true],
    ['another case', { eventName: [{ 'equals-ignore-case': 'modify' }] }, true],
    ['a field that exists', image({ id: { S: [{ exists: true }] } }), true],
    ['a field that should not exist', image({ id: { S: [{ exists: false }] } }), false],
    ['a field that does not exist', { userIdentity: { type: [{ exists: false }] } }, true],
    ['a list that exists', image({ tags: { SS: [{ exists: true }] } }), true],
    ['anything but another value', { eventName: [{ 'anything-but': ['REMOVE', 'INSERT'] }] }, true],
    ['anything but the value', { eventName: [{ 'anything-but': 'MODIFY' }] }, false],
    ['anything but another prefix', { eventName: [{ 'anything-but': { prefix: 'IN' } }] }, true],
    ['anything but the prefix', { eventName: [{ 'anything-but': { prefix: 'MO' } }] }, false],
    ['anything but a value where there is none', image({ none: { S: [{ 'anything-but': 'x' }] } }), false],
    ['a range', { dynamodb: { SizeBytes: [{ numeric: ['>', 10, '<=', 40] }] } }, true],
    ['beyond a range', { dynamodb: { SizeBytes: [{ numeric: ['>', 40] }] } }, false],
    [
      'a number, of an attribute that is sent as a string',
      image({ count: { N: [{ numeric: ['=', 5] }] } }),
      false,
    ],
    ['an alternative', { $or: [{ eventName: ['INSERT'] }, image({ count: { N: ['5'] } })] }, true],
    ['no alternative', { $or: [{ eventName: ['INSERT'] }, image({ count: { N: ['6'] } })] }, false],
  ])('for %s', (_title, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });

  test('is enough, of several', () => {
    expect(matches({ eventName: ['INSERT'] }, { eventName: ['MODIFY'] })).toBe(true);
    expect(matches({ eventName: ['INSERT'] }, { eventName: ['REMOVE'] })).toBe(false);
  });

  test('is not needed', () => {
    expect(matches()).toBe(true);
  });
});

describe('a pattern is refused', () => {
  test.each<[string, object, string]>([
    [
      'with an unknown operator, by its name and place',
      image({ id: { S: [{ wildcard: 'doc*' }] } }),
      'dynamodb.NewImage.id.S: the operator wildcard is not supported locally',
    ],
    [
      'with an unknown operator within another',
      { eventName: [{ 'anything-but': { suffix: 'Y' } }] },
      'the operator anything-but.suffix is not supported locally',
    ],
    ['with a value that is not in a list', { eventName: 'INSERT' }, 'eventName: expected a list'],
    ['with an empty list', { eventName: [] }, 'eventName: expected a list'],
    ['with half a comparison', { n: [{ numeric: ['>'] }] }, 'n: numeric: expected comparisons'],
    ['with an unknown comparison', { n: [{ numeric: ['!=', 1] }] }, 'n: numeric'],
    ['with a prefix that is no string', { n: [{ prefix: 1 }] }, 'n: expected a string, got 1'],
    ['with a word for exists', { n: [{ exists: 'yes' }] }, 'n: expected true or false'],
  ])('%s', (_title, pattern, message) => {
    expect(() => matches(pattern)).toThrow(message);
  });

  test('when it is not JSON', () => {
    expect(() => compilePatterns(['{'])).toThrow('the pattern is not JSON: {');
  });
});
