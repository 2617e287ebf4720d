// The report of a sweep: files of one line a batch, as the ResultWriter of its Distributed Map writes them.
// Source: "ResultWriter (Map)" in the Step Functions Developer Guide.

import * as z from 'zod/mini';
import { once } from '../values/once.ts';
import { type SweepCounts, type SweepOutput, sweepCountsSchema } from './output.ts';

/** `manifest.json`. Failed batches are in files of their own, with what they were started with. */
export const reportManifestSchema = once(() => {
  const files = z._default(z.array(z.looseObject({ Key: z.string() })), []);
  return z.looseObject({
    ResultFiles: z.looseObject({ SUCCEEDED: files, FAILED: files, PENDING: files }),
  });
});

/** A batch that did not succeed. */
const failedBatch = once(() => z.looseObject({ Input: z.string() }));

const reportedCounts = once(() => z.object(sweepCountsSchema().shape));

/** Sums of a sweep, while its report is read. */
export type SweepSums = SweepCounts & Pick<SweepOutput, 'batches' | 'failedBatches'>;

export const NO_SUMS: SweepSums = {
  scanned: 0,
  referenced: 0,
  tooYoung: 0,
  redrivable: 0,
  orphans: 0,
  deleted: 0,
  failed: 0,
  foreign: 0,
  bytes: 0,
  batches: 0,
  failedBatches: 0,
};

/** The sums with one more line of a file of batches that succeeded. */
export function addBatch(sums: SweepSums, line: string): SweepSums {
  const value: unknown = JSON.parse(line);
  const counts = reportedCounts().parse(typeof value === 'string' ? JSON.parse(value) : value);
  const added = Object.entries(counts).map(([name, count]) => [
    name,
    sums[name as keyof SweepCounts] + count,
  ]);
  return { ...sums, ...Object.fromEntries(added), batches: sums.batches + 1 };
}

/** The same with a line of those that did not: nothing is known of their objects. */
export function addFailedBatch(sums: SweepSums, line: string): SweepSums {
  const { Items } = JSON.parse(failedBatch().parse(JSON.parse(line)).Input) as { Items?: readonly unknown[] };
  const objects = Items?.length ?? 0;
  return {
    ...sums,
    scanned: sums.scanned + objects,
    failed: sums.failed + objects,
    batches: sums.batches + 1,
    failedBatches: sums.failedBatches + 1,
  };
}
