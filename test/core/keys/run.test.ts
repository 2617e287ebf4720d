import { describe, expect, test } from 'vitest';
import { formatRun, OPERATIONS, parseRun } from '../../../core/keys/run.ts';
import { run } from '../fixtures.ts';

describe('runs', () => {
  test('are named by operation, execution and start', () => {
    expect(formatRun(run('create', 'create-42'))).toBe('create.create-42.20261123T153300123Z');
  });

  test.each([['plain'], ['a.b'], ['20261123T153300123Z'], ['a b'], ['ü/=%'], ['x'.repeat(80)]])(
    'of an execution named %j parse back',
    (name) => {
      for (const operation of OPERATIONS) {
        const one = run(operation, name);
        expect(parseRun(formatRun(one))).toEqual(one);
      }
    },
  );

  test.each([['2026-11-23T15:33:00Z'], ['2026-11-23T15:33:00.1Z'], ['2026-11-23T15:33:00.123456789Z']])(
    'that started at %s parse back',
    (startTime) => {
      const one = { ...run('update'), startTime };
      expect(parseRun(formatRun(one))).toEqual(one);
    },
  );

  test.each([
    [''],
    ['create'],
    ['create..20261123T153300123Z'],
    ['sweep.x.20261123T153300123Z'],
    ['create.x.2026'],
    ['create.%zz.20261123T153300123Z'],
  ])('%j is none', (text) => {
    expect(parseRun(text)).toBeUndefined();
  });
});
