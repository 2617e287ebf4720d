// What the benchmarks reckon, and what the documentation shows of it.

import { describe, expect, test } from 'vitest';
import { dollarsPerMillion, withDollars } from '../../bench/operations/dollars.ts';
import { billedSeconds, expressSteps } from '../../bench/operations/duration.ts';
import { ATTRIBUTES, type Counted, OPERATIONS } from '../../bench/operations/kinds.ts';
import { PRICES, priceText, rateOf } from '../../bench/prices.ts';
import { expressTable } from '../../bench/report/cost.ts';
import { operationsSection } from '../../bench/report/operations.ts';
import { draw } from '../../bench/report/plots.ts';
import { performancePage } from '../../bench/report/sections.ts';
import type { BenchResults } from '../../bench/report/types.ts';
import { ratioOf, spreadOf, spreadText } from '../../bench/statistics.ts';
import { SUITE_NAMES } from '../../bench/suites.ts';

const UPDATE: Counted = {
  ...{ operation: 'update', attributes: 1, lane: 'standard', contentBytes: 10_000 },
  calls: {
    ...{ 'states.StartExecution': 1, 'states.DescribeExecution': 2, 'lambda.Invoke': 4 },
    ...{ 'dynamodb.GetItem': 2, 'dynamodb.TransactWriteItems': 1, 's3.PutObject': 1, 's3.DeleteObjects': 1 },
  },
  ...{ transitions: 6, expressTransitions: 0, expressSeconds: 0, invocations: 4, events: 28 },
  ...{ loggedBytes: 2 ** 30 / 1000, loggedBytesAtAll: 2 ** 30 / 1000 },
};
const EXPRESS: Counted = {
  ...{ operation: 'create', attributes: 1, lane: 'express', contentBytes: 10_000 },
  calls: {
    ...{ 'states.StartSyncExecution': 1, 'lambda.Invoke': 3, 'dynamodb.GetItem': 1 },
    ...{ 's3.PutObject': 1, 'dynamodb.TransactWriteItems': 1 },
  },
  ...{ transitions: 0, expressTransitions: 5, expressSeconds: 0.2, invocations: 3, events: 23 },
  ...{ loggedBytes: 0, loggedBytesAtAll: 2 ** 30 / 1000 },
};
/** The create of {@link EXPRESS} by the other lanes, and one that was handed over. */
const CREATES = {
  standard: {
    ...EXPRESS,
    lane: 'standard',
    calls: { 'states.StartExecution': 1, 'lambda.Invoke': 3 },
    ...{ transitions: 5, expressTransitions: 0, expressSeconds: 0 },
  },
  plain: {
    ...EXPRESS,
    lane: 'plain',
    calls: { 's3.HeadObject': 1, 's3.PutObject': 1, 'dynamodb.UpdateItem': 1 },
    ...{ transitions: 0, expressTransitions: 0, expressSeconds: 0, invocations: 0, loggedBytesAtAll: 0 },
  },
  handedOver: { ...EXPRESS, transitions: 6, calls: { ...EXPRESS.calls, 'states.StartExecution': 1 } },
} as const satisfies Record<string, Counted>;

describe('dollars of a million', () => {
  test('are its counts by the prices of AWS', () => {
    const dollars = dollarsPerMillion(UPDATE);
    expect(dollars['Step Functions']).toBeCloseTo(150, 6);
    expect(dollars.Lambda).toBeCloseTo(4 * 0.2 + 4 * 0.1 * 0.5 * 13.3334, 6);
    expect(dollars.DynamoDB).toBeCloseTo(2 * 0.625 + 2 * 0.125, 6);
    expect(dollars.S3).toBeCloseTo(5, 6);
    expect(dollars.logs).toBeCloseTo(500 + (4 * 750 * 0.5 * 1e6) / 2 ** 30, 6);
    expect(dollars['X-Ray']).toBeCloseTo(0.25, 6);
    const { all, ...parts } = dollars;
    expect(all).toBeCloseTo(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      6,
    );
  });

  test('of the Express lane are those of a request and its time, and of its logs at the level that it has', () => {
    const dollars = dollarsPerMillion(EXPRESS);
    expect(dollars['Step Functions']).toBeCloseTo(1 + 0.2 * (64 / 1024) * 16.67, 6);
    expect(dollars.logs).toBeCloseTo((3 * 750 * 0.5 * 1e6) / 2 ** 30, 6);
    expect(dollars['X-Ray']).toBeCloseTo(0.25, 6);
    expect(dollarsPerMillion(EXPRESS, { allLogged: true }).logs).toBeCloseTo(dollars.logs + 500, 6);
  });

  test('of a run that is handed over are those of both lanes', () => {
    const [well, handedOver] = [EXPRESS, CREATES.handedOver].map((counted) => dollarsPerMillion(counted));
    expect(handedOver?.['Step Functions']).toBeCloseTo((well?.['Step Functions'] ?? 0) + 150, 6);
    expect(handedOver?.['X-Ray']).toBeCloseTo(0.5, 6);
  });

  test('of the plain algorithm have no part of a run', () => {
    const dollars = dollarsPerMillion(CREATES.plain);
    expect(dollars).toMatchObject({ 'Step Functions': 0, Lambda: 0, logs: 0, 'X-Ray': 0 });
    expect(dollars.all).toBeCloseTo(0.4 + 5 + 0.625, 6);
  });

  test('are refused for a call that has no price', () => {
    expect(() => dollarsPerMillion({ ...UPDATE, calls: { 'sqs.SendMessage': 1 } })).toThrow(
      'sqs.SendMessage',
    );
  });
});

