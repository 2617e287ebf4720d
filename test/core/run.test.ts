import { describe, expect, test } from 'vitest';
import { formatRun, OPERATIONS, parseRun, writeToken } from '../../core/run.ts';
import { run } from './fixtures.ts';

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

describe('write tokens', () => {
  test('are fixed per run and plan number', () => {
    const name = formatRun(run('create'));
    expect(writeToken(name, 1)).toBe(writeToken(name, 1));
    expect(writeToken(name, 1)).toMatch(/^[0-9a-f]{36}$/);
  });

  test('differ from plan to plan and from run to run', () => {
    const names = OPERATIONS.flatMap((operation) => [run(operation, 'a'), run(operation, 'b')]).map(
      formatRun,
    );
    const tokens = names.flatMap((name) => [1, 2, 11].map((plan) => writeToken(name, plan)));
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});
