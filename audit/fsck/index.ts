// Compares a store's table and bucket, without writing. Memory is bounded by pages and requests under way, whatever the
// store's size.

import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import type { Check } from './check.ts';
import { type Finding, type FsckSummary, Tally } from './findings.ts';
import { checkItems } from './items.ts';
import { checkObjects } from './objects.ts';
import { RunStates } from './runs.ts';
import { checkStaged } from './staged.ts';

export type { Finding, FindingKind, FsckSummary } from './findings.ts';

export interface FsckOptions extends CallOptions {
  /** Look at objects only whose keys begin so, uploads too, and at pointers to them. Default: all of the store's. */
  readonly prefix?: string | undefined;
  /** Also read the content of objects for which S3 keeps no SHA-256. Default: they count as unverified. */
  readonly readContent?: boolean | undefined;
  /** Segments in which the table is scanned side by side. Default: 4. */
  readonly segments?: number | undefined;
  /** Told of each finding, as it is found; the check waits for it. */
  readonly onFinding: (finding: Finding) => void | Promise<void>;
  /** Told from time to time how far the check is. */
  readonly onProgress?: ((progress: FsckProgress) => void) | undefined;
}

export interface FsckProgress {
  readonly items: number;
  /** What DynamoDB counted, at most six hours ago. */
  readonly expectedItems: number;
  readonly objects: number;
  readonly findings: number;
  readonly milliseconds: number;
}

const DEFAULT_SEGMENTS = 4;

/**
 * Checks a store that may be in use: what looks wrong is read again before it is reported.
 * @throws what AWS answers, and the signal's reason
 */
export async function fsck(context: AuditContext, options: FsckOptions): Promise<FsckSummary> {
  const { prefix, readContent = false } = options;
  const tally = new Tally();
  const expectedItems = options.onProgress === undefined ? 0 : await itemCount(context, options);
  // The first failure ends the other parts, too.
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const check: Check = {
    ...context,
    signal,
    prefix,
    readContent,
    tally,
    runs: new RunStates(context, { signal }),
    report: async (finding) => {
      tally.found(finding);
      await options.onFinding(finding);
    },
    step: async () => options.onProgress?.(progressOf(tally.summary, expectedItems)),
  };
  const parts = [
    ...checkItems(check, options.segments ?? DEFAULT_SEGMENTS),
    checkObjects(check),
    checkStaged(check),
  ].map((part) =>
    part.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(parts);
  options.signal?.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  return tally.summary;
}

function progressOf(summary: FsckSummary, expectedItems: number): FsckProgress {
  const { items, objects, milliseconds } = summary;
  const findings = Object.values(summary.findings).reduce((sum, count) => sum + count, 0);
  return { items, objects, milliseconds, expectedItems, findings };
}

async function itemCount({ dynamodb, store }: AuditContext, options: CallOptions): Promise<number> {
  const { Table } = await patiently(
    () =>
      dynamodb.send(new DescribeTableCommand({ TableName: store.table }), { abortSignal: options.signal }),
    options,
  );
  return Table?.ItemCount ?? 0;
}
