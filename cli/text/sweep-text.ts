// A sweep in words: what it found, what it did about it, and where the report is.

import { oneLine } from '../../audit/drawing/text.ts';
import type { SweepProgress } from '../../audit/sweep.ts';
import type { SweepOutput } from '../../core/sweep/output.ts';
import type { ReportedObject } from '../../core/sweep/sweep.ts';
import { formatBytes } from './progress.ts';

/** Counts beside the orphans, in the order in which a person asks. */
const ROWS: readonly (readonly [keyof SweepOutput, string])[] = [
  ['referenced', 'their items point at them'],
  ['tooYoung', 'younger than the grace'],
  ['redrivable', 'their runs may still go on'],
  ['foreign', 'keys of no saga, never touched'],
  ['failed', 'could not be looked at or deleted'],
];

const OUTCOMES: Readonly<Record<ReportedObject['outcome'], string>> = {
  orphan: 'would be deleted',
  deleted: 'deleted',
  failed: 'failed',
  foreign: 'foreign',
};

/** @param objects - the first few that the report names */
export function sweepText(
  executionArn: string,
  output: SweepOutput,
  objects: readonly ReportedObject[],
): string {
  const { scanned, failedBatches, batches, report } = output;
  const width = Math.max(...ROWS.map(([field]) => String(output[field]).length));
  const rows = ROWS.filter(([field]) => output[field] !== 0).map(
    ([field, meaning]) => `  ${String(output[field]).padStart(width)}  ${meaning}`,
  );
  const named = objects.map(
    ({ key, size, outcome, reason }) =>
      `  ${OUTCOMES[outcome]}${reason === undefined ? '' : ` (${reason})`}  ${formatBytes(size).padStart(7)}  ${oneLine(key)}`,
  );
  const more = output.orphans - objects.filter(({ outcome }) => outcome !== 'failed').length;
  return [
    `${number(scanned)} object${scanned === 1 ? '' : 's'} looked at: ${headline(output)}`,
    ...rows,
    ...named,
    ...(more > 0 && named.length > 0 ? [`  … the report names ${number(more)} more`] : []),
    ...(failedBatches > 0 ? [`  ${failedBatches} of ${batches} batches failed`] : []),
    `  report  ${report}`,
    `  run     ${executionArn}`,
  ].join('\n');
}

export function progressText({ total, done, failed }: SweepProgress): string {
  const problem = failed === 0 ? '' : `, ${number(failed)} failed`;
  return `sweeping: ${number(done)} of ${number(total)} objects looked at${problem}`;
}

function headline({ orphans, deleted, bytes, dryRun }: SweepOutput): string {
  if (orphans === 0) return 'nothing to delete';
  if (dryRun) return `${number(orphans)} would be deleted (${formatBytes(bytes)}); --delete does it`;
  return `${number(deleted)} deleted of ${number(orphans)} (${formatBytes(bytes)}) that nothing points at`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