describe('what is billed of an Express run', () => {
  test('is its time in whole steps of 100 ms', () => {
    expect(billedSeconds([])).toBe(0);
    expect(billedSeconds(['getItem'])).toBeCloseTo(0.1, 6);
    expect(billedSeconds(Array.from({ length: 1000 }, () => 'expressTransition'))).toBeGreaterThan(5);
  });

  test('is that of its calls one after the other, but for puts, which are made at once', () => {
    const of = (puts: number) =>
      billedSeconds(
        expressSteps({ ...EXPRESS.calls, 's3.PutObject': puts, 'lambda.Invoke': 2 + puts }, 4 + puts),
      );
    expect(of(1)).toBeGreaterThan(of(0));
    expect(of(10)).toBeGreaterThan(of(1));
    expect(of(10)).toBeLessThan(2 * of(1));
  });

  test('is refused for a call whose time nobody has assumed', () => {
    expect(() => expressSteps({ 'dynamodb.Query': 1 }, 2)).toThrow('dynamodb.Query');
  });
});

test('the table of an Express create says what it costs by its parts, and beside the others', () => {
  const operations = [EXPRESS, CREATES.standard, CREATES.plain].map(withDollars);
  const text = expressTable({ operations, handedOver: withDollars(CREATES.handedOver) });
  expect(text).toContain(
    '1 request × $1.00 / million + 0.20 s × 64 MB × $0.00001667 | 1.21 | 125.00 | 0.00 |',
  );
  expect(text).toMatch(/logs at the level `ALL` \| 511\.\d \|/);
  expect(() => expressTable({ operations: [], handedOver: withDollars(EXPRESS) })).toThrow(
    'no create of one attribute was counted, express',
  );
});

test('what differs between the lanes is shown of both', () => {
  const operations = ATTRIBUTES.flatMap((attributes) =>
    OPERATIONS.flatMap((operation) =>
      [EXPRESS, CREATES.standard, CREATES.plain].map((one) =>
        withDollars({
          ...{ ...one, operation, attributes },
          ...(one.lane === 'express' && { expressTransitions: 4, events: 20 }),
        }),
      ),
    ),
  );
  const handedOver = withDollars(CREATES.handedOver);
  const { markdown, plots } = operationsSection({ operations, handedOver });
  expect(markdown).toContain('| delete | 10 | 10 | 5, 4 | 3 | 23, 20 | 4, 7 | 3 |');
  expect(markdown).toContain('5 transitions in the Express lane and 6 in the Standard lane');
  expect(Object.keys(plots)).toEqual(['dollars.svg', 'dollars-express.svg']);
  const without = operations.filter(({ lane }) => lane !== 'express');
  expect(() => operationsSection({ operations: without, handedOver })).toThrow('not measured');
});

test('prices are written with all of their digits', () => {
  expect(priceText(PRICES.transition)).toBe('$0.025 per 1,000 state transitions');
  expect(priceText(PRICES.lambdaGbSecond)).toBe('$0.0000133334 per GB-second');
  expect(rateOf('lambdaRequest')).toBe('$0.20 / million');
  expect(rateOf('logGigabyte')).toBe('$0.50');
});

test('a spread is the median, the least and the most', () => {
  expect(spreadOf([3, 1, 10])).toEqual({ median: 3, min: 1, max: 10 });
  expect(spreadText(spreadOf([4, 1, 2, 3]), 1)).toBe('2.5 (1.0 to 4.0)');
  expect(ratioOf(spreadOf([3]), spreadOf([2]))).toBe(1.5);
  expect(() => spreadOf([])).toThrow('nothing was measured');
});

describe('the page', () => {
  const growth = [{ audit: 'fsck', size: 1000, cpuSeconds: 0.5, peakRss: 100 * 2 ** 20 }];
  const results: BenchResults = {
    machine: { node: 'v20.0.0', processors: 2, model: 'some' },
    suites: {
      growth: { at: '2026-01-01', quick: true, load: [0.5, 7.25], seconds: 1, result: { growth } },
    },
  };
  const page = SUITE_NAMES.map((name) => `<!-- bench:${name} -->\nbefore\n<!-- /bench -->`).join('\n');

  test('says what was measured, when, and beside how much else; what was not stays', () => {
    const text = performancePage(page, results);
    expect(text).toContain('| fsck | 1,000 | 0.50 | 500.0 | 100 |');
    expect(text).toContain(
      '2026-01-01 with `--quick`, Node.js v20.0.0, 2 processors, load 0.5 before and 7.3 after',
    );
    expect(text.match(/before\n<!-- \/bench -->/g)).toHaveLength(SUITE_NAMES.length - 1);
  });

  test('has no section for a suite that it does not know of', () => {
    expect(() => performancePage('', results)).toThrow('bench:growth');
  });
});

test('a plot is a picture with its title', () => {
  const bars = { kind: 'bars', title: 'All of it', unit: '$', categories: ['one'] } as const;
  const svg = draw({ ...bars, series: [{ name: 'part', values: [1] }] });
  expect(svg).toMatch(/^<svg [\s\S]*All of it[\s\S]*<\/svg>\n$/);
  const lines = { kind: 'lines', title: 'More of it', unit: 's', along: 'items', logarithmic: true } as const;
  expect(draw({ ...lines, series: [{ name: 'fsck', points: [[10, 1]] }] })).toContain('More of it');
});
