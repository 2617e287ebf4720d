// Patterns of metric filters and metric math as the local CloudWatch reads them, and what it refuses by name.

import { describe, expect, test } from 'vitest';
import { compileFilterPattern, compileMath } from '../../local/monitoring/index.ts';

const EVENT = { type: 'TaskFailed', details: { error: 'Lambda.Unknown', count: 7 } };

describe('a filter pattern', () => {
  test.each([
    ['', true],
    ['{ $.type = "TaskFailed" }', true],
    ['{ $.type = TaskFailed }', true],
    ['{ $.type != "TaskFailed" }', false],
    ['{ $.details.error = "Lambda.*" }', true],
    ['{ $.details.error = "*Unknown" }', true],
    ['{ $.details.error = "*bda.*now*" }', true],
    ['{ $.details.error = "Lambda.Unknown*n" }', false],
    ['{ $.details.count >= 7 && $.details.count < 8 }', true],
    ['{ $.details.count = "7" }', true],
    ['{ $.type = "A" || $.type = "TaskFailed" && $.details.count = 8 }', false],
    ['{ ($.type = "A" || $.type = "TaskFailed") && ($.details.count = 7) }', true],
    ['{ $.absent = "x" }', false],
    ['{ $.absent = "" }', false],
    ['{ $.absent != "x" }', false],
    ['{ $.details != "x" }', false],
    ['{ $.constructor.name = "Object" }', false],
  ])('%s: %j', (pattern, expected) => {
    expect(compileFilterPattern(pattern)(EVENT)).toBe(expected);
  });

  test.each([
    ['ERROR', /only patterns for JSON/],
    ['[a, b]', /only patterns for JSON/],
    ['{ $.a = %x% }', /not understood: %x%/],
    ['{ $.a[0] = "x" }', /only paths of names/],
    ['{ $.a IS NULL }', /not understood/],
    ['{ $.a < "x" }', /not understood/],
    ['{ $.a = "x" ', /only patterns for JSON/],
    ['{ ($.a = "x" }', /ends too early/],
    ['{ $.a = "x" $.b = "y" }', /unexpected/],
    [`{ $.a = "${'x'.repeat(1020)}" }`, /over 1024 characters/],
  ])('%s is refused', (pattern, message) => {
    expect(() => compileFilterPattern(pattern)).toThrow(message);
  });
});

describe('metric math', () => {
  const values = new Map<string, number | undefined>([
    ['failed', 6],
    ['started0', 20],
    ['started1', undefined],
    ['started2', 10],
  ]);

  test.each([
    ['failed', 6],
    ['1 + 2 * 3 - 4 / 2', 5],
    ['(1 + 2) * 3', 9],
    ['SUM(METRICS("started"))', 30],
    ['SUM(METRICS("absent"))', undefined],
    ['IF(failed >= 5, 100 * failed / SUM(METRICS("started")), 0)', 20],
    ['IF(failed > 6, 1, 0)', 0],
    ['started0 + started1', undefined],
    ['started0 + FILL(started1, 1)', 21],
    ['IF(started1 > 1, 1, 0)', undefined],
    ['failed / 0', undefined],
  ])('%s is %j', (expression, expected) => {
    expect(compileMath(expression)(values)).toBe(expected);
  });

  test.each([
    ['ANOMALY_DETECTION_BAND(m)', /ANOMALY_DETECTION_BAND is not there locally/],
    ['1 +', /ends too early/],
    ['1 2', /unexpected: 2/],
    ['m % 2', /not understood: %/],
    ['('.repeat(100), /too deep/],
  ])('%s is refused', (expression, message) => {
    expect(() => compileMath(expression)).toThrow(message);
  });
});
