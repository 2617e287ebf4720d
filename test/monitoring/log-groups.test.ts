// What the local cloud keeps of a log group, and by which patterns it is searched.

import { describe, expect, test } from 'vitest';
import { createLogGroups } from '../../local/monitoring/log-groups.ts';
import { compileLogPattern } from '../../local/monitoring/log-pattern.ts';
import { createManualClock } from '../local-states/clocks.ts';

describe('a log group', () => {
  test('keeps the newest events that fit, and the newest one in any case', () => {
    const groups = createLogGroups(createManualClock(), 1000);
    const append = (text: string) =>
      groups.append('g', { timestamp: 0, stream: 's', bytes: text.length, message: () => text });
    const kept = () =>
      groups
        .find('g')
        ?.events()
        .map((event) => event.message()[0]);
    for (const letter of 'abcdefg') append(letter.repeat(200));
    expect(kept()).toEqual(['d', 'e', 'f', 'g']);
    append('h'.repeat(5000));
    expect(kept()).toEqual(['h']);
    expect(groups.find('g')?.storedBytes()).toBe(5026);
  });

  test('keeps events for its retention', () => {
    const clock = createManualClock();
    const groups = createLogGroups(clock);
    groups.declare('g', 1);
    const append = () =>
      groups.append('g', { timestamp: clock.now(), stream: 's', bytes: 1, message: () => 'x' });
    append();
    clock.advance(60 * 60 * 1000);
    append();
    clock.advance(23.5 * 60 * 60 * 1000);
    expect(
      groups
        .find('g')
        ?.events()
        .map(({ number }) => number),
    ).toEqual([2]);
  });
});

describe('a pattern for log events', () => {
  const LINE =
    '{"type":"TaskFailed","details":{"error":"Lambda.Unknown"},"execution_arn":"arn:aws:states:x:y"}';

  test.each([
    ['', true],
    ['TaskFailed', true],
    ['taskfailed', false],
    ['"arn:aws:states:x:y"', true],
    ['TaskFailed "Lambda.Unknown"', true],
    ['TaskFailed absent', false],
    ['TaskFailed -absent', true],
    ['TaskFailed -Lambda', false],
    ['?absent ?Lambda', true],
    ['?absent ?missing', false],
    ['"\\"type\\":\\"TaskFailed\\""', true],
    ['{ $.details.error = "Lambda.*" }', true],
  ])('%s: %j', (pattern, expected) => {
    expect(compileLogPattern(pattern)(LINE)).toBe(expected);
  });

  test('for JSON matches no line of text', () => {
    expect(compileLogPattern('{ $.a = "x" }')('{ a = x')).toBe(false);
  });

  test.each(['a.b', '"open', 'a ?b', '[a]', '%a%'])('%s is refused', (pattern) => {
    expect(() => compileLogPattern(pattern)).toThrow();
  });
});
