import { describe, expect, test } from 'vitest';
import { formatDuration, parseGrace, parseSweepInput } from '../../../core/sweep/contract.ts';
import { inventoryProblem, listedObject } from '../../../core/sweep/inventory.ts';
import { addBatch, addFailedBatch, NO_SUMS } from '../../../core/sweep/report.ts';
import { refusal } from '../fixtures.ts';

describe("a sweep's input", () => {
  test('may be empty: a dry run with a grace of a day', () => {
    expect(parseSweepInput({})).toEqual({
      dryRun: true,
      legacy: false,
      grace: '24h',
      graceSeconds: 86_400,
      maxConcurrency: 10,
    });
  });

  test.each([
    ['3600s', 3600],
    ['90m', 5400],
    ['1h', 3600],
    ['2d', 172_800],
  ])('grace %s', (text, seconds) => expect(parseGrace(text)).toBe(seconds));

  test.each([['59m'], ['0h'], ['3599s']])('a grace of %s is too short, and the reason is told', (grace) => {
    const { message, details } = refusal(() => parseSweepInput({ grace }));
    expect(message).toMatch(/^grace: a grace is at least 1h: a writer may have put an object/);
    expect(details).toMatchObject({ field: 'grace', value: grace });
  });

  test.each([['24'], ['h'], ['1 h'], ['-1h'], ['1.5h'], ['1w'], ['99999d'], ['']])(
    '%j is no grace',
    (grace) => {
      expect(refusal(() => parseSweepInput({ grace })).details).toMatchObject({ field: 'grace' });
    },
  );

  test.each([
    [{ dryrun: false }, /^dryrun: unknown field/],
    [{ dryRun: 'no' }, /^dryRun: /],
    [{ maxConcurrency: 0 }, /^maxConcurrency: /],
    [{ inventory: { bucket: 'b' } }, /^inventory\.key: /],
    [[], /^input: /],
    [null, /^input: /],
  ])('%j is refused', (input, message) => {
    expect(refusal(() => parseSweepInput(input)).message).toMatch(message);
  });

  test.each([
    [3600, '1h'],
    [5400, '90m'],
    [61, '61s'],
    [86_400, '24h'],
  ])('%i seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe('an inventory', () => {
  const manifest = {
    sourceBucket: 'docs',
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, Size, LastModifiedDate',
  };

  test.each([
    [manifest, undefined],
    [{ ...manifest, sourceBucket: 'others' }, 'it lists the bucket others, not docs'],
    [
      { ...manifest, fileFormat: 'Parquet' },
      'its report is in Parquet; Step Functions reads inventories in CSV only',
    ],
    [{ ...manifest, fileSchema: 'Bucket, Key' }, 'its report has no Size, LastModifiedDate'],
    [{}, 'not the manifest.json of an S3 Inventory'],
  ])('%j: %s', (value, problem) => {
    expect(inventoryProblem(JSON.stringify(value), 'docs')).toBe(problem);
  });

  test('that is no JSON is refused', () => {
    expect(inventoryProblem('Bucket,Key', 'docs')).toMatch(/^not the manifest/);
  });
});

describe('an item of a batch', () => {
  const row = {
    Bucket: 'b',
    Key: 'items/pk%3Da%252Fb+c',
    Size: '7',
    LastModifiedDate: '2026-01-02T03:04:05.000Z',
  };

  test('of a list has its time in seconds', () => {
    const item = {
      Etag: '"e"',
      Key: 'items/a',
      LastModified: 1_700_000_000,
      Size: 3,
      StorageClass: 'STANDARD',
    };
    expect(listedObject(item)).toEqual({ key: 'items/a', size: 3, lastModified: 1_700_000_000_000 });
  });

  test('of an inventory is all text, its key encoded', () => {
    const lastModified = Date.parse(row.LastModifiedDate);
    expect(listedObject(row)).toEqual({ key: 'items/pk=a%2Fb c', size: 7, lastModified });
    expect(listedObject({ ...row, Key: 'items/100%' })).toMatchObject({ key: 'items/100%' });
  });

  test('of an inventory of versions counts when it is the latest', () => {
    expect(listedObject({ ...row, IsLatest: 'true', IsDeleteMarker: 'false' })).toBeDefined();
    expect(listedObject({ ...row, IsLatest: 'false' })).toBeUndefined();
    expect(listedObject({ ...row, IsLatest: 'true', IsDeleteMarker: 'true' })).toBeUndefined();
  });

  test('that is neither fails', () => {
    expect(() => listedObject({ Key: 'a' })).toThrow();
    expect(() => listedObject({ ...row, LastModifiedDate: 'soon' })).toThrow(/not a time/);
  });
});

test('sums count batches, and the objects of those that failed', () => {
  const counts = {
    scanned: 3,
    referenced: 1,
    tooYoung: 0,
    redrivable: 0,
    orphans: 2,
    deleted: 2,
    failed: 0,
    foreign: 0,
    bytes: 9,
  };
  const line = JSON.stringify({ ...counts, objects: [] });
  const failed = JSON.stringify({
    Status: 'FAILED',
    Input: JSON.stringify({ BatchInput: {}, Items: [1, 2] }),
  });
  const sums = addFailedBatch(addBatch(addBatch(NO_SUMS, line), JSON.stringify(line)), failed);
  expect(sums).toMatchObject({ scanned: 8, orphans: 4, failed: 2, bytes: 18, batches: 3, failedBatches: 1 });
});
