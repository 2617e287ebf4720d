// Task TotalSweep: adds up what the batches of a sweep report. It streams the files that the ResultWriter wrote, so that
// neither their number nor their size matters: put together they would not fit into the state of an execution.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { SweepOutput } from '../core/sweep/output.ts';
import {
  addBatch,
  addFailedBatch,
  NO_SUMS,
  reportManifestSchema,
  type SweepSums,
} from '../core/sweep/report.ts';
import { s3 } from './s3.ts';
import { sweepFromEnvironment, task } from './task.ts';

export interface TotalSweepEvent {
  readonly dryRun: boolean;
  /** The result of a Distributed Map that has a ResultWriter. */
  readonly result: { readonly ResultWriterDetails: { readonly Bucket: string; readonly Key: string } };
}

const METRICS = {
  Scanned: 'scanned',
  Orphans: 'orphans',
  OrphanBytes: 'bytes',
  Deleted: 'deleted',
  Failed: 'failed',
} as const satisfies Record<string, keyof SweepOutput>;

const { metricName } = sweepFromEnvironment();

export const handler = task(async ({ dryRun, result }: TotalSweepEvent): Promise<SweepOutput> => {
  const { Bucket: bucket, Key: manifestKey } = result.ResultWriterDetails;
  const manifest = await streamOf(bucket, manifestKey);
  const { ResultFiles: files } = reportManifestSchema().parse(JSON.parse(await textOf(manifest)));
  let sums: SweepSums = NO_SUMS;
  for (const { Key } of files.SUCCEEDED) {
    for await (const line of linesOf(await streamOf(bucket, Key))) sums = addBatch(sums, line);
  }
  for (const { Key } of [...files.FAILED, ...files.PENDING]) {
    for await (const line of linesOf(await streamOf(bucket, Key))) sums = addFailedBatch(sums, line);
  }
  const output: SweepOutput = { ...sums, dryRun, report: `s3://${bucket}/${manifestKey}` };
  // Past the runtime, which puts whatever goes through `console` into a record of its own, where CloudWatch finds no metrics.
  process.stdout.write(`${JSON.stringify(metricsOf(output))}\n`);
  return output;
});

/** CloudWatch takes metrics out of this log line: no call, and nothing to pay while no sweep runs. */
function metricsOf(output: SweepOutput): Readonly<Record<string, unknown>> {
  const values = Object.entries(METRICS).map(([metric, field]) => [metric, output[field]]);
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: 'Twinwrite',
          Dimensions: [['Store']],
          Metrics: Object.keys(METRICS).map((Name) => ({
            Name,
            Unit: Name === 'OrphanBytes' ? 'Bytes' : 'Count',
          })),
        },
      ],
    },
    Store: metricName,
    dryRun: output.dryRun,
    report: output.report,
    ...Object.fromEntries(values),
  };
}

async function streamOf(Bucket: string, Key: string): Promise<Readable> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body as Readable;
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function* linesOf(input: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield line;
  }
}
