// The contract of a sweep's execution: what it gives.

import * as z from 'zod/mini';
import { once } from '../values/once.ts';

/** How many objects were met with which outcome; `bytes` of the orphans. */
export const sweepCountsSchema = once(() =>
  z.strictObject({
    scanned: countOf('Objects looked at: the sum of those below, `deleted` aside'),
    referenced: countOf('Their item points at them'),
    tooYoung: countOf('Unreferenced, but younger than the grace'),
    redrivable: countOf('Unreferenced, but the run that put them may still go on'),
    orphans: countOf(
      'Nothing points at them, those included that `cleanUp` has left: deleted, or in a dry run to be deleted',
    ),
    deleted: countOf('Those of the orphans that are gone now'),
    failed: countOf('Could not be looked at or deleted; the next sweep tries again'),
    foreign: countOf('Keys that no saga gives; never touched, but with `legacy` some are swept'),
    bytes: countOf('Size of the orphans'),
  }),
);
export type SweepCounts = z.infer<ReturnType<typeof sweepCountsSchema>>;

/** What a sweep's execution answers. */
export const sweepOutputSchema = once(() =>
  z.extend(sweepCountsSchema(), {
    dryRun: z.boolean(),
    batches: count(),
    failedBatches: countOf('Their objects are counted as failed'),
    report: z.string().check(z.describe('S3 URI of the manifest of the report')),
  }),
);
export type SweepOutput = z.infer<ReturnType<typeof sweepOutputSchema>>;

/** JSON Schema (2020-12) of the output, as published for other languages. */
export function sweepOutputJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(sweepOutputSchema());
}

function count() {
  return z.int().check(z.minimum(0));
}

function countOf(description: string) {
  return count().check(z.describe(description));
}
