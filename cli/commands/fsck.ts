// `twinwrite fsck`

import { type Command, InvalidArgumentError } from 'commander';
import { oneLine } from '../../audit/drawing/text.ts';
import { formatDuration } from '../../audit/drawing/tree.ts';
import type { Finding, FindingKind, FsckProgress, FsckSummary } from '../../audit/fsck/index.ts';
import { keyText } from '../../audit/item/key.ts';
import { connectAudit, interruptible } from '../audit.ts';
import { CommandFailed } from '../errors.ts';
import { jsonText } from '../exact-json.ts';
import { type Io, print } from '../io.ts';
import { type StackChoice, withStackOptions } from '../store.ts';
import { formatBytes, statusLine } from '../text/progress.ts';

interface FsckOptions extends StackChoice {
  readonly prefix?: string;
  readonly readContent?: true;
  readonly segments: number;
}

export function registerFsck(program: Command, io: Io): void {
  withStackOptions(
    program.command('fsck').description('compare the table with the bucket, without writing to either'),
  )
    .option('--prefix <text>', "only objects whose keys begin so (default: all of the store's)")
    .option('--read-content', 'also read objects for which S3 keeps no SHA-256, as those uploaded in parts')
    .option('--segments <number>', 'segments in which the table is scanned side by side', asSegments, 4)
    .addHelpText(
      'after',
      `
What it finds, a line each:
  dangling       the item points at an object that is not there
  wrong-content  the object's content does not have the digest in its key
  orphan         no item points at the object, nor ever will: twinwrite sweep deletes it
  held           no item points at it, but its run may go on: twinwrite show, twinwrite replay
  staged         an upload that no run needs any more
  unmanaged      no saga has written the item, or its _saga is spoiled
  elsewhere      a large attribute that points at something that is not the item's own

The store may be in use meanwhile. It reads every item once, asks S3 once for each object that an item points at, and lists
the bucket. --json prints one object per finding, and last one with the summary.
Exit code 1: there is a dangling pointer or wrong content.

Examples:
  $ twinwrite fsck
  $ twinwrite fsck --json > findings.ndjson
  $ twinwrite fsck --prefix items/pk=42/ --read-content`,
    )
    .action((options: FsckOptions) => check(options, io));
}

async function check(options: FsckOptions, io: Io): Promise<void> {
  const context = await connectAudit(options, io);
  const { fsck } = await import('../../audit/fsck/index.ts');
  const status = statusLine(io.stderr);
  let found = 0;
  const summary = await interruptible(
    io,
    () => `interrupted; findings by then: ${found}`,
    async (signal) => {
      try {
        return await fsck(context, {
          signal,
          prefix: options.prefix,
          readContent: options.readContent,
          segments: options.segments,
          onProgress: (progress) => status.update(progressText(progress)),
          onFinding: async (finding) => {
            found += 1;
            status.clear();
            await print(io.stdout, options.json ? jsonText(finding) : findingText(finding));
          },
        });
      } finally {
        status.end();
      }
    },
  );
  await print(io.stdout, options.json ? jsonText({ kind: 'summary', ...summary }) : summaryText(summary));
  if (!summary.sound) throw new CommandFailed('the store is not sound');
}

const KIND_WIDTH = 13;

function findingText(finding: Finding): string {
  return oneLine([finding.kind.padEnd(KIND_WIDTH), ...detailsOf(finding)].join('  '));
}

function detailsOf(finding: Finding): readonly string[] {
  switch (finding.kind) {
    case 'dangling':
    case 'elsewhere':
      return [keyText(finding.item), finding.attribute, finding.uri];
    case 'wrong-content': {
      const { item, attribute, uri, actual } = finding;
      return [keyText(item), attribute, uri, `its digest is ${actual}`];
    }
    case 'unmanaged':
      return [keyText(finding.item), finding.because];
    case 'orphan':
      return [finding.objectKey, formatBytes(finding.size)];
    case 'held':
    case 'staged':
      return [finding.objectKey, formatBytes(finding.size), finding.because];
  }
}

/** The more items DynamoDB counted, the truer the time left; without a count there is none. */
function progressText({ items, expectedItems, objects, findings, milliseconds }: FsckProgress): string {
  const share = expectedItems === 0 ? 0 : Math.min(items / expectedItems, 1);
  const left = share === 0 ? '' : `, ${formatDuration((milliseconds / share) * (1 - share))} left`;
  const percent = share === 0 ? '' : ` (${Math.floor(share * 100)} %${left})`;
  return `${items} items${percent}, ${objects} objects: ${findings} findings`;
}

function summaryText(summary: FsckSummary): string {
  const { items, pointers, objects, bytes, verified, unverified, foreign, milliseconds } = summary;
  const counts = Object.entries(summary.findings) as [FindingKind, number][];
  const findings = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${items} items with ${pointers} large attributes; ${objects} objects, ${formatBytes(bytes)}; ${formatDuration(milliseconds)}`,
    `content: ${verified} verified${unverified > 0 ? `, ${unverified} not (--read-content reads them)` : ''}`,
    ...(foreign > 0 ? [`${foreign} objects below the prefix are not of sagas`] : []),
    findings.length === 0 ? 'nothing amiss' : `found: ${findings.join(', ')}`,
  ].join('\n');
}

function asSegments(text: string): number {
  const count = Number(text);
  if (!/^\d{1,3}$/.test(text) || count < 1 || count > 100)
    throw new InvalidArgumentError('Expected 1 to 100.');
  return count;
}
