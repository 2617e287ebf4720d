// The trial for AWS, tried on the local cloud: every step does what it must, and every assumption that a machine can see holds there.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LargeItemClient } from '../../client/index.ts';
import type { StoreDescriptor } from '../../core/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { trialApp } from './app.ts';
import { ASSUMPTIONS, settleAll } from './assumptions.ts';
import { live } from './life.ts';
import { holds, reportText, type TrialReport, writeReport } from './report.ts';
import { empty, type Trial } from './trial.ts';

let folder: string;
let cloud: LocalCloud;
let trial: Trial;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-trial-'));
  const assembly = join(folder, 'cdk.out');
  trialApp('Trial', assembly).synth();
  cloud = await startLocalCloud({ assembly, timeScale: 20 });
  const { endpoint, region, credentials } = cloud;
  const options = { endpoint, region, credentials };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const dynamodb = new DynamoDBClient(options);
  const sfn = new SFNClient({ ...options, disableHostPrefix: true });
  const outputs = cloud.outputs.Trial ?? {};
  const description = Object.entries(outputs).find(([name]) => name.startsWith('DocsStore'))?.[1] ?? '{}';
  const store = JSON.parse(description) as StoreDescriptor;
  const client = new LargeItemClient({ store, s3, dynamodb, sfn });
  const pause = (seconds: number) => cloud.clock.sleep(seconds * 1000);
  const probeRole = outputs.ProbeRole ?? '';
  trial = { client, s3, dynamodb, sfn, probeRole, bucket: store.bucket, pause, say: () => undefined };
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

test('every step does what it must, every assumption holds, and all of it is written down', async () => {
  const report: TrialReport = {
    startedAt: '2026-01-01T00:00:00.000Z',
    region: cloud.region,
    steps: await live(trial),
    settled: await settleAll(trial),
  };
  expect(report.steps.filter(({ problem }) => problem !== undefined)).toEqual([]);
  const unknown = report.settled
    .filter(({ verdict }) => verdict === 'unknown')
    .map(({ assumption }) => assumption);
  expect(report.settled.filter(({ verdict }) => verdict === 'otherwise')).toEqual([]);
  expect(report.settled).toHaveLength(Object.keys(ASSUMPTIONS).length);
  expect(unknown).toHaveLength(3);
  expect(holds(report)).toBe(true);

  const out = join(folder, 'report');
  await writeReport(out, report);
  const recordings =
    report.steps.flatMap(({ recorded }) => recorded).length + report.settled.length - unknown.length;
  const files = await readdir(join(out, 'histories'));
  expect(files).toHaveLength(recordings);
  const first = JSON.parse(await readFile(join(out, 'histories', files[0] ?? ''), 'utf8'));
  expect(first.events[0]).toMatchObject({ id: 1, type: 'ExecutionStarted' });
  expect(await readFile(join(out, 'report.md'), 'utf8')).toBe(reportText(report));
  expect(reportText(report)).toContain('| create, inline content | as it must be |');

  const versions = () => trial.s3.send(new ListObjectVersionsCommand({ Bucket: trial.bucket }));
  expect((await versions()).Versions).not.toEqual([]);
  await empty(trial);
  expect(await versions()).toMatchObject({ IsTruncated: false });
  expect([(await versions()).Versions, (await versions()).DeleteMarkers]).toEqual([undefined, undefined]);
});

test('what is not as assumed shows', () => {
  const settled = [{ assumption: 'a', verdict: 'otherwise', seen: 'b' }] as const;
  const report = { startedAt: '', region: '', steps: [], settled };
  expect(holds(report)).toBe(false);
  expect(reportText(report)).toContain('| a | otherwise | b |');
});
