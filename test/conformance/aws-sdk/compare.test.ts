// The comparison finds what differs: it could not fail otherwise.

import { describe, expect, test } from 'vitest';
import { Comparison, type Difference } from './compare.ts';

const places = (differences: readonly Difference[]): string[] =>
  differences.map(({ what, place }) => `${what} ${place}`);

function differ(recorded: unknown, answered: unknown, wildcards: readonly string[] = []): string[] {
  return places(new Comparison(wildcards).differences(recorded, answered));
}

describe('an answer differs', () => {
  test('where a member is missing, is there beyond the recording, or is another', () => {
    expect(differ({ a: 1, b: { c: 'x' } }, { b: { c: 'y' }, d: 1 })).toEqual([
      'absent a',
      'differs b/c',
      'extra d',
    ]);
    expect(differ({ a: 1 }, { a: '1' })).toEqual(['differs a']);
    expect(differ({ a: { $bytes: 'AQ==' } }, { a: Uint8Array.of(2) })).toEqual(['differs a']);
  });

  test('where a list has another length or order', () => {
    expect(differ({ Keys: ['a', 'b'] }, { Keys: ['b', 'a'] })).toEqual(['differs Keys/0', 'differs Keys/1']);
    expect(differ({ Keys: ['a'] }, { Keys: ['a', 'b'] })).toEqual(['differs Keys']);
    expect(
      differ({ TagSet: [{ Key: 'a' }, { Key: 'b' }] }, { TagSet: [{ Key: 'b' }, { Key: 'c' }] }),
    ).toEqual(['differs TagSet/*/Key']);
  });

  test('where a time is none', () => {
    expect(differ({ at: '<datetime>' }, { at: 'soon' }, ['<datetime>'])).toEqual(['differs at']);
    expect(differ({ at: '<id>' }, { at: new Date(0) }, ['<id>'])).toEqual(['differs at']);
  });

  test('where a numbered wildcard stands for another text than before', () => {
    const comparison = new Comparison(['<id>']);
    expect(comparison.differences({ a: '<id:1>', b: 'x/<id:2>' }, { a: '7', b: 'x/8' })).toEqual([]);
    expect(places(comparison.differences({ a: '<id:1>', b: '<id:2>' }, { a: '8', b: '8' }))).toEqual([
      'differs a',
    ]);
  });
});

describe('an answer is as recorded', () => {
  test('with any text where a wildcard is, in values and keys', () => {
    expect(differ({ 'a-<x>': 'b/<x>/c' }, { 'a-1': 'b/2/c' }, ['<x>'])).toEqual([]);
    expect(differ({ at: '<datetime>' }, { at: new Date(0) }, ['<datetime>'])).toEqual([]);
    expect(differ({ a: '<x>' }, { a: '1' })).toEqual(['differs a']);
  });

  test('in any order where order does not count', () => {
    expect(
      differ({ Deleted: [{ Key: 'a' }, { Key: 'b' }] }, { Deleted: [{ Key: 'b' }, { Key: 'a' }] }),
    ).toEqual([]);
  });
});
